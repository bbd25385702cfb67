import { ManualClock } from '@holdfast/context/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHealth, type HealthOptions } from './health.ts';

let clock: ManualClock;
let calls: string[];
const running = { isShuttingDown: false };

beforeEach(() => {
  clock = new ManualClock();
  calls = [];
});

const create = (options: HealthOptions) => createHealth({ clock, lifecycle: running, ...options });

/** Lets what is settled already be noticed. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

function gate(name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const run = () => {
    calls.push(name);
    return promise;
  };
  return { run, resolve, reject };
}

describe('start-up', () => {
  it('is over from the beginning where there are no steps', async () => {
    const health = create({});
    expect(health.startup()).toEqual({ status: 200, body: { status: 'up', steps: {} } });
    await health.start();
    expect((await health.ready()).status).toBe(200);
  });

  it('keeps the service alive and unready until its steps have ended, one after another', async () => {
    const migrate = gate('migrate');
    const fill = gate('fill the cache');
    const health = create({
      startup: { migrate: migrate.run, 'fill the cache': fill.run },
      checks: { database: () => void calls.push('check') },
    });
    const started = health.start();
    await clock.advance(40);
    expect(health.live().status).toBe(200);
    expect(await health.ready()).toEqual({ status: 503, body: { status: 'starting', checks: {} } });
    expect((await health.detail()).body.status).toBe('starting');
    expect(health.startup()).toEqual({
      status: 503,
      body: {
        status: 'starting',
        steps: {
          migrate: { status: 'running', durationMs: 40, attempts: 1 },
          'fill the cache': { status: 'waiting', durationMs: 0, attempts: 0 },
        },
      },
    });
    expect(calls.filter((name) => name !== 'check')).toEqual(['migrate']);
    migrate.resolve();
    await settle();
    expect(calls).toContain('fill the cache');
    expect(health.startup().status).toBe(503);
    fill.resolve();
    await started;
    expect(health.startup().body).toMatchObject({
      status: 'up',
      steps: { migrate: { status: 'done', durationMs: 40 }, 'fill the cache': { status: 'done' } },
    });
    expect(await health.ready()).toEqual({ status: 200, body: { status: 'up', checks: { database: 'up' } } });
  });

  it.each(['startup', 'ready'] as const)('is set going by the first %s probe', async (probe) => {
    const health = create({ startup: { migrate: () => void calls.push('migrate') } });
    expect(calls).toEqual([]);
    expect((await health[probe]()).status).toBe(503);
    await settle();
    expect((await health[probe]()).status).toBe(200);
    expect(calls).toEqual(['migrate']);
  });

  it('runs each step once, whoever asks and however often', async () => {
    const health = create({ startup: { migrate: () => void calls.push('migrate') } });
    await Promise.all([health.start(), health.start(), health.ready()]);
    await health.start();
    health.startup();
    expect(calls).toEqual(['migrate']);
  });

  it('is not begun by a probe once the service is shutting down', async () => {
    const health = create({
      lifecycle: { isShuttingDown: true },
      startup: { migrate: () => void calls.push('migrate') },
    });
    health.startup();
    expect((await health.ready()).body.status).toBe('shutting-down');
    await settle();
    expect(calls).toEqual([]);
  });
});

describe('a start-up step', () => {
  it.each([
    ['throws', () => void JSON.parse('{')],
    ['rejects', () => Promise.reject(new SyntaxError('postgres://user:secret@db'))],
  ])('that %s ends the run with its error as the cause, and shows no message of it', async (_, fail) => {
    const health = create({ startup: { migrate: fail, after: () => void calls.push('after') } });
    const failure = await health.start().catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: 'StartupStepError',
      code: 'ERR_LIFECYCLE_STARTUP_STEP',
      step: 'migrate',
      message:
        'The start-up step "migrate" failed (SyntaxError), and the service stays unready. See the cause; start() and every start-up probe try again.',
      cause: expect.any(SyntaxError),
    });
    expect(calls).toEqual([]);
    const { body } = health.startup();
    expect(body.steps['migrate']).toMatchObject({ status: 'failed', attempts: 1, error: 'SyntaxError' });
    expect(JSON.stringify(body)).not.toContain('secret');
  });

  it('that failed is tried again by probes, at most once in startupRetryMs, and those before it are not', async () => {
    let broken = true;
    const health = create({
      startup: {
        first: () => void calls.push('first'),
        second() {
          calls.push('second');
          if (broken) throw new Error('not yet');
        },
      },
    });
    health.startup();
    await settle();
    for (let n = 0; n < 5; n += 1) {
      health.startup();
      await settle();
    }
    expect(calls).toEqual(['first', 'second']);
    await clock.advance(1000);
    health.startup();
    await settle();
    expect(calls).toEqual(['first', 'second', 'second']);
    broken = false;
    await health.start();
    expect(calls).toEqual(['first', 'second', 'second', 'second']);
    expect(health.startup().body).toMatchObject({
      status: 'up',
      steps: { second: { status: 'done', attempts: 3 } },
    });
    expect(health.startup().body.steps['second']).not.toHaveProperty('error');
  });

  it('that hangs keeps the service unready and is not called a second time', async () => {
    const stuck = gate('stuck');
    const health = create({ startup: { stuck: stuck.run } });
    for (let n = 0; n < 10; n += 1) {
      expect(health.startup().status).toBe(503);
      await clock.advance(60_000);
    }
    expect(health.startup().body.steps['stuck']).toMatchObject({ status: 'running', durationMs: 600_000 });
    expect(calls).toEqual(['stuck']);
    stuck.resolve();
    await settle();
    expect(health.startup().status).toBe(200);
  });
});

describe('start-up options', () => {
  it('are refused when wrong, naming what and why', () => {
    expect(() => create({ startupRetryMs: -1 })).toThrow(
      'createHealth: startupRetryMs is -1; it must be 0 to 3600000 milliseconds.',
    );
    expect(() => create({ startup: { migrate: 'now' as unknown as () => void } })).toThrow(
      'createHealth, start-up step migrate is of type string; it must be a function.',
    );
  });
});
