/** One engine in a process of its own: throughput with a backlog or none, latency, and what an idle worker costs. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerParent } from '../harness/answer-parent.ts';
import { type EngineQueue, type NewJob, openEngineQueue } from './engine-queue.ts';
import { fillBacklog } from './fill-backlog.ts';
import { eventOf, rawOptions } from './payload.ts';
import { timeAdds } from './serve-queue.ts';

export interface FillQuestion {
  readonly name: string;
  readonly waiting: number;
}

/** Jobs per second, but for the last. */
export interface EngineAnswer {
  readonly add: number;
  readonly bulk: number;
  readonly process50: number;
  readonly process10: number;
  readonly process1: number;
  /** The 99th percentile of the event loop's delay while 100 add and 50 work, ms. */
  readonly loopP99Ms: number;
}

const ADDERS = 100;
const BULK = 100;
const ADDED = 3_000;
const PROCESSED = { 50: 3_000, 10: 2_000, 1: 500 } as const;
const LONGEST_GAP_MS = 8;
const NS_PER_MS = 1e6;
const MS_PER_SECOND = 1_000;

const queues = new Map<string, EngineQueue>();
let made = 0;
/** What the listening worker has seen of jobs added elsewhere, in ms. */
const heard: number[] = [];

answerParent({
  fill: async ({ name, waiting }: FillQuestion) => {
    const queue = await openEngineQueue(name);
    queues.set(name, queue);
    await fillBacklog(queue, waiting, makeJob);
  },
  round: async ({ name, waiting }: FillQuestion): Promise<EngineAnswer> => {
    const queue = await opened(name);
    globalThis.gc?.();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const add = await timeAdds({ ...unused, add: () => queue.add(makeJob()) }, ADDED, ADDERS);
    const process50 = await timeWork(queue, 50);
    delay.disable();
    const bulk = await timeBulk(queue);
    const process10 = await timeWork(queue, 10);
    const process1 = await timeWork(queue, 1);
    if (waiting === 0) await queue.drain();
    return { add, bulk, process50, process10, process1, loopP99Ms: delay.percentile(99) / NS_PER_MS };
  },
  /** Ms from the call of `add` to the start of the job on an idle worker of this process. */
  latency: async ({ name, jobs }: { name: string; jobs: number }): Promise<number[]> => {
    const queue = await opened(name);
    heard.length = 0;
    const close = queue.work(1, hear);
    await sendSpaced(queue, jobs);
    await untilHeard(jobs);
    await close();
    return [...heard];
  },
  listen: async (name: string) => {
    heard.length = 0;
    (await opened(name)).work(1, hear);
  },
  send: async ({ name, jobs }: { name: string; jobs: number }) => sendSpaced(await opened(name), jobs),
  heard: async (jobs: number): Promise<number[]> => {
    await untilHeard(jobs);
    return heard.splice(0);
  },
  /** The share of one core, in per cent, that an idle worker takes over so many ms. */
  idle: async ({ name, ms }: { name: string; ms: number }): Promise<number> => {
    const close = (await opened(name)).work(10, () => undefined);
    await sleep(1_000);
    const before = process.cpuUsage();
    await sleep(ms);
    const { user, system } = process.cpuUsage(before);
    await close();
    return (user + system) / (ms * 10);
  },
});

const unused = { start: () => undefined, close: async () => undefined };

async function opened(name: string): Promise<EngineQueue> {
  const queue = queues.get(name) ?? (await openEngineQueue(name));
  queues.set(name, queue);
  return queue;
}

function makeJob(): NewJob {
  made += 1;
  const event = eventOf(Number(`${process.pid}${String(made).padStart(8, '0')}`));
  return { name: event.eventType, data: event, opts: rawOptions(event) };
}

async function timeBulk(queue: EngineQueue): Promise<number> {
  const start = performance.now();
  for (let added = 0; added < ADDED; added += BULK) {
    await queue.addBulk(Array.from({ length: BULK }, makeJob));
  }
  return (ADDED * MS_PER_SECOND) / (performance.now() - start);
}

/** From the first job's processor to that of the last of the measured ones. */
async function timeWork(queue: EngineQueue, concurrency: keyof typeof PROCESSED): Promise<number> {
  const jobs = PROCESSED[concurrency] - 2 * concurrency;
  let processed = 0;
  let start = 0;
  let close: () => Promise<void> = async () => undefined;
  const end = await new Promise<number>((resolve) => {
    close = queue.work(concurrency, () => {
      processed += 1;
      if (processed === 1) start = performance.now();
      if (processed === jobs) resolve(performance.now());
    });
  });
  await close();
  return ((jobs - 1) * MS_PER_SECOND) / (end - start);
}

/** One job after the other with a pause, so that the worker is idle when it comes. The clock is that of the machine. */
async function sendSpaced(queue: EngineQueue, jobs: number): Promise<void> {
  for (let sent = 0; sent < jobs; sent += 1) {
    await sleep(3 + Math.random() * LONGEST_GAP_MS);
    await queue.add({ name: 'latency', data: { at: String(process.hrtime.bigint()) }, opts: {} });
  }
}

function hear(data: unknown): void {
  const { at } = data as { at: string };
  heard.push(Number(process.hrtime.bigint() - BigInt(at)) / NS_PER_MS);
}

async function untilHeard(jobs: number): Promise<void> {
  while (heard.length < jobs) await sleep(5);
}
