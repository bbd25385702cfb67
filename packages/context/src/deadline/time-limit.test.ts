/* oxlint-disable unicorn/no-thenable -- a thenable is what one of these tests is about */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { DeadlineExceededError } from '../errors.ts';
import { ManualClock } from '../testing/index.ts';
import { currentSignal, remainingMs, withDeadline } from './time-limit.ts';

/** Like the queries of Knex or Prisma: begins its work with then(). */
class Lazy {
  start(): void {}
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what the test is about
  then(): void {
    this.start();
  }
}
const LAZY = new Lazy();

describe('withDeadline', () => {
  it('gives the remaining time, down to 0', async () => {
    const clock = new ManualClock();
    await withDeadline(
      100,
      async () => {
        expect(remainingMs()).toBe(100);
        await clock.advance(60);
        expect(remainingMs()).toBe(40);
        await clock.advance(100);
        expect(remainingMs()).toBe(0);
      },
      { clock },
    );
  });

  it('is absent outside: no limit and no signal', () => {
    expect(remainingMs()).toBe(Number.POSITIVE_INFINITY);
    expect(currentSignal()).toBeUndefined();
  });

  it('aborts the signal at the deadline, with an error that says so', async () => {
    const clock = new ManualClock();
    await withDeadline(
      100,
      async () => {
        const signal = currentSignal();
        await clock.advance(99);
        expect(signal?.aborted).toBe(false);
        await clock.advance(1);
        expect(signal?.aborted).toBe(true);
        expect(signal?.reason).toBeInstanceOf(DeadlineExceededError);
        expect(signal?.reason).toMatchObject({
          code: 'ERR_DEADLINE_EXCEEDED',
          name: 'DeadlineExceededError',
        });
      },
      { clock },
    );
  });

  it('gives an aborted signal to whoever asks after the deadline', async () => {
    const clock = new ManualClock();
    await withDeadline(
      10,
      async () => {
        await clock.advance(20);
        expect(currentSignal()?.aborted).toBe(true);
      },
      { clock },
    );
  });

  it('only shortens: a later deadline inside an earlier one has no effect', () => {
    const clock = new ManualClock();
    withDeadline(
      100,
      () => {
        withDeadline(500, () => expect(remainingMs()).toBe(100), { clock });
        withDeadline(30, () => expect(remainingMs()).toBe(30), { clock });
        expect(remainingMs()).toBe(100);
      },
      { clock },
    );
  });

  it('ends inner work with the outer deadline', async () => {
    const clock = new ManualClock();
    await withDeadline(
      50,
      () =>
        withDeadline(
          500,
          async () => {
            const signal = currentSignal();
            await clock.advance(50);
            expect(signal?.aborted).toBe(true);
          },
          { clock },
        ),
      { clock },
    );
  });

  it('is ended early by the signal it was given, with its reason', () => {
    const clock = new ManualClock();
    const shutdown = new AbortController();
    withDeadline(
      100,
      () => {
        const signal = currentSignal();
        shutdown.abort(new Error('shutting down'));
        expect(signal?.aborted).toBe(true);
        expect(signal?.reason).toEqual(new Error('shutting down'));
      },
      { clock, signal: shutdown.signal },
    );
  });

  it('with Infinity sets no time and only takes the signal', () => {
    const { signal } = new AbortController();
    withDeadline(
      Number.POSITIVE_INFINITY,
      () => {
        expect(remainingMs()).toBe(Number.POSITIVE_INFINITY);
        expect(currentSignal()).toBe(signal);
      },
      { signal },
    );
  });

  it('makes no timer until somebody asks for the signal, and leaves none behind', async () => {
    const clock = new ManualClock();
    withDeadline(100, () => expect(clock.pendingTimers).toBe(0), { clock });
    withDeadline(100, () => void currentSignal(), { clock });
    expect(clock.pendingTimers).toBe(0);
    await withDeadline(
      100,
      async () => {
        currentSignal();
        expect(clock.pendingTimers).toBe(1);
      },
      { clock },
    );
    expect(clock.pendingTimers).toBe(0);
    const failing = withDeadline(100, async () => Promise.reject(currentSignal()?.reason ?? new Error('x')), {
      clock,
    });
    await expect(failing).rejects.toThrow('x');
    expect(clock.pendingTimers).toBe(0);
  });

  it('makes no timer for deadlines inside each other either', () => {
    const clock = new ManualClock();
    const inner = () => withDeadline(500, () => expect(clock.pendingTimers).toBe(0), { clock });
    withDeadline(100, () => withDeadline(30, inner, { clock }), { clock });
  });

  it('inside another, is ended by the signal that the other was given', () => {
    const clock = new ManualClock();
    const shutdown = new AbortController();
    const inner = () => {
      const signal = currentSignal();
      shutdown.abort(new Error('shutting down'));
      expect(signal?.reason).toEqual(new Error('shutting down'));
    };
    withDeadline(100, () => withDeadline(30, inner, { clock }), { clock, signal: shutdown.signal });
  });

  it('keeps the deadline of a thenable that is not a Promise, and does not start it', async () => {
    const clock = new ManualClock();
    let started = 0;
    let signal: AbortSignal | undefined;
    const lazy = withDeadline(
      100,
      () => {
        signal = currentSignal();
        return Object.create(LAZY, { start: { value: () => void (started += 1) } }) as PromiseLike<void>;
      },
      { clock },
    );
    expect(typeof lazy.then).toBe('function');
    expect(started).toBe(0);
    await clock.advance(100);
    expect(signal?.aborted).toBe(true);
  });

  it('leaves no timer behind a function that throws', () => {
    const clock = new ManualClock();
    const failing = () =>
      withDeadline(
        100,
        () => {
          currentSignal();
          throw new Error('x');
        },
        { clock },
      );
    expect(failing).toThrow('x');
    expect(clock.pendingTimers).toBe(0);
  });

  it('of 0 has passed at once', () => {
    withDeadline(0, () => {
      expect(remainingMs()).toBe(0);
      expect(currentSignal()?.aborted).toBe(true);
    });
  });

  it.each([-1, Number.NaN])('refuses %d', (ms) => {
    expect(() => withDeadline(ms, () => 1)).toThrow(
      expect.objectContaining({
        code: 'ERR_CONTEXT_OPTION',
        message: `withDeadline: ms is ${ms}; it must be 0 or more milliseconds.`,
      }),
    );
  });
});

