/** One server with two endpoints and a limited number of places for requests; what one of them calls becomes slow. */
import { createResilientFunction } from '@holdfast/resilience';
import type { Random } from '../harness/random.ts';
import { exponential } from './exponential.ts';
import { VirtualClock } from './virtual-clock.ts';

export const SLOW_FROM_MS = 30_000;
export const SLOW_TO_MS = 90_000;
export const SLOW_RUN_END_MS = 120_000;
/** Requests the server can have under way, as threads, connections or memory limit them. */
const PLACES = 64;
const OTHER_PER_SECOND = 200;
const OTHER_LEAST_MS = 5;
const OTHER_MEAN_EXTRA_MS = 10;
const CALLING_PER_SECOND = 100;
const NORMAL_MS = 20;
const SLOW_MS = 10_000;

export type Protection = 'none' | 'holdfast';

/** A request of the other endpoint. */
export interface Answered {
  readonly askedAt: number;
  readonly latencyMs: number;
}

export async function runSlowDependency(
  protection: Protection,
  becomesSlow: boolean,
  random: Random,
): Promise<Answered[]> {
  const clock = new VirtualClock();
  const otherWork = random.fork();
  const otherArrivals = random.fork();
  const callingArrivals = random.fork();
  const answered: Answered[] = [];
  const server = new Places(PLACES);
  const isSlow = () => becomesSlow && clock.now() >= SLOW_FROM_MS && clock.now() < SLOW_TO_MS;
  const dependency = () => clock.wait(isSlow() ? SLOW_MS : NORMAL_MS);
  const call = protection === 'none' ? dependency : protect(dependency, clock);
  every(clock, otherArrivals, OTHER_PER_SECOND, async () => {
    const askedAt = clock.now();
    const workMs = OTHER_LEAST_MS + exponential(otherWork, OTHER_MEAN_EXTRA_MS);
    await server.run(() => clock.wait(workMs));
    answered.push({ askedAt, latencyMs: clock.now() - askedAt });
  });
  every(clock, callingArrivals, CALLING_PER_SECOND, () => server.run(() => call().catch(() => undefined)));
  await clock.runUntil(SLOW_RUN_END_MS);
  return answered;
}

function protect(dependency: () => Promise<void>, clock: VirtualClock): () => Promise<void> {
  const resilient = createResilientFunction(dependency, {
    name: 'dependency',
    clock,
    timeoutMs: 1_000,
    circuitBreaker: { resetTimeout: 10_000, slowCallDurationThresholdMs: 500, slowCallRateThreshold: 50 },
    bulkhead: { maxConcurrent: 16 },
  });
  return () => resilient.execute();
}

function every(clock: VirtualClock, random: Random, perSecond: number, ask: () => Promise<unknown>): void {
  const next = () => clock.setTimer(arrive, exponential(random, 1_000 / perSecond));
  const arrive = () => {
    void ask();
    next();
  };
  next();
}

/** The places of the server; who finds none waits in line. */
class Places {
  #free: number;
  readonly #line: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  async run(work: () => Promise<unknown>): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((enter) => this.#line.push(enter));
    await work();
    const next = this.#line.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}

/** The latency that 99 of 100 requests asked for in this time stayed within, ms. */
export function p99Of(answered: readonly Answered[], fromMs: number, toMs: number): number {
  const latencies = answered
    .filter(({ askedAt }) => askedAt >= fromMs && askedAt < toMs)
    .map(({ latencyMs }) => latencyMs)
    .toSorted((a, b) => a - b);
  return latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN;
}
