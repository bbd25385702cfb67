import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { rootFolder } from './code-blocks.ts';
import { type CommandBlock, commandBlocks, missingLines, outputsOf, scriptOf } from './document-commands.ts';
import { prometheusServer } from './servers/src/prometheus.ts';

const TRY_IT = 'docs/operations/try-it.md';
const RUNBOOK = 'docs/operations/runbook.md';
/** Keeps the lines of the runbook apart from those of the guide. */
const RUNBOOK_LINES = 10_000;
const LIMIT_MS = 110_000;

/** The ports of the documents may be taken on this machine. */
async function withFreePorts(script: string): Promise<string> {
  let changed = script;
  for (const port of [3000, 3001, 4010, 9090]) {
    const free = await freePort();
    changed = changed
      .replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${free}`)
      .replaceAll(`--port ${port}`, `--port ${free}`);
    if (port === 4010) changed = `export PAYMENT_API_URL=http://127.0.0.1:${free}\n${changed}`;
  }
  return changed;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}

interface Ran {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs in a process group of its own, so that nothing it started is left. */
async function run(script: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
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
  const timer = setTimeout(endGroup, LIMIT_MS);
  const [output, errors, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    exitOf(child),
  ]);
  clearTimeout(timer);
  endGroup();
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

describe('the documents for operations', () => {
  const all = commandBlocks(TRY_IT).filter(
    (block) => prometheusServer() !== undefined || !needsPrometheus(block),
  );
  const tryIt = all.slice(0, -1);
  const end = all.slice(-1);
  const runbook = commandBlocks(RUNBOOK).map((block) => ({ ...block, line: RUNBOOK_LINES + block.line }));
  let ran: Ran;

  // One run for both: the runbook is read while the services of the guide run, with a dead letter among them.
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-commands-'));
    command(folder, 'holdfast-top', 'packages/metrics/src/top/main.ts');
    command(folder, 'holdfast-dlq', 'packages/queue/src/cli/main.ts');
    const script = await withFreePorts(scriptOf([...tryIt, ...runbook, ...end]));
    ran = await run(script, { PATH: `${folder}${delimiter}${process.env['PATH']}` });
    rmSync(folder, { recursive: true, force: true });
  }, LIMIT_MS + 10_000);

  it(`are typed as they stand, and ${TRY_IT} prints what it says`, () => {
    expect(tryIt.length).toBeGreaterThan(11);
    const outputs = outputsOf(ran.output.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:3000'));
    const missing = tryIt.flatMap(({ line, prints }) =>
      missingLines(prints, outputs.get(line) ?? '').map(
        (text) => `line ${line}: ${text}\nprinted: ${outputs.get(line)}`,
      ),
    );
    expect(missing).toEqual([]);
  });

  it('have no command that fails, those of the runbook included', () => {
    expect(runbook.length).toBeGreaterThan(10);
    const outputs = outputsOf(ran.output);
    expect(outputs.get(RUNBOOK_LINES + commandLine(RUNBOOK, 'retry --queue $QUEUE'))).toContain('retried');
    expect({ code: ran.code, errors: ran.code === 0 ? '' : ran.errors }).toEqual({ code: 0, errors: '' });
  });
});

/** Where the block with a command begins. */
function commandLine(document: string, text: string): number {
  return commandBlocks(document).find(({ commands }) => commands.includes(text))?.line ?? 0;
}

/** What an installed package puts on the path. */
function command(folder: string, name: string, script: string): void {
  const file = join(folder, name);
  writeFileSync(
    file,
    `#!/bin/sh\nexec node --conditions=@holdfast/source ${join(rootFolder, script)} "$@"\n`,
  );
  chmodSync(file, 0o755);
}
