/** A fleet of clients calls one service, which stalls for a while and then goes on. */
import { createResilientFunction } from '@holdfast/resilience';
import type { Random } from '../harness/random.ts';
import { exponential } from './exponential.ts';
import { SimulatedService } from './simulated-service.ts';
import { TimeSeries } from './time-series.ts';
import { VirtualClock } from './virtual-clock.ts';

export const CLIENTS = 40;
export const STALL_FROM_MS = 30_000;
export const STALL_TO_MS = 90_000;
export const END_MS = 150_000;
export const RESET_TIMEOUT_MS = 10_000;
const CALLS_PER_SECOND_AND_CLIENT = 10;
const WORK_MS = 20;
/** With so many the service can do half as much again as is asked of it. */
const WORKERS = 12;
const TIMEOUT_MS = 1_000;
const ATTEMPTS = 3;
const FIXED_DELAY_MS = 100;

export interface OutageRun {
  /** What the users asked of the fleet. */
  readonly offered: TimeSeries;
  /** What reached the service. */
  readonly calls: TimeSeries;
  /** What the users got an answer to. */
  readonly answered: TimeSeries;
}

export type Policy = 'plain retries' | 'holdfast';

type Call = () => Promise<void>;

export async function runOutage(policy: Policy, random: Random): Promise<OutageRun> {
  const clock = new VirtualClock();
  const offered = new TimeSeries(END_MS);
  const calls = new TimeSeries(END_MS);
  const answered = new TimeSeries(END_MS);
  const work = random.fork();
  const service = new SimulatedService({
    clock,
    workers: WORKERS,
    workMs: () => exponential(work, WORK_MS),
    arrivals: calls,
  });
  for (let client = 0; client < CLIENTS; client += 1) {
    const arrivals = random.fork();
    const call = clientOf(policy, service, clock, random.fork());
    const ask = () => {
      offered.add(clock.now());
      call().then(
        () => answered.add(clock.now()),
        () => undefined,
      );
      clock.setTimer(ask, exponential(arrivals, 1_000 / CALLS_PER_SECOND_AND_CLIENT));
    };
    clock.setTimer(ask, exponential(arrivals, 1_000 / CALLS_PER_SECOND_AND_CLIENT));
  }
  clock.setTimer(() => service.stall(), STALL_FROM_MS);
  clock.setTimer(() => service.resume(), STALL_TO_MS);
  await clock.runUntil(END_MS);
  return { offered, calls, answered };
}

function clientOf(policy: Policy, service: SimulatedService, clock: VirtualClock, random: Random): Call {
  if (policy === 'plain retries') return () => withPlainRetries(() => service.call(), clock);
  const resilient = createResilientFunction(() => service.call(), {
    name: 'service',
    clock,
    timeoutMs: TIMEOUT_MS,
    circuitBreaker: { resetTimeout: RESET_TIMEOUT_MS, random: () => random.next() },
    retry: { maxAttempts: ATTEMPTS, initialDelayMs: FIXED_DELAY_MS, random: () => random.next() },
    bulkhead: { maxConcurrent: 50 },
  });
  return () => resilient.execute();
}

/** What is commonly written by hand: a timeout, three attempts, the same delay between them. */
async function withPlainRetries(call: Call, clock: VirtualClock): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await timed(call(), clock);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await clock.wait(FIXED_DELAY_MS);
    }
  }
}

function timed(work: Promise<void>, clock: VirtualClock): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(() => reject(new Error('timed out')), TIMEOUT_MS);
    work.then(() => {
      timer.cancel();
      resolve();
    }, reject);
  });
}
