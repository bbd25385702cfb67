/** What every measured queue does in the same way: many adders, then many workers, timed here. */
import { answerParent } from '../harness/answer-parent.ts';

/** A queue as the measurement sees it. A new one is opened for each round. */
export interface MeasuredQueue {
  add(index: number): Promise<unknown>;
  /** Starts the worker; `processed` is called once by each job's processor. */
  start(processed: () => void): void | Promise<void>;
  close(): Promise<void>;
}

export interface RoundQuestion {
  /** Distinguishes this round's queue from all others. */
  readonly name: string;
  readonly jobs: number;
  readonly adders: number;
  readonly workers: number;
}

export interface RoundAnswer {
  readonly addedPerSecond: number;
  readonly processedPerSecond: number;
}

const MS_PER_SECOND = 1_000;

export interface ServeQueueOptions {
  /** @param workers jobs that the worker runs at once */
  readonly open: (name: string, workers: number) => Promise<MeasuredQueue>;
  /** What is left over from a round and does not belong to the next: telemetry that is not sent yet. */
  readonly settle?: () => Promise<unknown>;
}

export function serveQueue({ open, settle = () => Promise.resolve() }: ServeQueueOptions): void {
  answerParent({
    round: async ({ name, jobs, adders, workers }: RoundQuestion): Promise<RoundAnswer> => {
      globalThis.gc?.();
      const queue = await open(name, workers);
      try {
        const addedPerSecond = await timeAdds(queue, jobs, adders);
        await settle();
        const processedPerSecond = await timeProcessing(queue, jobs);
        return { addedPerSecond, processedPerSecond };
      } finally {
        await queue.close();
        await settle();
      }
    },
  });
}

/** Jobs per second, added by `adders` that each wait for their own last one. */
export async function timeAdds(queue: MeasuredQueue, jobs: number, adders: number): Promise<number> {
  let next = 0;
  const adder = async (): Promise<void> => {
    while (next < jobs) {
      next += 1;
      await queue.add(next);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: adders }, adder));
  return (jobs * MS_PER_SECOND) / (performance.now() - start);
}

/** Jobs per second, from the first job's processor to the last one's, so that connecting the worker is not counted. */
export async function timeProcessing(queue: MeasuredQueue, jobs: number): Promise<number> {
  let processed = 0;
  let start = 0;
  const end = await new Promise<number>((resolve, reject) => {
    const onProcessed = (): void => {
      processed += 1;
      if (processed === 1) start = performance.now();
      if (processed === jobs) resolve(performance.now());
    };
    Promise.resolve(queue.start(onProcessed)).catch(reject);
  });
  return ((jobs - 1) * MS_PER_SECOND) / (end - start);
}
