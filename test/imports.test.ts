import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** Prints which of the queue's own files are loaded by its import, and by each thing that is then done with a queue. */
const QUEUE_PROGRAM = `
  import { registerHooks } from 'node:module';
  let files = [];
  registerHooks({
    load: (url, context, next) => {
      const file = /\\/packages\\/queue\\/src\\/(.*)\\.ts$/.exec(url)?.[1];
      if (file !== undefined) files.push(file);
      return next(url, context);
    },
  });
  const steps = {};
  const step = async (name, work) => {
    files = [];
    const result = await work();
    steps[name] = files;
    return result;
  };
  const { createJobQueue } = await step('import', () => import('./packages/queue/src/index.ts'));
  const queue = await step('create', async () => {
    const created = createJobQueue({ queueName: 'q', backend: { file: process.env['QUEUE_FILE'] } });
    await created.ready();
    return created;
  });
  await step('add', () => queue.add('job', {}, { delayMs: 60_000 }));
  await step('work', () => queue.startWorker(() => {}));
  await step('read dead letters', () => queue.deadLetters.count());
  await queue.close();
  console.log(JSON.stringify(steps));
`;

function printed(program: string, env: NodeJS.ProcessEnv = {}): unknown {
  const args = ['--conditions=@holdfast/source', '--input-type=module', '--eval', program];
  const child = spawnSync(process.execPath, args, {
    cwd: rootFolder,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  expect(child.stderr).toBe('');
  return JSON.parse(child.stdout);
}

describe('importing the packages', () => {
  const loaded = printed(PROGRAM) as string[];

  it.each([
    ['the OpenTelemetry API once more', '@opentelemetry/api'],
    ['pino', 'pino'],
    ['opossum', 'opossum'],
    ['BullMQ', 'bullmq'],
    ['a database client', 'better-sqlite3'],
    ["Node's fetch", 'internal/deps/undici/undici'],
    ["Node's HTTP/2", 'http2'],
  ])('leaves %s to the first call that needs it', (_what, name) => {
    expect(loaded).toContain('internal/async_local_storage/run_scope');
    expect(loaded).not.toContain(name);
  });
});

describe('a queue', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-imports-'));
  const steps = printed(QUEUE_PROGRAM, { QUEUE_FILE: join(folder, 'queue.db') }) as Record<string, string[]>;
  rmSync(folder, { recursive: true });

  it.each([
    ['its engine when it is created', 'create', 'engines/sqlite'],
    ['its worker when that is started', 'work', 'worker/job-worker'],
    ['its dead letters when they are asked for', 'read dead letters', 'dead-letters/open-dead-letters'],
  ])('loads %s', (_what, step, file) => {
    expect(Object.keys(steps).filter((name) => steps[name]?.includes(file))).toEqual([step]);
  });

  it('loads nothing more for a job that is added', () => {
    expect(steps['add']).toEqual([]);
  });

  it('never loads the engines and stores that it does not use', () => {
    const all = Object.values(steps).flat();
    expect(all).toContain('index');
    expect(all.filter((file) => /engines\/(redis|postgres)$|-store$|^cli\//.test(file))).toEqual([]);
  });
});
