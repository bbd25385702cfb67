import { contextStorage } from '@holdfast/context/storage';
import type { EngineWorker, EngineWorkerOptions, QueueEngine } from '../engines/engine.ts';
import { settlesWithin } from '../engines/time-limit.ts';
import { JobAbortedError } from '../errors.ts';
import type { ResolvedOptions } from '../options.ts';
import type { QueueJob } from './attempt.ts';
import { CircuitGate } from './circuit-gate.ts';
import { EngineSignal } from './engine-signals.ts';
import { JobsInHand } from './jobs-in-hand.ts';
import type { ProcessingTotals } from './processing-totals.ts';
import { WorkerFacts } from './worker-facts.ts';
import { WorkerValve } from './worker-valve.ts';

/** How long a processor has to stop after its signal was aborted, and a job to be put back after that. */
const STOP_GRACE_MS = 1000;

export interface JobWorker {
  /** Takes no further job; running ones go on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Waits for running jobs up to `closeTimeoutMs`, then aborts their signals and puts them back. */
  close(): Promise<void>;
}

export interface WorkerParts<Data> {
  readonly options: ResolvedOptions;
  readonly processor: (input: QueueJob<Data>) => unknown;
  readonly totals: ProcessingTotals;
  readonly onTrouble: (error: Error) => void;
}

/** Starts a worker on the engine. It reconnects by itself and for ever. */
export function startJobWorker<Data>(
  engine: QueueEngine<Data>,
  parts: WorkerParts<Data>,
): Promise<JobWorker> {
  // A worker started inside a request must not carry that request's context for the rest of its life.
  return contextStorage.exit(async () => {
    const facts = new WorkerFacts(parts.options.queueName, parts.totals);
    const jobs = new JobsInHand({ ...parts, facts });
    const engineWorker = await engine.createWorker(
      (job, token) => jobs.handle(job, token),
      engineOptions(parts.options),
    );
    const { worker } = engineWorker;
    const valve = new WorkerValve(worker, (paused) => (jobs.paused = paused));
    worker.on('error', parts.onTrouble);
    worker.on('completed', (job) => facts.completed(job));
    worker.on('failed', (job) => facts.failed(job));
    worker.on('lockRenewalFailed', (ids) => jobs.abort(new JobAbortedError('lock-lost'), ids));
    const gate = new CircuitGate(parts.options.circuit, parts.options.clock, (shut) => valve.shut(shut));
    jobs.gate = gate;
    run(engineWorker).catch(parts.onTrouble);
    return {
      pause: async () => valve.pause(),
      resume: async () => valve.resume(),
      close: () => {
        gate.close();
        // What it put back must not come to itself again while its last wait for a job ends.
        jobs.paused = true;
        return closeWorker(engineWorker, jobs, parts.options);
      },
    };
  });
}

/** A circuit that closed meanwhile may have set it going already. */
async function run<Data>({ worker, connected }: EngineWorker<Data>): Promise<void> {
  await connected;
  if (!worker.isRunning()) await worker.run();
}

function engineOptions(options: ResolvedOptions): EngineWorkerOptions {
  const { concurrency, keepCompleted, lockDurationMs, stalledIntervalMs, maxStalls } = options;
  return {
    autorun: false,
    concurrency,
    lockDuration: lockDurationMs,
    stalledInterval: stalledIntervalMs,
    maxStalledCount: maxStalls,
    removeOnComplete: {
      age: Math.ceil(keepCompleted.ageMs / 1000),
      ...(keepCompleted.count !== undefined && { count: keepCompleted.count }),
    },
    // Seconds. A connection that Redis lost in a wait is noticed a second after it.
    drainDelay: 2,
    runRetryDelay: 1000,
    settings: {
      backoffStrategy: (_attempts, _type, error) => (error instanceof EngineSignal ? error.delayMs : 0),
    },
  };
}

async function closeWorker<Data>(
  { worker, disconnect }: EngineWorker<Data>,
  jobs: JobsInHand<Data>,
  { clock, closeTimeoutMs }: ResolvedOptions,
): Promise<void> {
  const closed = worker.close();
  const firstLookMs = Math.min(closeTimeoutMs, STOP_GRACE_MS);
  const done =
    (await settlesWithin(closed, firstLookMs, clock)) ||
    jobs.idle ||
    (await settlesWithin(closed, closeTimeoutMs - firstLookMs, clock));
  if (!done) {
    jobs.abort(new JobAbortedError('shutdown'));
    if (!(await settlesWithin(closed, STOP_GRACE_MS, clock))) {
      jobs.abandon();
      await settlesWithin(closed, STOP_GRACE_MS, clock);
    }
  }
  // Where the engine does not answer, this is what ends the worker; its jobs are found by the stalled check.
  disconnect();
}
