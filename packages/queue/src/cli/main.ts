#!/usr/bin/env node
import { createInterface } from 'node:readline/promises';
import type { Terminal } from './commands.ts';
import { run } from './run.ts';

const { stdin, stdout, stderr } = process;
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
// Whoever reads may have enough, as `head` does.
stdout.on('error', () => process.exit(0));

const terminal: Terminal = {
  columns: stdout.isTTY ? stdout.columns : undefined,
  out: (text) => void stdout.write(`${text}\n`),
  err: (text) => void stderr.write(`${text}\n`),
  ask: stdin.isTTY && stderr.isTTY ? ask : undefined,
};

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    return await lines.question(question, { signal: stop.signal });
  } catch {
    return '';
  } finally {
    lines.close();
  }
}

process.exitCode = await run({
  argv: process.argv.slice(2),
  env: process.env,
  terminal,
  signal: stop.signal,
});
