import { createHash } from 'node:crypto';
import type { Job } from 'bullmq';
import { QueueOptionError } from '../errors.ts';

export type ScanOrder = 'newest' | 'oldest';

type Place = Pick<Job, 'id' | 'finishedOn'>;

const DIGEST_LENGTH = 9;
/** A cursor may come from a client, and no engine can be asked for ranks beyond. */
const LARGEST_RANK = 2 ** 31 - 1;

/**
 * How far a scan has come: the time of the last job passed, and which of the jobs that failed in that millisecond
 * have been passed. As text it is the cursor of a page.
 */
export class ScanPosition {
  readonly order: ScanOrder;
  #at: number | undefined;
  #passed: Set<string>;
  #last: string | undefined;
  #rank: number | undefined;

  /** @param at begin with what failed at this time, epoch ms; without it at the end of the order */
  constructor(order: ScanOrder, at?: number, passed: readonly string[] = [], rank?: number) {
    this.order = order;
    this.#at = at;
    this.#passed = new Set(passed);
    this.#last = passed.at(-1);
    this.#rank = rank;
  }

  /** @throws QueueOptionError where it is not a cursor of a page */
  static decode(cursor: string, order: ScanOrder): ScanPosition {
    const [at, rank, ...passed] = readCursor(cursor);
    return new ScanPosition(order, at, passed, rank);
  }

  encode(): string {
    return Buffer.from(JSON.stringify([this.#at, this.#rank ?? 0, ...this.#passed])).toString('base64url');
  }

  copy(): ScanPosition {
    return new ScanPosition(this.order, this.#at, [...this.#passed], this.#rank);
  }

  get isStart(): boolean {
    return this.#at === undefined;
  }

  /** Where the last job passed stood. */
  get rank(): number | undefined {
    return this.#rank;
  }

  isLast({ id, finishedOn }: Place): boolean {
    return finishedOn === this.#at && this.#last !== undefined && digest(id) === this.#last;
  }

  /** Whether a job does not come before the time of the position. */
  hasReached({ finishedOn = 0 }: Place): boolean {
    if (this.#at === undefined) return true;
    return this.order === 'newest' ? finishedOn <= this.#at : finishedOn >= this.#at;
  }

  /** Whether a job is still to be met. */
  isAhead(job: Place): boolean {
    if (!this.hasReached(job)) return false;
    return job.finishedOn !== this.#at || !this.#passed.has(digest(job.id));
  }

  pass({ id, finishedOn = 0 }: Place, rank: number): void {
    if (finishedOn !== this.#at) this.#passed = new Set();
    this.#at = finishedOn;
    this.#rank = rank;
    this.#last = digest(id);
    this.#passed.delete(this.#last);
    this.#passed.add(this.#last);
  }
}

function digest(id: string | undefined): string {
  return createHash('sha256')
    .update(id ?? '')
    .digest('base64url')
    .slice(0, DIGEST_LENGTH);
}

function readCursor(cursor: string): [at: number, rank: number, ...passed: string[]] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(value) && isCursor(value)) return value;
  } catch {
    // Answered below like every other text that is none.
  }
  throw new QueueOptionError(
    'cursor',
    'is not one that list() gave; pass nextCursor of the page before as it is.',
  );
}

function isCursor(value: unknown[]): value is [number, number, ...string[]] {
  const [at, rank, ...passed] = value;
  return (
    Number.isFinite(at) &&
    Number.isInteger(rank) &&
    Number(rank) >= 0 &&
    Number(rank) <= LARGEST_RANK &&
    passed.every((item) => typeof item === 'string')
  );
}
