import type { Job } from 'bullmq';

/** What a queue keeps with a job beside its event, in BullMQ's progress field. */
export interface JobNotes {
  /** How long the job has been parked in all. */
  readonly parkedMs: number;
  /** The newest of them. */
  readonly redrives: readonly Redrive[];
  /** How many redrives came before those. */
  readonly olderRedrives?: number;
}

/** A redrive on the record of a letter. */
export interface Redrive {
  readonly by: string;
  /** Epoch ms. */
  readonly at: number;
  /** When the death happened that it answered; epoch ms. */
  readonly failedAt?: number;
}

const KEPT_REDRIVES = 100;

export function readNotes(job: Pick<Job, 'progress'>): JobNotes {
  const notes = job.progress as Partial<JobNotes> | number | string | boolean;
  if (typeof notes !== 'object' || notes === null) return { parkedMs: 0, redrives: [] };
  return {
    ...notes,
    parkedMs: notes.parkedMs ?? 0,
    redrives: Array.isArray(notes.redrives) ? notes.redrives : [],
  };
}

export async function writeNotes(job: Job, notes: JobNotes): Promise<void> {
  await job.updateProgress(notes);
}

/** The redrives that took place: one noted for the death that the job still lies in was cut off by a crash. */
export function redrivesOf(job: Pick<Job, 'progress' | 'finishedOn'>): {
  readonly count: number;
  readonly log: readonly Redrive[];
} {
  const { redrives, olderRedrives = 0 } = readNotes(job);
  const log = redrives.filter(({ failedAt }) => failedAt === undefined || failedAt !== job.finishedOn);
  return { count: olderRedrives + log.length, log };
}

/** The notes of a job that is about to be redriven: its time to be parked begins anew. */
export function notesOfRedrive(job: Pick<Job, 'progress' | 'finishedOn'>, redrive: Redrive): JobNotes {
  const { log, count } = redrivesOf(job);
  const redrives = [...log, redrive].slice(-KEPT_REDRIVES);
  return { parkedMs: 0, redrives, olderRedrives: count + 1 - redrives.length };
}
