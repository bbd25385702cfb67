import { type RedisServer, redisServer, startRedis } from '@holdfast/test-servers';
import { type JobsOptions, Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claim, newFile, openManualWorker, openQueue } from './support/queues.ts';

/** What an application may hand over by mistake or on behalf of an attacker. */
interface Case {
  readonly title: string;
  readonly name?: string;
  readonly data?: unknown;
  readonly opts?: object;
}

/** What becomes of it: a job as a worker gets it, or the message of the error. */
type Outcome = { id: string | undefined; name: string; data: unknown } | { refused: string };

interface Store {
  add(name: string, data: unknown, opts: JobsOptions): Promise<{ id?: string | undefined }>;
  getJob(id: string): Promise<{ id?: string | undefined; name: string; data: unknown } | undefined>;
}

async function outcomeOf(queue: Store, { name = 'job', data = {}, opts = {} }: Case): Promise<Outcome> {
  try {
    const { id = '' } = await queue.add(name, data, opts as JobsOptions);
    const job = await queue.getJob(id);
    return job === undefined ? { refused: 'lost' } : { id: job.id, name: job.name, data: job.data };
  } catch (error) {
    return { refused: (error as Error).message.split('\n')[0] ?? '' };
  }
}

const circle: Record<string, unknown> = {};
circle['me'] = circle;
const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
const failing = {
  toJSON() {
    throw new Error('no JSON of this');
  },
};
const accepted = (title: string, data: unknown, stored: unknown): [Case, Outcome] => [
  { title, data },
  { id: '1', name: 'job', data: stored },
];
const refused = (title: string, data: unknown, message: string): [Case, Outcome] => [
  { title, data },
  { refused: message },
];

const DATA: [Case, Outcome][] = [
  refused('a BigInt', { amount: 12n }, 'Do not know how to serialize a BigInt'),
  refused('a cycle', circle, 'Converting circular structure to JSON'),
  refused('a toJSON that throws', failing, 'no JSON of this'),
  refused('nesting deeper than the stack', nested(7000), 'Maximum call stack size exceeded'),
  accepted('nesting of a thousand levels', nested(1000), nested(1000)),
  accepted('a function', () => 1, {}),
  accepted('a symbol', Symbol('x'), {}),
  accepted('a toJSON that gives nothing', { toJSON: () => undefined }, {}),
  accepted('null', null, null),
  accepted('fields without JSON', { f: () => 1, u: undefined, n: Number.NaN }, { n: null }),
  accepted('a Map', new Map([[1, 2]]), {}),
  accepted('a Date', new Date(0), '1970-01-01T00:00:00.000Z'),
  accepted(
    'a key __proto__',
    JSON.parse('{"__proto__":{"admin":true}}'),
    JSON.parse('{"__proto__":{"admin":true}}'),
  ),
  accepted('lone surrogates', { '\udfff': 'a\ud800b' }, { '\udfff': 'a\ud800b' }),
  accepted('NUL and line separators', 'a\0b\u2028c\u2029', 'a\0b\u2028c\u2029'),
  accepted(
    'combining, 4-byte and direction marks',
    'e\u0301 é 😀 𐍈 \u202e\ufeff',
    'e\u0301 é 😀 𐍈 \u202e\ufeff',
  ),
  [
    { title: 'more than sizeLimit, in bytes', data: 'é'.repeat(50), opts: { sizeLimit: 100 } },
    { refused: 'The size of job job exceeds the limit 100 bytes' },
  ],
];

const named = (name: string): [Case, Outcome] => [
  { title: JSON.stringify(name.slice(0, 20)), name },
  { id: '1', name, data: {} },
];
const NAMES: [Case, Outcome][] = [
  ...['', ' ', 'a\0b', '😀', 'e\u0301', '__proto__', "'; DROP TABLE bullmq_job; --", 'n'.repeat(10_240)].map(
    named,
  ),
  [
    { title: 'a number', name: 5 as unknown as string },
    { id: '1', name: '5', data: {} },
  ],
];

const withId = (jobId: unknown, outcome: Outcome): [Case, Outcome] => [
  { title: JSON.stringify(jobId).slice(0, 40), opts: { jobId } },
  outcome,
];
const kept = (jobId: string): [Case, Outcome] => withId(jobId, { id: jobId, name: 'job', data: {} });
const IDS: [Case, Outcome][] = [
  withId('', { id: '1', name: 'job', data: {} }),
  withId('0', { refused: "JobId cannot be '0' or start with '0:'" }),
  withId('0:a', { refused: "JobId cannot be '0' or start with '0:'" }),
  withId('12', { refused: 'Custom Id cannot be integers' }),
  withId('-1', { refused: 'Custom Id cannot be integers' }),
  withId('a:b', { refused: 'Custom Id cannot contain :' }),
  withId(5, { refused: 'jobId.startsWith is not a function' }),
  ...['007', '1.5', '1e3', 'a:b:c', 'a\0b', '\n', ' ', '😀', 'é', 'e\u0301', '\ufeff', '__proto__'].map(kept),
  ...['constructor', 'null', '%', "'; DROP TABLE bullmq_job; --", 'x'.repeat(10_240)].map(kept),
];

