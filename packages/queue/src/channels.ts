/** What a queue tells to whoever listens; the payload types are part of the API. */
import { type Channel, channel, type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import type { Carrier } from '@holdfast/context';
import type { DeathClass } from './failures/failure-class.ts';

/** Which engine a queue runs on. */
export type EngineName = 'sqlite' | 'redis' | 'postgres';

/** What became of a job: stored, known already, kept on this machine, or run at once. */
export type EnqueueStatus = 'queued' | 'duplicate' | 'spooled' | 'processedDirectly';

/** How an attempt ended: `parked` and `returned` spend none. */
export type JobOutcome = 'completed' | 'retried' | 'dead' | 'parked' | 'returned';

/** Operation `holdfast:queue:enqueue`. */
export interface EnqueueOperation {
  readonly queue: string;
  readonly jobId: string;
  readonly jobName: string;
  readonly engine: EngineName;
  /** Set when it ends well. */
  status?: EnqueueStatus;
}

/** Operation `holdfast:queue:process`: one attempt at a job. */
export interface ProcessOperation {
  readonly queue: string;
  readonly jobId: string;
  readonly jobName: string;
  readonly engine: EngineName;
  /** 1-based. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** The producer's context. */
  readonly carrier: Carrier;
  /** Epoch ms. */
  readonly enqueuedAt: number;
  /** Set when the attempt ends, before the end is published. */
  outcome?: JobOutcome;
}

/** Fact `holdfast:queue:settled`: an attempt ended and the engine has recorded it. */
export interface JobSettled {
  readonly queue: string;
  readonly jobName: string;
  readonly outcome: JobOutcome;
  /** How long the attempt ran; 0 where a job died without one, by stalling. */
  readonly durationMs: number;
  /** From the enqueue to the start of this attempt. */
  readonly waitMs: number;
}

/** Fact `holdfast:queue:dead-letter`. */
export interface DeadLettered {
  readonly queue: string;
  readonly jobId: string;
  readonly jobName: string;
  /** The message of the last error. */
  readonly reason: string;
  readonly failureClass: DeathClass;
  readonly carrier: Carrier;
}

/** Fact `holdfast:queue:dead-letter-act`: a dead letter was redriven, discarded or has expired. */
export interface DeadLetterAct {
  readonly queue: string;
  readonly jobId: string;
  readonly jobName: string;
  readonly act: 'redrive' | 'discard' | 'expire';
  /** Who asked for it, or `unknown`. */
  readonly by: string;
  /** Epoch ms. */
  readonly at: number;
  /** When the job had died; epoch ms. */
  readonly failedAt: number;
  /** Of the redrive or discard of many that it was part of. */
  readonly run?: string;
}

/** Fact `holdfast:queue:error`: the engine or a worker had trouble that fails no call of the application. */
export interface QueueTrouble {
  readonly queue: string;
  readonly error: Error;
}

/** Fact `holdfast:queue:safety`: the store is set up in a way that may lose jobs. */
export interface StoreSafety {
  readonly queue: string;
  readonly engine: EngineName;
  readonly problem: 'eviction' | 'eviction-unknown' | 'no-persistence' | 'persistence-unknown';
  /** What it is and what to do. */
  readonly message: string;
}

/** Collect kind `queue.spool`: what one process keeps for a server that is away; told also while it is away. */
export interface SpoolSnapshot {
  readonly queue: string;
  /** How many are kept. */
  readonly jobs: number;
  /** Of their data, which is what `spool.maxBytes` bounds. */
  readonly bytes: number;
  /** Of the oldest of them; 0 where there is none. */
  readonly oldestJobAgeMs: number;
}

/** Collect kind `queue.depth`. */
export interface QueueSnapshot {
  readonly queue: string;
  readonly counts: Record<JobState, number>;
  /** Age of the oldest job that waits for its first or next attempt and is due; 0 when none does. */
  readonly oldestJobAgeMs: number;
  /** As `counts.failed`. */
  readonly deadLetters: number;
  /** Jobs that this process keeps until the server is back. */
  readonly spooled: number;
}

/** Where a job stands, in BullMQ's words. */
export type JobState = 'waiting' | 'prioritized' | 'active' | 'delayed' | 'completed' | 'failed';

export const enqueueChannel: TracingChannel<string, EnqueueOperation> =
  tracingChannel('holdfast:queue:enqueue');
export const processChannel: TracingChannel<string, ProcessOperation> =
  tracingChannel('holdfast:queue:process');
export const settledChannel: Channel = channel('holdfast:queue:settled');
export const deadLetterChannel: Channel = channel('holdfast:queue:dead-letter');
export const deadLetterActChannel: Channel = channel('holdfast:queue:dead-letter-act');
export const safetyChannel: Channel = channel('holdfast:queue:safety');
export const troubleChannel: Channel = channel('holdfast:queue:error');

/** Publishes `fact()` where somebody listens. */
export function publish<T>(on: Channel, fact: () => T): void {
  if (on.hasSubscribers) on.publish(fact());
}
