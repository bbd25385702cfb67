import { randomUUID } from 'node:crypto';
import { BulkActInterruptedError, QueueOptionError } from '../errors.ts';
import { type ActParts, actOnLetter } from './act-on-letter.ts';
import type { BulkRun, BulkRuns } from './bulk-runs.ts';
import { currentActor } from './current-actor.ts';
import { type DeadLetterSummary, summarise } from './dead-letter.ts';
import { FailedScan } from './failed-scan.ts';
import { checkedFilter, type DeadLetterFilter, matches } from './filter.ts';
import { inLanes, Pace, pause } from './pace.ts';
import { ScanPosition } from './scan-position.ts';

export interface BulkOptions {
  /** Which letters; without it all. */
  filter?: DeadLetterFilter;
  /** At most so many in a second, 0.001 to 100000. Default as fast as the engine takes them. */
  perSecond?: number;
  /** Counts what would be done and does nothing. Default false. */
  dryRun?: boolean;
  /** Who asks for it. Default the user id of the current context, or `unknown`. */
  by?: string;
  /** Name of the act: with the name of one that was cut off, that one goes on. Default a new one. */
  run?: string;
  /** Told after each chunk. */
  onProgress?: (progress: BulkProgress) => void;
  /** Stops it; what was done is done, and it can be resumed. */
  signal?: AbortSignal;
}

/** How far a redrive or discard of many is. */
export interface BulkProgress {
  readonly run: string;
  /** Dead letters looked at. */
  readonly seen: number;
  /** Those that the filter means. */
  readonly matched: number;
  /** Those redriven or discarded by this call. */
  readonly done: number;
  /** Those that somebody else redrove or discarded at the same time. */
  readonly skipped: number;
}

/** What a redrive or discard of many did. */
export interface BulkResult extends BulkProgress {
  readonly act: 'redrive' | 'discard';
  readonly dryRun: boolean;
  readonly aborted: boolean;
  /** Ids of the first of those matched, ten at most. */
  readonly examples: readonly string[];
}

export interface BulkParts<Data> extends ActParts<Data> {
  readonly runs: BulkRuns;
}

const CHUNK = 200;
/** Letters of a chunk in hand at once: their claims are one transaction. */
const LANES = 100;
const EXAMPLES = 10;
const LARGEST_BUSY = 10_000;
const FIRST_LOOK_MS = 50;

/**
 * Redrives or discards what a filter means, the oldest first. It takes the letters that were dead when the run began
 * and each death once, so that a run that is resumed, or runs twice at once, doubles nothing.
 * @throws QueueOptionError, BulkActInterruptedError
 */
export async function actOnMany<Data>(
  parts: BulkParts<Data>,
  act: BulkRun['act'],
  options: BulkOptions = {},
): Promise<BulkResult> {
  const { run = randomUUID(), by = currentActor(), dryRun = false, signal } = options;
  checkBulk(options);
  const wanted: BulkRun = {
    run,
    act,
    filter: checkedFilter(options.filter),
    by,
    begunAt: parts.clock.wallTime(),
  };
  const begun = dryRun ? wanted : await parts.access.use((engine) => parts.runs.begin(engine, wanted));
  const bulk = new Bulk(parts, { ...begun, by }, options);
  try {
    await bulk.work();
    const aborted = signal?.aborted === true;
    if (!aborted && !dryRun) {
      const ended = { ...begun, endedAt: parts.clock.wallTime() };
      await parts.access.use((engine) => parts.runs.end(engine, ended));
    }
    return { ...bulk.progress(), act, dryRun, aborted, examples: bulk.examples };
  } catch (cause) {
    throw new BulkActInterruptedError(act, run, bulk.progress().done, { cause });
  }
}

class Bulk<Data> {
  readonly examples: string[] = [];
  readonly #parts: BulkParts<Data>;
  readonly #run: BulkRun;
  readonly #options: BulkOptions;
  readonly #pace: Pace | undefined;
  #busy: DeadLetterSummary[] = [];
  #seen = 0;
  #matched = 0;
  #done = 0;
  #skipped = 0;

