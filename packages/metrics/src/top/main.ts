#!/usr/bin/env node
import { readTopArguments, TOP_USAGE, TopUsageError } from './arguments.ts';
import { runTop } from './run.ts';

const CTRL_C = '\u0003';

const end = new AbortController();
const stop = () => end.abort();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop);
// Whoever reads the pipe may go: `holdfast-top … | head`.
process.stdout.on('error', stop);

try {
  const options = readTopArguments(process.argv.slice(2), process.env);
  if (options === undefined) process.stdout.write(TOP_USAGE);
  else {
    if (!options.once && !options.json && process.stdout.isTTY && process.stdin.isTTY) listenForQ();
    process.exitCode = await runTop(options, process.stdout, end.signal);
  }
} catch (error) {
  if (!(error instanceof TopUsageError)) throw error;
  process.stderr.write(`holdfast-top: ${error.message}\n`);
  process.exitCode = 2;
} finally {
  process.stdin.unref?.();
}

/** In raw mode Ctrl-C is a character too. */
function listenForQ(): void {
  process.stdin.setRawMode(true);
  process.once('exit', () => process.stdin.setRawMode(false));
  process.stdin.on('data', (keys: Buffer) => {
    const text = keys.toString();
    if (text.includes(CTRL_C) || text.toLowerCase().includes('q')) stop();
  });
}
