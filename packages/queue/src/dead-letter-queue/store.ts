/** A dead letter as the stores know it: text under an event type and an id that sorts by time. */
export interface Entry {
  readonly eventType: string;
  readonly id: string;
  readonly text: string;
}

export type EntryKey = Pick<Entry, 'eventType' | 'id'>;

/**
 * Where dead letters are kept. All that must not be done twice is done by comparing: an entry changes, or goes, only
 * if it is still what the caller has read.
 */
export interface DeadLetterStore {
  insert(entry: Entry): Promise<void>;
  read(key: EntryKey): Promise<string | undefined>;
  /** Newest first. @param before only ids below this one */
  page(eventType: string, before: string | undefined, limit: number): Promise<Entry[]>;
  /** Whether it was still `from`, and is `entry.text` now. */
  replace(entry: Entry, from: string): Promise<boolean>;
  /** Whether it was there, and still `from` where that is given, and is gone now. */
  remove(key: EntryKey, from?: string): Promise<boolean>;
  /** Every event type that has an entry, sorted. */
  types(): Promise<string[]>;
  count(eventType: string): Promise<number>;
  /** Entries of any type with ids below this one, at most about `limit`. */
  older(before: string, limit: number): Promise<Entry[]>;
  close(): Promise<void>;
}
