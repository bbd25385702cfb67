import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { rootFolder } from './code-blocks.ts';

/** Prints what of Node and of others is loaded by importing our packages after Express and prom-client. */
const PROGRAM = `
  import { registerHooks } from 'node:module';
  const packages = new Set();
  const builtins = () => process.moduleLoadList.map((line) => line.replace('NativeModule ', ''));
  registerHooks({
    load: (url, context, next) => {
      packages.add(/.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1]);
      return next(url, context);
    },
  });
  await import('./packages/express/node_modules/express/index.js');
  await import('./packages/metrics/node_modules/prom-client/index.js');
  const before = new Set([...packages, ...builtins()]);
  for (const name of ['context', 'logging', 'tracing', 'metrics', 'resilience', 'queue', 'idempotency', 'lifecycle'])
    await import('./packages/' + name + '/src/index.ts');
  await import('./packages/express/src/service.ts');
  console.log(JSON.stringify([...packages, ...builtins()].filter((name) => !before.has(name))));
`;

describe('importing the packages', () => {
  const args = ['--conditions=@holdfast/source', '--input-type=module', '--eval', PROGRAM];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: rootFolder, encoding: 'utf8' });

  it.each([
    ['the OpenTelemetry API once more', '@opentelemetry/api'],
    ['pino', 'pino'],
    ['opossum', 'opossum'],
    ['BullMQ', 'bullmq'],
    ['a database client', 'better-sqlite3'],
    ["Node's fetch", 'internal/deps/undici/undici'],
    ["Node's HTTP/2", 'http2'],
  ])('leaves %s to the first call that needs it', (_what, name) => {
    expect(stderr).toBe('');
    const loaded = JSON.parse(stdout) as string[];
    expect(loaded).toContain('internal/async_local_storage/run_scope');
    expect(loaded).not.toContain(name);
  });
});
