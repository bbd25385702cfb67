import { afterEach, describe, expect, it, vi } from 'vitest';
import { createWebhookQueue } from './index.ts';
import { QUEUE_DEFAULTS, resolveOptions } from './options.ts';
import { whenUnavailableOf } from './webhook/webhook-queue.ts';

const SQLITE = { queueName: 'q', backend: { file: 'never-opened/queue.db' } };

describe('resolveOptions', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('has the documented defaults', () => {
    expect(QUEUE_DEFAULTS).toEqual({
      concurrency: 5,
      maxRetries: 3,
      backoff: { initialDelayMs: 1000, maxDelayMs: 300_000, multiplier: 2 },
      keepCompleted: { ageMs: 604_800_000, count: 100_000 },
      enqueueTimeoutMs: 2000,
      maxParkMs: 86_400_000,
      lockDurationMs: 30_000,
      stalledIntervalMs: 15_000,
      maxStalls: 3,
      closeTimeoutMs: 10_000,
    });
    expect(Object.isFrozen(QUEUE_DEFAULTS)).toBe(true);
  });

  it('makes 4 attempts of 3 retries', () => {
    expect(resolveOptions(SQLITE).maxAttempts).toBe(4);
    expect(resolveOptions({ ...SQLITE, maxRetries: 0 }).maxAttempts).toBe(1);
  });

  it('takes an option that is undefined for absent', () => {
    const absent = { ...SQLITE, concurrency: undefined, backoff: undefined } as unknown as typeof SQLITE;
    expect(resolveOptions(absent)).toMatchObject({ concurrency: 5, backoff: { initialDelayMs: 1000 } });
  });

  it('uses SQLite in ./.holdfast where nothing is given, or in HOLDFAST_DATA_DIR', () => {
    vi.stubEnv('HOLDFAST_DATA_DIR', undefined);
    expect(resolveOptions({ queueName: 'q' }).engine).toEqual({
      engine: 'sqlite',
      location: { file: '.holdfast/queue.db' },
    });
    vi.stubEnv('HOLDFAST_DATA_DIR', '/data');
    expect(resolveOptions({ queueName: 'q' }).engine).toEqual({
      engine: 'sqlite',
      location: { file: '/data/queue.db' },
    });
  });

  it.each([
    [{ queueName: '' }, `queueName is ""; it must be 1 to 128 of A-Z, a-z, 0-9, '.', '_' and '-'.`],
    [{ queueName: 'a:b' }, 'queueName is "a:b"; it must be'],
    [{ concurrency: 0 }, 'concurrency is 0; it must be from 1 to 10000.'],
    [{ concurrency: 1.5 }, 'concurrency is 1.5; it must be a whole number from 1 to 10000.'],
    [{ maxRetries: -1 }, 'maxRetries is -1; it must be from 0 to 1000.'],
    [{ maxRetries: '3' }, 'maxRetries is "3"; it must be a whole number from 0 to 1000.'],
    [{ enqueueTimeoutMs: 0 }, 'enqueueTimeoutMs is 0; it must be from 1 to 600000.'],
    [
      { enqueueTimeoutMs: Number.NaN },
      'enqueueTimeoutMs is NaN; it must be a whole number from 1 to 600000.',
    ],
    [{ backoff: { multiplier: 0.5 } }, 'backoff.multiplier is 0.5; it must be from 1 to 10.'],
    [{ keepCompleted: { count: 0 } }, 'keepCompleted.count is 0; it must be from 1 to 100000000.'],
    [{ connection: { url: 'redis://h' } }, 'connection and backend are both given; give one of them.'],
    [
      { backend: undefined, connection: {} },
      'connection names no server; give { url }, { host, port }, { sentinels, name }, { cluster: [...] } or an ioredis client.',
    ],
    [
      { backend: undefined, connection: { url: 'http://h' } },
      'connection.url must begin with redis:// or rediss://.',
    ],
    [
      { backend: undefined, connection: 'redis://h' },
      'connection must be { url }, { host, port }, { sentinels, name }, { cluster: [...] } or an ioredis client.',
    ],
    [
      { backend: { file: '' } },
      'backend must be { file: path }, { db: an open better-sqlite3 database } or { postgres: { url } or a pg Pool }.',
    ],
    [
      { backend: { db: {} } },
      'backend must be { file: path }, { db: an open better-sqlite3 database } or { postgres: { url } or a pg Pool }.',
    ],
  ])('refuses %j', (options, message) => {
    const run = () => createWebhookQueue({ ...SQLITE, ...options } as never);
    expect(run).toThrow(message);
    expect(run).toThrow(expect.objectContaining({ name: 'QueueOptionError', code: 'ERR_QUEUE_OPTION' }));
  });

  it('shows no password of a connection that it refuses', () => {
    const connection = { url: 'http://user:hunter2@host' };
    expect(() => createWebhookQueue({ queueName: 'q', connection })).toThrow(
      expect.objectContaining({
        message: expect.not.stringContaining('hunter2'),
      }),
    );
  });
});

describe('whenUnavailable', () => {
  it.each([
    [{}, 'throw'],
    [{ enableDirectFallback: true }, 'direct'],
    [{ whenUnavailable: 'direct' }, 'direct'],
    [{ whenUnavailable: 'throw', enableDirectFallback: true }, 'throw'],
    [{ whenUnavailable: 'spool', enableDirectFallback: true }, 'spool'],
  ] as const)('of %j is %s', (options, choice) => {
    expect(whenUnavailableOf({ ...SQLITE, ...options })).toBe(choice);
  });

  it('refuses a count of finished jobs with spool, where their age alone decides', () => {
    const spool = { ...SQLITE, whenUnavailable: 'spool' } as const;
    expect(resolveOptions(spool).keepCompleted).toEqual({ ageMs: 604_800_000, count: undefined });
    const run = () => createWebhookQueue({ ...spool, keepCompleted: { count: 10 } });
    expect(run).toThrow(
      "keepCompleted.count is 10; leave it out with whenUnavailable 'spool', where a finished job must be known for all of keepCompleted.ageMs.",
    );
  });

  it('refuses what it does not know', () => {
    expect(() => createWebhookQueue({ ...SQLITE, whenUnavailable: 'drop' as never })).toThrow(
      `whenUnavailable is "drop"; it must be 'throw', 'direct' or 'spool'.`,
    );
  });
});
