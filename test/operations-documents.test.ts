import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { rootFolder } from './code-blocks.ts';
import {
  brokenPromises,
  type CommandBlock,
  commandBlocks,
  outputsOf,
  scriptOf,
} from './document-commands.ts';
import { runScript, type ScriptResult } from './run-script.ts';
import { freePort } from './servers/src/free-port.ts';
import { prometheusServer } from './servers/src/prometheus.ts';

const TRY_IT = 'docs/operations/try-it.md';
const RUNBOOK = 'docs/operations/runbook.md';
/** Keeps the lines of the runbook apart from those of the guide. */
const RUNBOOK_LINES = 10_000;
const LIMIT_MS = 240_000;

/** The ports of the documents may be taken on this machine. */
async function withFreePorts(script: string): Promise<string> {
  const free = new Map<string, number>();
  for (const port of ['3000', '3001', '4010', '9090']) free.set(port, await freePort());
  // All at once: a free port may begin as one of the documents does.
  const changed = script.replace(
    /(127\.0\.0\.1:|--port )(\d+)/g,
    (_all, before: string, port: string) => `${before}${free.get(port) ?? port}`,
  );
  return `export PAYMENT_API_URL=http://127.0.0.1:${free.get('4010')}\n${changed}`;
}

const needsPrometheus = ({ commands }: CommandBlock) => commands.includes('prometheus');

describe('the documents for operations', () => {
  const all = commandBlocks(TRY_IT).filter(
    (block) => prometheusServer() !== undefined || !needsPrometheus(block),
  );
  const tryIt = all.slice(0, -1);
  const end = all.slice(-1);
  const runbook = commandBlocks(RUNBOOK).map((block) => ({ ...block, line: RUNBOOK_LINES + block.line }));
  let ran: ScriptResult;

  // One run for both: the runbook is read while the services of the guide run, with a dead letter among them.
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-commands-'));
    command(folder, 'holdfast-top', 'packages/metrics/src/top/main.ts');
    command(folder, 'holdfast-dlq', 'packages/queue/src/cli/main.ts');
    const script = await withFreePorts(scriptOf([...tryIt, ...runbook, ...end]));
    const env = { PATH: `${folder}${delimiter}${process.env['PATH']}` };
    ran = await runScript(script, { cwd: rootFolder, env, limitMs: LIMIT_MS });
    rmSync(folder, { recursive: true, force: true });
  }, LIMIT_MS + 10_000);

  it(`are typed as they stand, and ${TRY_IT} prints what it says`, () => {
    expect(tryIt.length).toBeGreaterThan(11);
    const output = ran.output.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:3000');
    expect(brokenPromises(tryIt, output)).toEqual([]);
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
