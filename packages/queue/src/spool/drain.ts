import type { JobToStore } from '../engines/engine.ts';
import { SpoolRefusedError } from '../errors.ts';
import type { SpooledJob, SpoolFile } from './spool-file.ts';

/** Jobs that are sent before the answers are waited for, on an engine that keeps their order. */
const LARGEST_BATCH = 100;

export interface DrainTarget {
  /** Whether jobs sent in one turn are stored in their order. */
  keepsOrder(): boolean;
  /** Stores a job, unless its id is taken. Rejects where that is not known to have happened. */
  store(job: JobToStore): Promise<unknown>;
  /** Rejects where the server does not answer. */
  ping(): Promise<void>;
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
  const sent: SentBatch = { stored: [], failed: [] };
  const size = target.keepsOrder() ? batch.length : 1;
  for (let from = 0; from < batch.length; from += size) {
    const part = batch.slice(from, from + size);
    const answers = await Promise.allSettled(
      part.map((job) => target.store(JSON.parse(job.job) as JobToStore)),
    );
    for (const [index, answer] of answers.entries()) {
      const job = part[index];
      if (job === undefined) continue;
      if (answer.status === 'fulfilled') sent.stored.push(job);
      else sent.failed.push({ job, error: answer.reason });
    }
    const failures = answers.filter(({ status }) => status === 'rejected').length;
    if (failures > 0 && !(await stillAnswers(target))) break;
  }
  return sent;
}

async function stillAnswers(target: DrainTarget): Promise<boolean> {
  try {
    await target.ping();
    return true;
  } catch {
    return false;
  }
}
