import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { ManualClock } from '@holdfast/context/testing';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { LIFECYCLE_DEFAULTS, type LifecycleOptions } from './options.ts';
import type { ShutdownReport } from './shutdown-run.ts';
import { SHUTDOWN_PHASES } from './shutdown-step.ts';

let clock: ManualClock;
const hang = () => new Promise(() => {});

beforeEach(() => {
  clock = new ManualClock();
});

function create(options: LifecycleOptions = {}): Lifecycle {
  return createLifecycle({ clock, signals: [], onReport: () => {}, ...options });
}

const outcomes = ({ steps }: ShutdownReport) =>
  Object.fromEntries(steps.map(({ name, outcome }) => [name, outcome]));

describe('shutdown', () => {
  it('runs the phases in order, whatever the order of registration', async () => {
    const lifecycle = create();
    const order: string[] = [];
    for (const phase of [...SHUTDOWN_PHASES].reverse()) {
      lifecycle.onShutdown(`step of ${phase}`, () => order.push(phase), { phase });
    }
    const report = await lifecycle.shutdown();
    expect(order).toEqual(['readiness', 'accept', 'drain', 'workers', 'flush', 'close']);
    expect(report.ok).toBe(true);
    expect(report.steps.map(({ name }) => name)).toEqual(order.map((phase) => `step of ${phase}`));
  });

  it('puts a step without a phase after the workers and before the stores are closed', async () => {
    const lifecycle = create();
    const order: string[] = [];
    lifecycle.onShutdown('store', () => order.push('close'), { phase: 'close' });
    lifecycle.onShutdown('traces', () => order.push('default'));
    lifecycle.onShutdown('worker', () => order.push('workers'), { phase: 'workers' });
    await lifecycle.shutdown();
    expect(order).toEqual(['workers', 'default', 'close']);
  });

  it('waits for a phase before it begins the next, and runs the steps of one side by side', async () => {
    const lifecycle = create();
    const order: string[] = [];
    let end = () => {};
    const slow = () => {
      order.push('slow began');
      return new Promise<void>((resolve) => {
        end = resolve;
      });
    };
    lifecycle.onShutdown('slow', slow, { phase: 'workers' });
    lifecycle.onShutdown('quick', () => order.push('quick'), { phase: 'workers' });
    lifecycle.onShutdown('after', () => order.push('after'), { phase: 'close' });
    const running = lifecycle.shutdown();
    await clock.advance(100);
    expect(order).toEqual(['slow began', 'quick']);
    end();
    await running;
    expect(order).toEqual(['slow began', 'quick', 'after']);
  });

  it('reports each step with phase, outcome and duration, and the whole', async () => {
    const lifecycle = create();
    lifecycle.onShutdown('wait', ({ signal, reason }) => {
      expect([signal.aborted, reason]).toEqual([false, 'deploy']);
      return new Promise<void>((resolve) => void clock.setTimer(resolve, 30));
    });
    const running = lifecycle.shutdown('deploy');
    await clock.advance(30);
    expect(await running).toEqual({
      reason: 'deploy',
      ok: true,
      durationMs: 30,
      steps: [{ name: 'wait', phase: 'flush', outcome: 'done', durationMs: 30 }],
    });
    expect(clock.pendingTimers).toBe(0);
  });

  it('says that it is shutting down from its first moment on, and runs once', async () => {
    const lifecycle = create();
    let runs = 0;
    lifecycle.onShutdown('count', () => {
      runs += 1;
    });
    expect(lifecycle.isShuttingDown).toBe(false);
    const first = lifecycle.shutdown();
    expect(lifecycle.isShuttingDown).toBe(true);
    expect(lifecycle.shutdown('again')).toBe(first);
    await first;
    expect(runs).toBe(1);
    expect(lifecycle.isShuttingDown).toBe(true);
  });

  it('goes on after a step that throws, sync or async, and reports it', async () => {
    const lifecycle = create();
    const failure = new Error('no disk');
    lifecycle.onShutdown('throws', () => {
      throw failure;
    });
    lifecycle.onShutdown('rejects', () => Promise.reject(failure));
    lifecycle.onShutdown('store', () => {}, { phase: 'close' });
    const report = await lifecycle.shutdown();
    expect(report.ok).toBe(false);
    expect(outcomes(report)).toEqual({ throws: 'failed', rejects: 'failed', store: 'done' });
    expect(report.steps[0]?.error).toBe(failure);
  });

  it('leaves a step that hangs behind at its limit, with its signal aborted, and goes on', async () => {
    const lifecycle = create();
    let signal: AbortSignal | undefined;
    let remaining = -1;
    const stuck = (context: { signal: AbortSignal; remainingMs(): number }) => {
      signal = context.signal;
      remaining = context.remainingMs();
      return hang();
    };
    lifecycle.onShutdown('stuck', stuck, { timeoutMs: 500 });
    lifecycle.onShutdown('store', () => {}, { phase: 'close' });
    const running = lifecycle.shutdown();
    await clock.advance(500);
    const report = await running;
    expect(remaining).toBe(500);
    expect(outcomes(report)).toEqual({ stuck: 'timed-out', store: 'done' });
    expect(report.steps[0]?.error).toMatchObject({
      code: 'ERR_LIFECYCLE_STEP_TIMEOUT',
      step: 'stuck',
      limitMs: 500,
    });
    expect(signal?.reason).toBe(report.steps[0]?.error);
  });

  it('gives a step that names no limit stepTimeoutMs', async () => {
    const lifecycle = create({ stepTimeoutMs: 200 });
    lifecycle.onShutdown('stuck', hang);
    const running = lifecycle.shutdown();
    await clock.advance(200);
    expect((await running).durationMs).toBe(200);
  });

  it('ends at its overall limit, having kept a turn for each later phase', async () => {
    const lifecycle = create({ timeoutMs: 5000, stepTimeoutMs: 60_000 });
    lifecycle.onShutdown('requests', hang, { phase: 'drain' });
    lifecycle.onShutdown('traces', hang, { phase: 'flush' });
    lifecycle.onShutdown('store', () => {}, { phase: 'close' });
    const running = lifecycle.shutdown();
    await clock.advance(5000);
    const report = await running;
    expect(report.durationMs).toBe(4500);
    expect(report.steps.map(({ name, outcome, durationMs }) => [name, outcome, durationMs])).toEqual([
      ['requests', 'timed-out', 4000],
      ['traces', 'timed-out', 500],
      ['store', 'done', 0],
    ]);
  });

  it('waits readinessDelayMs between unready and the end of accepting', async () => {
    const lifecycle = create({ readinessDelayMs: 5000 });
    let accepting = true;
    lifecycle.onShutdown(
      'stop',
      () => {
        accepting = false;
      },
      { phase: 'accept' },
    );
    const running = lifecycle.shutdown();
    await clock.advance(4999);
    expect([accepting, lifecycle.isShuttingDown]).toEqual([true, true]);
    await clock.advance(1);
    expect(accepting).toBe(false);
    expect(outcomes(await running)).toEqual({ 'wait for the balancer': 'done', stop: 'done' });
  });

  it('cuts the wait for the balancer short where it would take the time of later phases', async () => {
    const lifecycle = create({ readinessDelayMs: 5000, timeoutMs: 5000 });
    lifecycle.onShutdown('store', () => {}, { phase: 'close' });
    const running = lifecycle.shutdown();
    await clock.advance(5000);
    expect(outcomes(await running)).toEqual({ 'wait for the balancer': 'timed-out', store: 'done' });
  });

  it('tells of each step as it ends and of the whole, by callback and on a channel', async () => {
    const told: unknown[] = [];
    const listener = (message: unknown) => told.push(message);
    channel('holdfast:lifecycle:shutdown').subscribe(listener);
    const lifecycle = create({
      onStep: (step) => told.push(step.name),
      onReport: (report) => told.push(report),
    });
    lifecycle.onShutdown('one', () => {});
    const report = await lifecycle.shutdown();
    channel('holdfast:lifecycle:shutdown').unsubscribe(listener);
    expect(told).toEqual(['one', report, report]);
  });

  it('goes on when a callback throws', async () => {
    const lifecycle = create({
      onStep: () => {
        throw new Error('logger is gone');
      },
    });
    lifecycle.onShutdown('one', () => {});
    const warning = once(process, 'warning');
    expect((await lifecycle.shutdown()).ok).toBe(true);
    expect(String((await warning)[0])).toContain('A shutdown callback threw Error.');
  });

  it('warns of a step that was not done where nobody takes the report, without the message of its error', async () => {
    const lifecycle = createLifecycle({ clock, signals: [] });
    lifecycle.onShutdown('store', () => Promise.reject(new Error('password=hunter2')), { phase: 'close' });
    const warning = once(process, 'warning');
    await lifecycle.shutdown();
    const [{ message, code }] = (await warning) as [{ message: string; code: string }];
    expect(message).toBe('The shutdown step "store" of phase close is failed: Error.');
    expect(code).toBe('HOLDFAST_SHUTDOWN');
  });
});