  constructor(parts: BulkParts<Data>, run: BulkRun, options: BulkOptions) {
    this.#parts = parts;
    this.#run = run;
    this.#options = options;
    const { perSecond, signal } = options;
    this.#pace = perSecond === undefined ? undefined : new Pace(parts.clock, perSecond, signal);
  }

  progress(): BulkProgress {
    const { run } = this.#run;
    return { run, seen: this.#seen, matched: this.#matched, done: this.#done, skipped: this.#skipped };
  }

  async work(): Promise<void> {
    const { filter, begunAt } = this.#run;
    const until = Math.min(begunAt, filter.failedUntil ?? Number.POSITIVE_INFINITY);
    const scan = new FailedScan(this.#parts.access, new ScanPosition('oldest', filter.failedSince));
    for (;;) {
      if (this.#options.signal?.aborted === true) return;
      const letters = (await scan.next(CHUNK)).map(({ job }) => summarise(job));
      const due = letters.filter(({ failedAt }) => failedAt <= until);
      this.#seen += due.length;
      await this.#take(due.filter((letter) => matches(filter, letter)));
      if (due.length < letters.length || letters.length === 0) break;
    }
    await this.#takeBusy();
  }

  async #take(letters: readonly DeadLetterSummary[]): Promise<void> {
    this.#matched += letters.length;
    for (const { id } of letters.slice(0, EXAMPLES - this.examples.length)) this.examples.push(id);
    if (this.#options.dryRun !== true) await this.#act(letters);
    this.#options.onProgress?.(this.progress());
  }

  #act(letters: readonly DeadLetterSummary[]): Promise<void> {
    return inLanes(letters, LANES, this.#options.signal, async (letter) => {
      await this.#pace?.turn();
      if (this.#options.signal?.aborted !== true) await this.#actOn(letter);
    });
  }

  async #actOn(letter: DeadLetterSummary): Promise<void> {
    const { act, by, run } = this.#run;
    try {
      await actOnLetter(this.#parts, letter.id, { act, by, run, letter });
      this.#done += 1;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ERR_QUEUE_DEAD_LETTER_BUSY' && this.#busy.length < LARGEST_BUSY) this.#busy.push(letter);
      else if (code === 'ERR_QUEUE_DEAD_LETTER_BUSY' || code === 'ERR_QUEUE_DEAD_LETTER_NOT_FOUND') {
        this.#skipped += 1;
      } else throw error;
    }
  }

  /** What others have in hand is soon gone; claims of a process that was killed end after a time. */
  async #takeBusy(): Promise<void> {
    const { acts, clock } = this.#parts;
    const endAt = clock.now() + acts.claimMs;
    for (let waitMs = FIRST_LOOK_MS; this.#busy.length > 0; waitMs *= 2) {
      const leftMs = endAt - clock.now();
      if (leftMs <= 0 || this.#options.signal?.aborted === true) break;
      await pause(clock, Math.min(waitMs, leftMs), this.#options.signal);
      const busy = this.#busy;
      this.#busy = [];
      await this.#act(busy);
    }
    if (this.#options.signal?.aborted === true) return;
    this.#skipped += this.#busy.length;
    this.#options.onProgress?.(this.progress());
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function checkBulk({ perSecond, run, by }: BulkOptions): void {
  if (perSecond !== undefined && !(perSecond >= 0.001 && perSecond <= 100_000)) {
    throw new QueueOptionError('perSecond', `is ${perSecond}; it must be from 0.001 to 100000.`);
  }
  for (const [name, value] of Object.entries({ run, by })) {
    if (value !== undefined && (value === '' || value.length > 256)) {
      throw new QueueOptionError(name, 'must be 1 to 256 characters.');
    }
  }
}
