import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rootFolder } from './code-blocks.ts';
import { brokenPromises, commandBlocks, scriptOf } from './document-commands.ts';
import { runScript } from './run-script.ts';
import { freePort } from './servers/src/free-port.ts';

const README = 'examples/orders-api/README.md';
const LIMIT_MS = 240_000;

it(`${README} prints what it says when its commands are typed`, { timeout: LIMIT_MS }, async () => {
  const blocks = commandBlocks(README);
  expect(blocks.length).toBeGreaterThan(11);
  const port = await freePort();
  const script = scriptOf(blocks).replaceAll(':3000', `:${port}`);
  const { code, output, errors } = await runScript(script, {
    cwd: join(rootFolder, 'examples/orders-api'),
    env: { NODE_ENV: 'development', PORT: String(port) },
    limitMs: LIMIT_MS - 10_000,
  });
  expect(brokenPromises(blocks, output.replaceAll(`:${port}`, ':3000'))).toEqual([]);
  expect(errors).not.toContain('command not found');
  expect(code).toBe(0);
});
