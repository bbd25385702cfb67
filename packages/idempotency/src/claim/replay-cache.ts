import type { Clock } from '@holdfast/context/clock';

/** What an entry takes beside its result, its key and its fingerprint: objects, map slot, array buffer. */
const ENTRY_BYTES = 400;

interface Entry {
  readonly fingerprint: string;
  readonly result: Uint8Array;
  readonly bytes: number;
  /** By both clocks, since one stands still while the machine sleeps and the other can be set back. */
  readonly until: number;
  readonly untilWall: number;
}

/** When the store was asked, by both clocks. */
export interface AskedAt {
  readonly now: number;
  readonly wall: number;
}

/**
 * Completed records that were given again before, so that a client that insists does not cost a round trip each time.
 * A completed record never changes before its TTL is over, and what is kept here is kept no longer than that: the time
 * left by the store's clock, counted from before it was asked. Keys already hold tenant and principal. The record that
 * was given again longest ago goes first when there is no room.
 */
export class ReplayCache {
  readonly #maxBytes: number;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(maxBytes: number, clock: Clock) {
    this.#maxBytes = maxBytes;
    this.#clock = clock;
  }

  askedAt(): AskedAt {
    return { now: this.#clock.now(), wall: this.#clock.wallTime() };
  }

  find(key: string, fingerprint: string): { result: Uint8Array } | 'mismatch' | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#remove(key, entry);
    if (entry.until <= this.#clock.now() || entry.untilWall <= this.#clock.wallTime()) return undefined;
    this.#add(key, entry);
    return entry.fingerprint === fingerprint ? { result: entry.result } : 'mismatch';
  }

  keep(key: string, fingerprint: string, result: Uint8Array, at: AskedAt, leftMs: number): void {
    const bytes = ENTRY_BYTES + 2 * (key.length + fingerprint.length) + result.byteLength;
    if (bytes > this.#maxBytes) return;
    const before = this.#entries.get(key);
    if (before !== undefined) this.#remove(key, before);
    for (const [oldest, entry] of this.#entries) {
      if (this.#bytes + bytes <= this.#maxBytes) break;
      this.#remove(oldest, entry);
    }
    // Copied, since a client may have cut it out of a much larger buffer, which would stay with it.
    const copy = new Uint8Array(result);
    this.#add(key, { fingerprint, result: copy, bytes, until: at.now + leftMs, untilWall: at.wall + leftMs });
  }

  #add(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
  }

  #remove(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}
