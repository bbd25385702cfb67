import { type Clock, systemClock, type Timer } from '@holdfast/context/clock';
import { IdempotencyOptionError, StoreFullError } from '../errors.ts';
import { nextToken, outcomeOf, purgeLimit } from './record.ts';
import type {
  ClaimOutcome,
  ClaimRequest,
  CompleteOutcome,
  IdempotencyStore,
  Lease,
  PurgeResult,
  StorePurgeOptions,
} from './store.ts';

export interface MemoryIdempotencyStoreOptions {
  /**
   * Most records at once, 1 or more; a claim beyond it is refused. Nothing is thrown out before its TTL.
   * @default 100000
   */
  maxRecords?: number;
  /** Time and timers. Default the system's. */
  clock?: Clock;
}

const MAX_RECORDS = 100_000;
const SWEEP_MS = 30_000;
const SWEEP_BATCH = 1_000;

interface MemoryRecord {
  fingerprint: string;
  owner: string;
  token: number;
  leaseUntil: number;
  expiresAt: number;
  result: Uint8Array | null;
}

/** Records in the memory of one process, for development and tests: a restart forgets them. */
export class MemoryIdempotencyStore implements IdempotencyStore {
  readonly #records = new Map<string, MemoryRecord>();
  readonly #maxRecords: number;
  readonly #clock: Clock;
  #cursor: MapIterator<[string, MemoryRecord]> | undefined;
  #sweep: Timer | undefined;

  /** @throws IdempotencyOptionError */
  constructor({ maxRecords = MAX_RECORDS, clock = systemClock }: MemoryIdempotencyStoreOptions = {}) {
    if (!(Number.isInteger(maxRecords) && maxRecords >= 1)) {
      throw new IdempotencyOptionError(
        'maxRecords',
        `MemoryIdempotencyStore: maxRecords is ${maxRecords}; it must be an integer of 1 or more.`,
      );
    }
    this.#maxRecords = maxRecords;
    this.#clock = clock;
  }

  async claim(request: ClaimRequest): Promise<ClaimOutcome> {
    const now = this.#clock.wallTime();
    const found = this.#records.get(request.key);
    if (found === undefined || found.expiresAt <= now) return this.#take(request, now, found);
    if (found.owner === request.owner && found.result === null)
      return { status: 'claimed', token: found.token, takenOver: false };
    const outcome = outcomeOf(found, request, now);
    if (outcome.status === 'completed') return { ...outcome, leftMs: found.expiresAt - now };
    if (outcome.status !== 'expired' || !request.takeOver) return outcome;
    return { ...this.#take(request, now, found), takenOver: true };
  }

  #take(
    { key, fingerprint, owner, leaseMs, ttlMs }: ClaimRequest,
    now: number,
    found: MemoryRecord | undefined,
  ): Extract<ClaimOutcome, { status: 'claimed' }> {
    if (found === undefined && this.#records.size >= this.#maxRecords) throw new StoreFullError();
    const token = nextToken(now, found?.token);
    const leaseUntil = now + leaseMs;
    const expiresAt = Math.max(now + ttlMs, leaseUntil);
    this.#records.set(key, { fingerprint, owner, token, leaseUntil, expiresAt, result: null });
    this.#sweep ??= this.#clock.setTimer(() => this.#sweepOnce(), SWEEP_MS);
    return { status: 'claimed', token, takenOver: false };
  }

  async complete(lease: Lease, result: Uint8Array, ttlMs: number): Promise<CompleteOutcome> {
    const record = this.#owned(lease);
    if (record === undefined) return { status: 'lost' };
    if (record.result !== null) return { status: 'kept', result: record.result };
    record.result = result;
    record.expiresAt = this.#clock.wallTime() + ttlMs;
    return { status: 'stored' };
  }

  async renew(lease: Lease, leaseMs: number): Promise<boolean> {
    const record = this.#owned(lease);
    if (record === undefined || record.result !== null) return false;
    record.leaseUntil = this.#clock.wallTime() + leaseMs;
    record.expiresAt = Math.max(record.expiresAt, record.leaseUntil);
    return true;
  }

  async release(lease: Lease): Promise<boolean> {
    const record = this.#owned(lease);
    if (record === undefined || record.result !== null) return false;
    return this.#records.delete(lease.key);
  }

  async purge(options?: StorePurgeOptions): Promise<PurgeResult> {
    const limit = purgeLimit(options);
    const now = this.#clock.wallTime();
    this.#cursor ??= this.#records.entries();
    let removed = 0;
    for (let looked = 0; looked < limit; looked += 1) {
      const next = this.#cursor.next();
      if (next.done === true) {
        this.#cursor = undefined;
        return { removed, more: false };
      }
      const [key, record] = next.value;
      if (record.expiresAt <= now && this.#records.delete(key)) removed += 1;
    }
    return { removed, more: true };
  }

  async close(): Promise<void> {
    this.#sweep?.cancel();
    this.#sweep = undefined;
    this.#cursor = undefined;
    this.#records.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #owned({ key, owner }: Lease): MemoryRecord | undefined {
    const record = this.#records.get(key);
    return record?.owner === owner ? record : undefined;
  }

  /** One timer for all records; a long sweep is cut into batches, so that it never holds up a request. */
  #sweepOnce(): void {
    void this.purge({ limit: SWEEP_BATCH }).then(({ more }) => {
      if (this.#sweep === undefined) return;
      const isOver = !more && this.#records.size === 0;
      this.#sweep = isOver ? undefined : this.#clock.setTimer(() => this.#sweepOnce(), more ? 1 : SWEEP_MS);
    });
  }
}