describe('onShutdown', () => {
  it('returns a function that takes the step out', async () => {
    const lifecycle = create();
    const remove = lifecycle.onShutdown('gone', () => {});
    remove();
    remove();
    expect((await lifecycle.shutdown()).steps).toEqual([]);
  });

  it('takes a step during the shutdown for a phase that has not begun, and refuses it for others', async () => {
    const lifecycle = create();
    lifecycle.onShutdown(
      'worker',
      () => {
        lifecycle.onShutdown('late store', () => {}, { phase: 'close' });
        expect(() => lifecycle.onShutdown('late worker', () => {}, { phase: 'workers' })).toThrow(
          expect.objectContaining({ code: 'ERR_LIFECYCLE_SHUTDOWN_BEGUN', step: 'late worker' }),
        );
      },
      { phase: 'workers' },
    );
    expect(outcomes(await lifecycle.shutdown())).toEqual({ worker: 'done', 'late store': 'done' });
  });

  it('refuses what it cannot use, naming it', () => {
    const lifecycle = create();
    expect(() => lifecycle.onShutdown('', () => {})).toThrow('the name is ""');
    expect(() => lifecycle.onShutdown('x', () => {}, { timeoutMs: 0 })).toThrow(
      'onShutdown("x"): timeoutMs is 0; it must be 1 to 3600000 milliseconds.',
    );
    expect(() => lifecycle.onShutdown('x', () => {}, { phase: 'later' as 'close' })).toThrow(
      'phase is later; it must be one of readiness, accept, drain, workers, flush, close.',
    );
  });
});

