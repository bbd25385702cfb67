import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** Below the package, so that what it imports is found. */
const PACKAGE = fileURLToPath(new URL('../packages/tracing/test', import.meta.url));

const PROGRAM = `
import { createServer } from 'node:http';
import { initTracing, withSpan } from '@holdfast/tracing';

const collector = createServer((request, response) => request.resume().on('end', () => response.end()));
await new Promise((resolve) => collector.listen(0, '127.0.0.1', resolve));
process.on('worker', (worker) => {
  console.log('thread');
  worker.on('error', (error) => console.log(error.message));
});
const exporterEndpoint = 'http://127.0.0.1:' + collector.address().port;
const tracing = initTracing({ exporterEndpoint, maxBatchSpans: 10 });
for (let i = 0; i < 95; i++) withSpan('work', () => undefined);
await tracing.flush();
console.log(tracing.getStats().exported);
collector.close();
collector.closeAllConnections();
await tracing.shutdown();
`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(PACKAGE, '.bundle-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('an application bundled into one file', () => {
  it.each([false, true])('traces, and sends from the export thread (minified: %s)', async (minify) => {
    const input = join(folder, 'main.ts');
    const file = join(folder, 'bundle.mjs');
    writeFileSync(input, PROGRAM);
    await build({
      input,
      platform: 'node',
      external: [/^@opentelemetry\//],
      resolve: { conditionNames: ['@holdfast/source', 'import', 'node', 'default'] },
      output: { file, format: 'es', minify, codeSplitting: false },
      logLevel: 'silent',
    });
    const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: 'thread\n95\n', stderr: '' });
  });
});
