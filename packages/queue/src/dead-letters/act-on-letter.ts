import type { Clock } from '@holdfast/context/clock';
import type { DeadLetterAct } from '../channels.ts';
import type { EngineJob, QueueEngine } from '../engines/engine.ts';
import type { EngineAccess } from '../engines/engine-access.ts';
import { DeadLetterNotFoundError, DiscardFailedError } from '../errors.ts';
import { notesOfRedrive, writeNotes } from '../job/job-notes.ts';
import { type DeadLetterSummary, summarise } from './dead-letter.ts';
import type { Claim, DeadLetterActs } from './dead-letter-acts.ts';

/** What acts on dead letters need. */
export interface ActParts<Data> {
  readonly access: EngineAccess<Data>;
  readonly acts: DeadLetterActs;
  readonly clock: Clock;
}

export interface ActRequest {
  readonly act: DeadLetterAct['act'];
  readonly by: string;
  readonly run?: string | undefined;
  /** Only the death that is meant, as it was read a moment ago. Default whichever the letter lies in. */
  readonly letter?: Pick<DeadLetterSummary, 'jobName' | 'failedAt'> | undefined;
}

/**
 * Redrives or removes one dead letter. Of several callers one does it, also when the letter dies again meanwhile:
 * each death is answered once.
 * @throws DeadLetterNotFoundError, DeadLetterBusyError, DiscardFailedError
 */
export function actOnLetter<Data>(
  { access, acts, clock }: ActParts<Data>,
  jobId: string,
  { act, by, run, letter }: ActRequest,
): Promise<void> {
  return access.use(async (engine) => {
    const { jobName, failedAt } = letter ?? summarise(await requireDead(engine, jobId));
    const entry: DeadLetterAct = {
      queue: engine.queue.name,
      jobId,
      jobName,
      act,
      by,
      at: clock.wallTime(),
      failedAt,
      ...(run !== undefined && { run }),
    };
    const claim = await acts.claim(engine, entry);
    try {
      // Read now: whoever had the claim before may have answered this death.
      const claimed = await requireDead(engine, jobId, entry.failedAt);
      await (act === 'redrive' ? reopen(claimed, entry) : remove(engine, claimed, jobId));
    } catch (error) {
      throw await giveUp(engine, claim, entry, error);
    }
    await claim.confirm();
  });
}

export async function findDead<Data>(
  { queue }: QueueEngine<Data>,
  jobId: string,
): Promise<EngineJob<Data> | undefined> {
  // The id may come from a client, no job has such a one, and PostgreSQL would refuse to look for it.
  if (jobId.includes('\0')) return undefined;
  const job = await queue.getJob(jobId);
  return job !== undefined && (await job.isFailed()) ? job : undefined;
}

async function requireDead<Data>(
  engine: QueueEngine<Data>,
  jobId: string,
  failedAt?: number,
): Promise<EngineJob<Data>> {
  const job = await findDead(engine, jobId);
  if (job === undefined || (failedAt !== undefined && job.finishedOn !== failedAt)) {
    throw new DeadLetterNotFoundError(engine.queue.name, jobId);
  }
  return job;
}

async function reopen<Data>(job: EngineJob<Data>, { by, at, failedAt }: DeadLetterAct): Promise<void> {
  // Written before the job can run: a worker that parks it must not overwrite the count.
  await writeNotes(job, notesOfRedrive(job, { by, at, failedAt }));
  await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
}

async function remove<Data>(
  { queue }: QueueEngine<Data>,
  job: EngineJob<Data>,
  jobId: string,
): Promise<void> {
  try {
    await job.remove();
  } catch (error) {
    throw new DiscardFailedError(jobId, { cause: error });
  }
  const left = await queue.getJob(jobId);
  // A redelivery may have made a new job of the same id by now.
  if (left !== undefined && left.finishedOn === job.finishedOn) throw new DiscardFailedError(jobId);
}

/**
 * What to tell after an act that failed. The claim is given back only where it is known that nothing was done: a lost
 * answer may have been a yes, and then the record stays, unconfirmed.
 */
async function giveUp<Data>(
  engine: QueueEngine<Data>,
  claim: Claim,
  { jobId, failedAt }: DeadLetterAct,
  error: unknown,
): Promise<unknown> {
  try {
    const left = await findDead(engine, jobId);
    const isStillDead = left !== undefined && left.finishedOn === failedAt;
    if (isStillDead || error instanceof DeadLetterNotFoundError) await claim.release();
    return isStillDead ? error : new DeadLetterNotFoundError(engine.queue.name, jobId);
  } catch {
    return error;
  }
}