describe('systemClock.setTimer', () => {
  afterEach(() => void vi.useRealTimers());

  it('waits out a delay over 2^31-1 ms in full', () => {
    vi.useFakeTimers();
    const fired = vi.fn<() => void>();
    const THIRTY_DAYS_MS = 2_592_000_000;
    systemClock.setTimer(fired, THIRTY_DAYS_MS);
    vi.advanceTimersByTime(2_147_483_647);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(444_516_352);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledOnce();
  });

  it('waits out 2^31-1 ms exactly, and three times as long', () => {
    vi.useFakeTimers();
    const once = vi.fn<() => void>();
    const thrice = vi.fn<() => void>();
    systemClock.setTimer(once, 2_147_483_647);
    systemClock.setTimer(thrice, 6_442_450_941);
    vi.advanceTimersByTime(2_147_483_646);
    expect(once).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(once).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(4_294_967_293);
    expect(thrice).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(thrice).toHaveBeenCalledOnce();
  });

  it('does not fire once cancelled, in the second stretch neither', () => {
    vi.useFakeTimers();
    const fired = vi.fn<() => void>();
    const timer = systemClock.setTimer(fired, 3_000_000_000);
    vi.advanceTimersByTime(2_500_000_000);
    timer.cancel();
    vi.advanceTimersByTime(3_000_000_000);
    expect(fired).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('fires a delay of 0 or less on the next turn, not at once', () => {
    vi.useFakeTimers();
    const fired = vi.fn<() => void>();
    systemClock.setTimer(fired, -5);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledOnce();
  });

  it('keeps the process alive only when asked', () => {
    const setTimeoutSpy = vi.spyOn(globalThis, 'setTimeout');
    const timers = [
      systemClock.setTimer(() => undefined, 1000),
      systemClock.setTimer(() => undefined, 1000, { keepAlive: true }),
    ];
    const handles = setTimeoutSpy.mock.results.map(({ value }) => value as NodeJS.Timeout);
    expect(handles.map((handle) => handle.hasRef())).toEqual([false, true]);
    for (const timer of timers) timer.cancel();
    setTimeoutSpy.mockRestore();
  });

  it('gives a monotonic time and the epoch', () => {
    const before = systemClock.now();
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
    expect(systemClock.wallTime()).toBeGreaterThan(1_767_225_600_000);
  });
});
