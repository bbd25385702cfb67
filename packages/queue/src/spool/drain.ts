import type { JobToStore } from '../engines/engine.ts';
import { SpoolRefusedError } from '../errors.ts';
import type { SpooledJob, SpoolFile } from './spool-file.ts';

/** Jobs that are sent before the answers are waited for. */
const LARGEST_BATCH = 100;

export interface DrainTarget {
  /**
   * Stores a job, unless its id is taken; those of one turn of the event loop in their order. Rejects where that is not
   * known to have happened.
   */
  store(job: JobToStore): Promise<unknown>;
  readonly onTrouble: (error: Error) => void;
}

/**
 * Hands the jobs of a file over, the oldest first, and removes each once the server has it. A process that dies in
 * between leaves the job here: it is sent again, and its id makes the second one a duplicate.
 * @returns whether the file was emptied, apart from jobs that the server refuses
 */
export async function drainFile(
  file: SpoolFile,
  target: DrainTarget,
  goesOn: () => boolean,
): Promise<boolean> {
  while (goesOn()) {
    const batch = file.oldest(LARGEST_BATCH);
    if (batch.length === 0) return true;
    const { stored, failed } = await sendBatch(batch, target);
    // One that failed before another was taken is at fault itself; one that failed alone may have met an outage.
    const lastStored = stored.at(-1)?.seq ?? 0;
    const refused = failed.filter(({ job }) => job.seq < lastStored);
    file.settle(
      stored,
      refused.map(({ job }) => job),
    );
    for (const { job, error } of refused)
      target.onTrouble(new SpoolRefusedError(job.jobId, { cause: error }));
    if (failed.length > refused.length || stored.length === 0) return false;
  }
  return false;
}

interface SentBatch {
  readonly stored: SpooledJob[];
  readonly failed: { readonly job: SpooledJob; readonly error: unknown }[];
}

async function sendBatch(batch: readonly SpooledJob[], target: DrainTarget): Promise<SentBatch> {
  const answers = await Promise.allSettled(
    batch.map((job) => target.store(JSON.parse(job.job) as JobToStore)),
  );
  const sent: SentBatch = { stored: [], failed: [] };
  for (const [index, job] of batch.entries()) {
    const answer = answers[index];
    if (answer?.status === 'rejected') sent.failed.push({ job, error: answer.reason });
    else sent.stored.push(job);
  }
  return sent;
}
