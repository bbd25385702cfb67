import { setTimeout as delay } from 'node:timers/promises';
import type { Stage, StageOptions } from './stage.ts';

/** One thing that goes wrong, and the one alert that tells of it. */
export interface Fault {
  readonly name: string;
  readonly alert: string;
  /** What of the stage is another than usual. */
  readonly stage?: StageOptions;
  /** @returns what ends it */
  begin(stage: Stage): Promise<() => void | Promise<void>>;
}

const LONG_MS = 600_000;

export const FAULTS: readonly Fault[] = [
  {
    name: 'the queue’s server is killed',
    alert: 'AvailabilityBudgetBurn',
    stage: { env: { QUEUE_WHEN_UNAVAILABLE: 'throw' } },
    begin: async ({ redis }) => {
      await redis.kill();
      return () => {};
    },
  },
  {
    name: 'the queue’s server stalls for more than a second at a time',
    alert: 'LatencyBudgetBurn',
    begin: async ({ redis }) => pulses((signal) => process.kill(redis.pid, signal), 1700, 400),
  },
  {
    name: 'the payment provider answers 503',
    alert: 'CircuitOpen',
    begin: ({ provider }) => providerFault(provider.url, 'unavailable'),
  },
  {
    name: 'banks decline cards',
    alert: 'DeadLettersGrowing',
    begin: async ({ load }) => {
      load.declineEvery(10);
      return () => load.declineEvery(0);
    },
  },
  {
    name: 'the payment provider is slow, and one worker is left',
    alert: 'QueueLag',
    stage: { env: { WORKER_CONCURRENCY: '1' } },
    begin: ({ provider }) => providerFault(provider.url, 'slow'),
  },
  {
    name: 'the queue’s server is killed, and the service spools',
    alert: 'SpoolNotDraining',
    stage: { env: { QUEUE_WHEN_UNAVAILABLE: 'spool' } },
    begin: async ({ redis }) => {
      await redis.kill();
      return () => {};
    },
  },
  {
    name: 'something holds the event loop',
    alert: 'EventLoopLag',
    begin: async ({ service }) => pulses((signal) => service.signal(signal), 600, 600),
  },
  {
    name: 'the service is killed',
    alert: 'ServiceGone',
    begin: async ({ service }) => {
      await service.kill();
      return () => {};
    },
  },
];

/** The stand-in's own switch. */
async function providerFault(url: string, mode: string): Promise<() => Promise<void>> {
  await post(`${url}/control/outage`, { mode, forMs: LONG_MS });
  return () => post(`${url}/control/recovery`, {});
}

async function post(url: string, body: object): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
}

/** Stops a process and lets it go on again, over and over. */
function pulses(
  signal: (signal: NodeJS.Signals) => void,
  stoppedMs: number,
  runningMs: number,
): () => Promise<void> {
  const ended = new AbortController();
  const pulsing = (async () => {
    while (!ended.signal.aborted) {
      signal('SIGSTOP');
      await delay(stoppedMs);
      signal('SIGCONT');
      await delay(runningMs);
    }
  })();
  return async () => {
    ended.abort();
    await pulsing;
  };
}
