import type { Clock } from '@holdfast/context/clock';

/** What an entry takes at most beside its result, key and fingerprint: objects, map slot, array buffer, eight headers. */
const ENTRY_BYTES = 750;

interface Entry<T> {
  readonly fingerprint: string;
  readonly value: T;
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
export class ReplayCache<T> {
  readonly #maxBytes: number;
  readonly #clock: Clock;
  readonly #read: (result: Uint8Array) => T;
  readonly #entries = new Map<string, Entry<T>>();
  #bytes = 0;

  /** @param read what is made of a result once and given each time; everybody gets the same one */
  constructor(maxBytes: number, clock: Clock, read: (result: Uint8Array) => T) {
    this.#maxBytes = maxBytes;
    this.#clock = clock;
    this.#read = read;
  }

  askedAt(): AskedAt {
    return { now: this.#clock.now(), wall: this.#clock.wallTime() };
  }

  find(key: string, fingerprint: string): { readonly value: T } | 'mismatch' | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#remove(key, entry);
    if (entry.until <= this.#clock.now() || entry.untilWall <= this.#clock.wallTime()) return undefined;
    this.#add(key, entry);
    return entry.fingerprint === fingerprint ? entry : 'mismatch';
  }

  /** @returns what was made of the result */
  keep(key: string, fingerprint: string, result: Uint8Array, at: AskedAt, leftMs: number): T {
    const bytes = ENTRY_BYTES + 2 * (key.length + fingerprint.length) + result.byteLength;
    if (bytes > this.#maxBytes) return this.#read(result);
    const before = this.#entries.get(key);
    if (before !== undefined) this.#remove(key, before);
    for (const [oldest, entry] of this.#entries) {
      if (this.#bytes + bytes <= this.#maxBytes) break;
      this.#remove(oldest, entry);
    }
    // Copied, since a client may have cut it out of a much larger buffer, which would stay with it.
    const value = this.#read(new Uint8Array(result));
    this.#add(key, { fingerprint, value, bytes, until: at.now + leftMs, untilWall: at.wall + leftMs });
    return value;
  }

  #add(key: string, entry: Entry<T>): void {
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
  }

  #remove(key: string, entry: Entry<T>): void {
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}
