import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  type CircuitBreakerControl,
  createCircuitBreaker,
  createResilientFunction,
} from '@holdfast/resilience';
import { VirtualClock } from '../fleet/virtual-clock.ts';
import type { Proof } from '../harness/proof.ts';
import type { Random } from '../harness/random.ts';

/** The heap is read so often, at equal distances. */
const READINGS = 20;
/** Readings before the heap has taken its size: compiled code, the pools of the runtime. */
const WARM_UP_READINGS = 5;
const MOST_GROWTH_BYTES = 500_000;
const BATCH = 1_000;
const BYTES_PER_KIB = 1_024;
const TENANTS = 1_000;

type Weather = 'up' | 'failing' | 'hanging';

/** Ten million calls of every kind through a policy that is never made anew: nothing may grow with their number. */
export const soak: Proof = {
  claim: 'The heap stays flat under calls, failures, timeouts, refusals, openings and recoveries.',
  unit: 'cases',
  defaultSize: 1_000_000,
  run: async ({ random, size, progress }) => {
    const work = new Work(random);
    const heap: number[] = [];
    const collect = garbageCollector();
    for (let reading = 1; reading <= READINGS; reading += 1) {
      while (work.calls < (size * reading) / READINGS) await work.batch();
      collect();
      heap.push(process.memoryUsage().heapUsed);
      progress(`${work.calls} calls, heap ${Math.round((heap.at(-1) ?? 0) / BYTES_PER_KIB)} KiB`);
    }
    const settled = heap.slice(WARM_UP_READINGS);
    const half = Math.floor(settled.length / 2);
    const growthBytes = Math.min(...settled.slice(half)) - Math.min(...settled.slice(0, half));
    const violations =
      growthBytes > MOST_GROWTH_BYTES
        ? [`the heap grew by ${growthBytes} bytes from the first to the second half of the readings`]
        : [];
    return {
      figures: {
        ...work.figures(),
        heapKiB: Math.round((settled.at(-1) ?? 0) / BYTES_PER_KIB),
        growthKiB: Math.round(growthBytes / BYTES_PER_KIB),
      },
      violations,
    };
  },
};

class Work {
  readonly #random: Random;
  readonly #clock = new VirtualClock();
  readonly #breaker: CircuitBreakerControl;
  readonly #call: (tenant: string) => Promise<unknown>;
  #weather: Weather = 'up';
  #openings = 0;
  #recoveries = 0;
  calls = 0;

  constructor(random: Random) {
    this.#random = random;
    const clock = this.#clock;
    const failure = new Error('down');
    const fn = async (_tenant: string): Promise<string> => {
      if (this.#weather === 'failing') throw failure;
      if (this.#weather === 'hanging') await new Promise(() => {});
      return 'fine';
    };
    const breaker = createCircuitBreaker(fn, {
      clock,
      timeout: 100,
      resetTimeout: 1_000,
      resetTimeoutMultiplier: 2,
      maxResetTimeoutMs: 5_000,
      slowCallDurationThresholdMs: 50,
      random: () => random.next(),
    });
    breaker.on('open', () => {
      this.#openings += 1;
    });
    breaker.on('close', () => {
      this.#recoveries += 1;
    });
    this.#breaker = breaker;
    const resilient = createResilientFunction(fn, {
      clock,
      circuitBreaker: breaker,
      retry: { maxAttempts: 3, initialDelayMs: 10, random: () => random.next() },
      bulkhead: {
        maxConcurrent: 100,
        maxConcurrentPerKey: 20,
        maxQueue: 200,
        queueTimeoutMs: 50,
        abortGraceMs: 50,
        key: (tenant: string) => tenant,
      },
      fallback: () => 'instead',
    });
    this.#call = (tenant) => resilient.execute(tenant);
  }

  /** A thousand calls, at once or one after the other, in one weather; then time passes. */
  async batch(): Promise<void> {
    this.#weather = this.#random.chance(0.7) ? 'up' : this.#random.pick(['failing', 'hanging']);
    const atOnce = this.#random.chance(0.5) || this.#weather === 'hanging';
    const pending: Promise<unknown>[] = [];
    for (let call = 0; call < BATCH; call += 1) {
      const answer = this.#call(`tenant-${this.#random.between(1, TENANTS)}`);
      pending.push(answer);
      if (!atOnce && this.#weather === 'up') await answer;
    }
    await this.#clock.runUntil(this.#clock.now() + this.#random.between(500, 6_000));
    await Promise.all(pending);
    this.calls += BATCH;
  }

  figures(): Record<string, number> {
    const { successes, failures, timeouts, rejections, slowCalls } = this.#breaker.getMetrics();
    return {
      successes,
      failures,
      timeouts,
      slowCalls,
      rejections,
      openings: this.#openings,
      recoveries: this.#recoveries,
    };
  }
}

/** Collects all garbage at once, so that what is left is what is kept. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('This Node does not let its garbage be collected.');
  return () => void collect();
}