describe('signals', () => {
  it('are listened to from the first step until close()', async () => {
    const before = process.listenerCount('SIGUSR2');
    const lifecycle = createLifecycle({ clock, signals: ['SIGUSR2'] });
    expect(process.listenerCount('SIGUSR2')).toBe(before);
    lifecycle.onShutdown('one', () => {});
    lifecycle.onShutdown('two', () => {});
    expect(process.listenerCount('SIGUSR2')).toBe(before + 1);
    await lifecycle[Symbol.asyncDispose]();
    expect(process.listenerCount('SIGUSR2')).toBe(before);
  });

  it('are let go when the last step is taken out', () => {
    const before = process.listenerCount('SIGUSR2');
    const lifecycle = createLifecycle({ clock, signals: ['SIGUSR2'] });
    const removals = [lifecycle.onShutdown('one', () => {}), lifecycle.onShutdown('two', () => {})];
    removals[0]?.();
    removals[0]?.();
    expect(process.listenerCount('SIGUSR2')).toBe(before + 1);
    removals[1]?.();
    expect(process.listenerCount('SIGUSR2')).toBe(before);
    lifecycle.onShutdown('three', () => {})();
    expect(process.listenerCount('SIGUSR2')).toBe(before);
  });
});

describe('any set of steps', () => {
  it('ends within the overall limit, runs in phase order, and gives every step an outcome', async () => {
    const step = fc.record({
      phase: fc.constantFrom(...SHUTDOWN_PHASES),
      kind: fc.constantFrom('done', 'throws', 'hangs', 'slow'),
      timeoutMs: fc.integer({ min: 1, max: 20_000 }),
    });
    const property = fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
      const time = new ManualClock();
      const lifecycle = createLifecycle({ clock: time, signals: [], onReport: () => {}, timeoutMs: 8000 });
      const order: number[] = [];
      for (const [i, { phase, kind, timeoutMs }] of steps.entries()) {
        const run = () => {
          order.push(SHUTDOWN_PHASES.indexOf(phase));
          if (kind === 'throws') throw new Error('fails');
          if (kind === 'hangs') return hang();
          return kind === 'slow' ? new Promise<void>((done) => void time.setTimer(done, 900)) : undefined;
        };
        lifecycle.onShutdown(String(i), run, { phase, timeoutMs });
      }
      const running = lifecycle.shutdown();
      await time.advance(8000);
      const report = await running;
      expect(report.durationMs).toBeLessThanOrEqual(8000);
      expect(report.steps).toHaveLength(steps.length);
      expect(order).toHaveLength(steps.length);
      expect(order).toEqual([...order].sort((a, b) => a - b));
      const failing = steps.some(
        ({ kind, timeoutMs }) =>
          kind === 'throws' || kind === 'hangs' || (kind === 'slow' && timeoutMs < 900),
      );
      if (failing) expect(report.ok).toBe(false);
    });
    await fc.assert(property, { numRuns: 60 });
  });
});

describe('options', () => {
  it('have the defaults of the manual', () => {
    expect(LIFECYCLE_DEFAULTS).toEqual({
      timeoutMs: 25_000,
      stepTimeoutMs: 10_000,
      readinessDelayMs: 0,
      exitGraceMs: 1000,
      signals: ['SIGTERM', 'SIGINT'],
    });
    expect(Object.isFrozen(LIFECYCLE_DEFAULTS)).toBe(true);
  });

  it('are refused when wrong, naming option, value and range', () => {
    expect(() => create({ timeoutMs: 0 })).toThrow(
      'createLifecycle: timeoutMs is 0; it must be 1 to 3600000 milliseconds.',
    );
    expect(() => create({ timeoutMs: 100, readinessDelayMs: 200 })).toThrow(
      'readinessDelayMs is 200; it must be 0 to 100 milliseconds.',
    );
    expect(() => create({ exitGraceMs: -1 })).toThrow('exitGraceMs is -1');
    expect(() => create({ exitGraceMs: Number.POSITIVE_INFINITY })).not.toThrow();
  });
});
