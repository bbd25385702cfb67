import type { Job } from 'bullmq';

/** What a queue keeps with a job beside its event, in BullMQ's progress field. */
export interface JobNotes {
  /** How long the job has been parked in all. */
  readonly parkedMs: number;
  readonly redrives: readonly Redrive[];
}

export interface Redrive {
  readonly by: string;
  /** Epoch ms. */
  readonly at: number;
}

export function readNotes(job: Pick<Job, 'progress'>): JobNotes {
  const notes = job.progress as Partial<JobNotes> | number | string | boolean;
  if (typeof notes !== 'object' || notes === null) return { parkedMs: 0, redrives: [] };
  return { parkedMs: notes.parkedMs ?? 0, redrives: notes.redrives ?? [] };
}

export async function writeNotes(job: Job, notes: JobNotes): Promise<void> {
  await job.updateProgress(notes);
}
