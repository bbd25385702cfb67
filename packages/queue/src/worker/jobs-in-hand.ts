import type { EngineJob } from '../engines/engine.ts';
import type { JobAbortedError } from '../errors.ts';
import { describeError } from '../failures/attempt-history.ts';
import type { Verdict } from '../failures/failure-verdict.ts';
import { readNotes, writeNotes } from '../job/job-notes.ts';
import { storableResult } from '../job/stored-text.ts';
import type { ResolvedOptions } from '../options.ts';
import { Attempt, type AttemptResult, type QueueJob } from './attempt.ts';
import type { CircuitGate } from './circuit-gate.ts';
import { type EngineSignal, failureSignal, movedSignal } from './engine-signals.ts';
import type { WorkerFacts } from './worker-facts.ts';

export interface JobsInHandParts<Data> {
  readonly options: ResolvedOptions;
  readonly processor: (input: QueueJob<Data>) => unknown;
  readonly facts: WorkerFacts<Data>;
  readonly onTrouble: (error: Error) => void;
}

type FailedAttempt = Extract<AttemptResult, { kind: 'failed' }>;

/** The jobs a worker is running, and what becomes of each. */
export class JobsInHand<Data> {
  paused = false;
  gate: CircuitGate | undefined;
  readonly #parts: JobsInHandParts<Data>;
  readonly #attempts = new Map<string, Attempt<Data>>();

  constructor(parts: JobsInHandParts<Data>) {
    this.#parts = parts;
  }

  /** What BullMQ calls for each attempt; what it throws tells BullMQ what to do with the job. */
  async handle(job: EngineJob<Data>, token: string | undefined): Promise<unknown> {
    const id = job.id ?? '';
    // A worker of BullMQ that was waiting for a job when it was paused still takes the one that comes.
    if (this.paused || this.gate?.admits(id) === false) {
      await this.#moves(() => job.moveToWait(token));
      throw movedSignal('waiting');
    }
    const attempt = new Attempt(job, this.#parts.options);
    this.#attempts.set(id, attempt);
    let refusedForMs: number | undefined;
    try {
      const result = await attempt.run(this.#parts.processor);
      this.#parts.facts.ended(job, attempt.durationMs);
      if (result.kind === 'completed') return storableResult(result.value, this.#parts.options.engine.engine);
      refusedForMs = openDelayMs(result);
      throw await this.#settle(job, token, attempt, result);
    } finally {
      this.#attempts.delete(id);
      this.gate?.ended(id, refusedForMs);
    }
  }

  /** Whether no processor is running. */
  get idle(): boolean {
    return this.#attempts.size === 0;
  }

  /** Asks the processors of the jobs named, or of all, to stop. */
  abort(reason: JobAbortedError, ids: Iterable<string> = this.#attempts.keys()): void {
    for (const id of ids) this.#attempts.get(id)?.abort(reason);
  }

  /** Puts back the jobs whose processors did not stop; what those still do is ignored. */
  abandon(): void {
    for (const attempt of this.#attempts.values()) attempt.abandon();
  }

  async #settle(
    job: EngineJob<Data>,
    token: string | undefined,
    attempt: Attempt<Data>,
    { verdict, error }: FailedAttempt,
  ): Promise<EngineSignal> {
    const { facts, options } = this.#parts;
    switch (verdict.kind) {
      case 'retry':
      case 'dead': {
        const delayMs = verdict.kind === 'retry' ? verdict.delayMs : undefined;
        const at = options.clock.wallTime();
        return failureSignal(describeError(error), attempt.number, verdict.failureClass, at, delayMs);
      }
      case 'park':
        if (await this.#moves(() => park(job, token, verdict))) facts.moved(job, 'parked');
        return movedSignal('delayed');
      case 'return':
        if (await this.#moves(() => job.moveToWait(token))) facts.moved(job, 'returned');
        return movedSignal('waiting');
    }
  }

  /** Whether a move succeeds. One that fails leaves the job active, its lock not renewed: the stalled check finds it. */
  async #moves(move: () => Promise<unknown>): Promise<boolean> {
    try {
      await move();
      return true;
    } catch (error) {
      this.#parts.onTrouble(error as Error);
      return false;
    }
  }
}

async function park<Data>(
  job: EngineJob<Data>,
  token: string | undefined,
  { delayMs, counted }: Extract<Verdict, { kind: 'park' }>,
): Promise<void> {
  if (counted) {
    const notes = readNotes(job);
    await writeNotes(job, { ...notes, parkedMs: notes.parkedMs + delayMs });
  }
  await job.moveToDelayed(Date.now() + delayMs, token);
}

/** Where a circuit refused the call: how long the job is parked for it. */
function openDelayMs({ verdict }: FailedAttempt): number | undefined {
  return verdict.kind === 'park' && verdict.failureClass === 'open' ? verdict.delayMs : undefined;
}
