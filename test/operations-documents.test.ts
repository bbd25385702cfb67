import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { rootFolder } from './code-blocks.ts';
import { type CommandBlock, commandBlocks, missingLines, outputsOf, scriptOf } from './document-commands.ts';
import { prometheusServer } from './servers/src/prometheus.ts';

const TRY_IT = 'docs/operations/try-it.md';
const LIMIT_MS = 110_000;

/** The ports of the documents may be taken on this machine. */
async function withFreePorts(script: string): Promise<string> {
  let changed = script;
  for (const port of [3000, 3001, 4010, 9090]) {
    const free = await freePort();
    changed = changed.replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${free}`).replaceAll(`--port ${port}`, `--port ${free}`);
    if (port === 4010) changed = `export PAYMENT_API_URL=http://127.0.0.1:${free}\n${changed}`;
  }
  return changed;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

/** Runs in a process group of its own, so that nothing it started is left. */
async function run(script: string, env: Readonly<Record<string, string>> = {}): Promise<{ code: number | null; output: string; errors: string }> {
  const child = spawn('bash', ['-c', script], {
    cwd: rootFolder,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const endGroup = () => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {
      // All of it has ended.
    }
  };
  onTestFinished(endGroup);
  const timer = setTimeout(endGroup, LIMIT_MS);
  const [output, errors, code] = await Promise.all([textOf(child.stdout), textOf(child.stderr), exitOf(child)]);
  clearTimeout(timer);
  return { code, output, errors };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => void child.once('exit', resolve));
}

const needsPrometheus = ({ commands }: CommandBlock) => commands.includes('prometheus');

it(`prints what ${TRY_IT} says, command by command`, { timeout: LIMIT_MS + 10_000 }, async () => {
  const blocks = commandBlocks(TRY_IT).filter((block) => prometheusServer() !== undefined || !needsPrometheus(block));
  expect(blocks.length).toBeGreaterThan(12);
  const { code, output, errors } = await run(await withFreePorts(scriptOf(blocks)));
  const outputs = outputsOf(output.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:3000'));
  const missing = blocks.flatMap(({ line, prints }) =>
    missingLines(prints, outputs.get(line) ?? '').map((text) => `line ${line}: ${text}\nprinted: ${outputs.get(line)}`),
  );
  expect(missing).toEqual([]);
  expect({ code, errors: code === 0 ? '' : errors }).toEqual({ code: 0, errors: '' });
});

it('has a runbook whose commands work while the service runs', { timeout: LIMIT_MS + 10_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-runbook-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  command(folder, 'holdfast-top', 'packages/metrics/src/top/main.ts');
  command(folder, 'holdfast-dlq', 'packages/queue/src/cli/main.ts');
  // The first blocks start the servers; the main job's leaves a dead letter behind.
  const [start] = commandBlocks(TRY_IT);
  const dead = commandBlocks(TRY_IT).filter(({ commands }) => /^(?:webhook|operator)\(\)/.test(commands));
  const end = commandBlocks(TRY_IT).slice(-1);
  const runbook = commandBlocks('docs/operations/runbook.md');
  expect([start, ...dead]).toHaveLength(3);
  expect(runbook.length).toBeGreaterThan(10);
  const script = scriptOf([...(start === undefined ? [] : [start]), ...dead, ...runbook, ...end]);
  const { code, errors } = await run(await withFreePorts(script), {
    PATH: `${folder}${delimiter}${process.env['PATH']}`,
  });
  expect({ code, errors: code === 0 ? '' : errors }).toEqual({ code: 0, errors: '' });
});

/** What an installed package puts on the path. */
function command(folder: string, name: string, script: string): void {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\nexec node --conditions=@holdfast/source ${join(rootFolder, script)} "$@"\n`);
  chmodSync(file, 0o755);
}