const KINDS = [
  ['data', DATA],
  ['a name', NAMES],
  ['a job id', IDS],
] as const;

describe.each(KINDS)('%s of any kind', (_, cases) => {
  it.each(cases)('$title: stored as it is, or refused with a clear error', async (given, expected) => {
    const queue = openQueue();
    expect(await outcomeOf(queue, given)).toEqual(expected);
    expect(await queue.getWaitingCount()).toBe('refused' in expected ? 0 : 1);
  });
});

describe.skipIf(redisServer() === undefined)('the same on Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  it('has the same outcome, case by case', async () => {
    const different: string[] = [];
    for (const [index, [given, expected]] of [...DATA, ...NAMES, ...IDS].entries()) {
      const queue = new Queue(`q${index}`, { connection: { url: redis.url } });
      const outcome = await outcomeOf(queue, given);
      await queue.close();
      if (JSON.stringify(outcome) !== JSON.stringify(expected)) different.push(given.title);
    }
    expect(different).toEqual([]);
  });
});

describe('what could not be told apart or stored', () => {
  const lone = /^A job was refused: its .* has half a surrogate pair, which cannot be stored\. Encode the id/;

  it.each([
    ['a job id with a lone surrogate', 'job', { jobId: 'x\ud800' }, lone],
    ['a deduplication id with one', 'job', { deduplication: { id: 'x\udfff' } }, lone],
    [
      'no name',
      undefined,
      {},
      /value that cannot be stored \(NOT NULL constraint failed: bullmq_payload\.name\)/,
    ],
    [
      'an endless delay',
      'job',
      { delay: Number.POSITIVE_INFINITY },
      /REAL value in INTEGER column bullmq_job\./,
    ],
    ['a delay beyond all time', 'job', { delay: 1e300 }, /REAL value in INTEGER column bullmq_job\./],
    ['a timestamp beyond all time', 'job', { timestamp: 1e300 }, /REAL value in INTEGER column bullmq_job\./],
    [
      'a timestamp that is none',
      'job',
      { timestamp: 'noon' as unknown as number },
      /NOT NULL constraint failed: bullmq_job\./,
    ],
    ['a priority that is none', 'job', { priority: Number.NaN }, /NOT NULL constraint failed: bullmq_job\./],
  ])('%s is refused with a code and a reason', async (_, name, opts, message) => {
    const queue = openQueue();
    await expect(queue.add(name as string, {}, opts)).rejects.toMatchObject({
      name: 'SqliteJobError',
      code: 'ERR_BULLMQ_SQLITE_JOB',
      message: expect.stringMatching(message),
    });
    expect(await queue.getWaitingCount()).toBe(0);
  });

  it('a scheduler id with a lone surrogate is refused', async () => {
    const queue = openQueue();
    await expect(queue.upsertJobScheduler('x\ud800', { every: 1000 })).rejects.toThrow(lone);
    expect(await queue.getJobSchedulersCount()).toBe(0);
  });

  it('is refused alone: what is added in the same turn is kept', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const results = await Promise.allSettled([
      queue.add('first', {}, { jobId: 'first' }),
      queue.add('job', { amount: 1n }),
      queue.add('job', {}, { delay: 1e300 }),
      queue.add('job', {}, { jobId: 'x\ud800' }),
      queue.add(undefined as unknown as string, {}),
      queue.add('last', {}, { jobId: 'last' }),
    ]);
    expect(results.map(({ status }) => status === 'fulfilled')).toEqual([
      true,
      false,
      false,
      false,
      false,
      true,
    ]);
    expect((await queue.getWaiting()).map(({ id }) => id)).toEqual(['first', 'last']);
  });

  it('in a bulk refuses the bulk, and nothing of it is stored', async () => {
    const queue = openQueue();
    const bulk = [
      { name: 'good', data: {} },
      { name: 'bad', data: {}, opts: { delay: 1e300 } },
    ];
    await expect(queue.addBulk(bulk)).rejects.toMatchObject({ code: 'ERR_BULLMQ_SQLITE_JOB' });
    expect(await queue.getWaitingCount()).toBe(0);
  });

  it('as a return value fails the job, which is not lost', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.add('job', {});
    const job = await claim(openManualWorker(file));
    await expect(job?.moveToCompleted({ amount: 1n }, 'token', false)).rejects.toThrow('BigInt');
    expect(await job?.getState()).toBe('active');
    await job?.moveToFailed(new Error('no JSON \ud800 \0 😀'), 'token', false);
    expect((await queue.getFailed())[0]?.failedReason).toBe('no JSON \ufffd \0 😀');
  });
});
