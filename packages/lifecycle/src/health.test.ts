import { ManualClock } from '@holdfast/context/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHealth, type HealthOptions } from './health.ts';
import { HEALTH_DEFAULTS } from './options.ts';

let clock: ManualClock;
const running = { isShuttingDown: false };

beforeEach(() => {
  clock = new ManualClock();
});

const create = (options: HealthOptions) => createHealth({ clock, lifecycle: running, ...options });
const fail = () => {
  throw new Error('connect to postgres://user:secret@db failed');
};

describe('live', () => {
  it('answers 200 and asks no dependency', () => {
    let asked = 0;
    const health = create({
      checks: {
        db: () => {
          asked += 1;
        },
      },
    });
    expect(health.live()).toEqual({ status: 200, body: { status: 'up' } });
    expect(asked).toBe(0);
  });

  it('stays 200 while shutting down', () => {
    expect(create({ lifecycle: { isShuttingDown: true } }).live().status).toBe(200);
  });
});

describe('ready', () => {
  it('answers 200 without checks', async () => {
    expect(await create({}).ready()).toEqual({ status: 200, body: { status: 'up', checks: {} } });
  });

  it.each([
    ['nothing', undefined, 'up'],
    ['true', true, 'up'],
    ['anything else', 'PONG', 'up'],
    ["'degraded'", 'degraded', 'degraded'],
    ["'down'", 'down', 'down'],
    ['false', false, 'down'],
  ])('takes an answer of %s', async (_, answer, status) => {
    const health = create({ checks: { sync: () => answer, async: async () => answer } });
    expect((await health.ready()).body).toEqual({ status, checks: { sync: status, async: status } });
  });

  it('answers 503 when a critical check is down', async () => {
    expect(await create({ checks: { db: fail, cache: () => {} } }).ready()).toEqual({
      status: 503,
      body: { status: 'down', checks: { db: 'down', cache: 'up' } },
    });
  });

  it('is degraded, and still 200, when a check that is not critical is down', async () => {
    const health = create({ checks: { mail: { check: fail, critical: false } } });
    expect(await health.ready()).toEqual({
      status: 200,
      body: { status: 'degraded', checks: { mail: 'down' } },
    });
  });

  it('is degraded, and still 200, while a circuit is open', async () => {
    const breaker = { state: 'OPEN' };
    const health = create({ checks: { paddle: () => (breaker.state === 'OPEN' ? 'degraded' : 'up') } });
    expect(await health.ready()).toMatchObject({ status: 200, body: { status: 'degraded' } });
  });

  it('answers 503 while shutting down, without asking anybody', async () => {
    let asked = 0;
    const lifecycle = { isShuttingDown: true };
    const check = () => {
      asked += 1;
    };
    expect(await create({ lifecycle, checks: { check } }).ready()).toEqual({
      status: 503,
      body: { status: 'shutting-down', checks: {} },
    });
    expect(asked).toBe(0);
  });
});

describe('a check', () => {
  it('is asked again only when its result is older than cacheMs', async () => {
    let asked = 0;
    const check = () => {
      asked += 1;
    };
    const health = create({ checks: { check }, cacheMs: 1000 });
    await health.ready();
    await clock.advance(999);
    await health.ready();
    expect(asked).toBe(1);
    await clock.advance(1);
    await health.ready();
    expect(asked).toBe(2);
  });

  it('is asked once by callers at the same time', async () => {
    let asked = 0;
    let answer = () => {};
    const check = () => {
      asked += 1;
      return new Promise<void>((resolve) => {
        answer = resolve;
      });
    };
    const health = create({ checks: { check } });
    const answers = [health.ready(), health.ready(), health.detail()];
    answer();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(asked).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('that hangs is down after timeoutMs, with its signal aborted', async () => {
    let signal: AbortSignal | undefined;
    const check = (context: { signal: AbortSignal }) => {
      signal = context.signal;
      return new Promise(() => {});
    };
    const health = create({ checks: { check }, timeoutMs: 300 });
    const answer = health.detail();
    await clock.advance(299);
    expect(signal?.aborted).toBe(false);
    await clock.advance(1);
    expect(await answer).toMatchObject({
      status: 503,
      body: { checks: { check: { status: 'down', durationMs: 300, error: 'ERR_HEALTH_CHECK_TIMEOUT' } } },
    });
    expect(signal?.reason).toMatchObject({ code: 'ERR_HEALTH_CHECK_TIMEOUT', check: 'check' });
  });

  it('that keeps hanging is asked less and less often, and as ever once its calls have ended', async () => {
    const ends: (() => void)[] = [];
    const check = () => new Promise<void>((resolve) => ends.push(resolve));
    const health = create({ checks: { check }, timeoutMs: 100, cacheMs: 0 });
    const probe = async (afterMs: number) => {
      await clock.advance(afterMs);
      const answer = health.ready();
      await clock.advance(100);
      await answer;
      return ends.length;
    };
    expect(await probe(0)).toBe(1);
    expect(await probe(1800)).toBe(1);
    expect(await probe(100)).toBe(2);
    expect(await probe(3800)).toBe(2);
    for (const end of ends) end();
    expect(await probe(0)).toBe(3);
  });

  it('may have limits of its own', async () => {
    const health = create({
      checks: { slow: { check: () => new Promise(() => {}), timeoutMs: 50 } },
      timeoutMs: 5000,
    });
    const answer = health.ready();
    await clock.advance(50);
    expect((await answer).status).toBe(503);
  });
});

describe('detail', () => {
  it('shows durations, times and codes, and no message of an error', async () => {
    const refused = Object.assign(new Error('10.0.0.7 refused'), { code: 'ECONNREFUSED' });
    const checks = {
      db: fail,
      redis: { check: () => Promise.reject(refused), critical: false },
      odd: () => Promise.reject(7),
    };
    const { status, body } = await create({ checks }).detail();
    expect(status).toBe(503);
    const common = { status: 'down', durationMs: 0, checkedAt: 1_767_225_600_000 };
    expect(body).toEqual({
      status: 'down',
      checks: {
        db: { ...common, critical: true, error: 'Error' },
        redis: { ...common, critical: false, error: 'ECONNREFUSED' },
        odd: { ...common, critical: true, error: 'unknown error' },
      },
    });
    expect(JSON.stringify(body)).not.toContain('secret');
  });

  it('says that it is shutting down and still shows the checks', async () => {
    const health = create({ checks: { db: () => {} }, lifecycle: { isShuttingDown: true } });
    expect(await health.detail()).toMatchObject({
      status: 503,
      body: { status: 'shutting-down', checks: { db: { status: 'up' } } },
    });
  });
});

describe('options', () => {
  it('have the defaults of the manual', () => {
    expect(HEALTH_DEFAULTS).toEqual({ cacheMs: 1000, startupRetryMs: 1000, timeoutMs: 800 });
    expect(Object.isFrozen(HEALTH_DEFAULTS)).toBe(true);
  });

  it('are refused when wrong, naming check, option, value and range', () => {
    expect(() => create({ checks: { db: () => {} }, timeoutMs: 0 })).toThrow(
      'createHealth, check db: timeoutMs is 0; it must be 1 to 60000 milliseconds.',
    );
    expect(() => create({ checks: { db: { check: () => {}, cacheMs: -1 } } })).toThrow('cacheMs is -1');
    expect(() => create({ checks: { '': () => {} } })).toThrow('the name is ""');
  });
});
