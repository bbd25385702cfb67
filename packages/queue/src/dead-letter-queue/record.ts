import { randomBytes } from 'node:crypto';
import type { Carrier } from '@holdfast/context';
import { describeError } from '../failures/attempt-history.ts';

/** An import of `node:util` would load its argument parser and worker threads, too. */
const { inspect } = process.getBuiltinModule('node:util');

/** An error as it is stored. */
export interface RecordedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** One more failure of a dead letter, at a retry. */
export interface RetryRecord {
  readonly by: string;
  /** Epoch ms. */
  readonly at: number;
  readonly error: RecordedError;
}

/** An event that could not be processed, as it is stored. */
export interface DeadLetterRecord<Payload = unknown> {
  /** In the order of time. */
  readonly id: string;
  readonly eventType: string;
  /** What was given, as JSON keeps it. */
  readonly payload: Payload;
  /** True where JSON could not hold the payload: it is then a text that shows it. */
  readonly payloadIsText?: true;
  readonly error: RecordedError;
  readonly sourceService?: string;
  readonly correlationId?: string;
  /** Whose event it was: its trace is where to look. */
  readonly carrier: Carrier;
  /** Epoch ms. */
  readonly failedAt: number;
  /** Retries that failed. */
  readonly retries: number;
  /** The newest ten of them, the oldest first. */
  readonly retryLog: readonly RetryRecord[];
}

export interface ClaimMark {
  readonly token: string;
  readonly by: string;
  /** Epoch ms. */
  readonly until: number;
}

/** What is in the store: the record, and who has it in hand. */
export interface StoredRecord extends DeadLetterRecord {
  readonly claim?: ClaimMark;
}

const LOG_LENGTH = 10;
const TIME_DIGITS = 12;
const SHOWN_PAYLOAD = 100_000;

/** An id that sorts by time and is like no other; the first of a millisecond where no random part is given. */
export function letterId(at: number, random: string = randomBytes(8).toString('hex')): string {
  return `${Math.max(0, Math.floor(at)).toString(16).padStart(TIME_DIGITS, '0')}-${random}`;
}

export function errorRecord(thrown: unknown): RecordedError {
  const { name, message, stack } = describeError(thrown);
  return { name, message, stack };
}

/** A dead letter is the last place for a payload: what JSON cannot hold is kept as a text rather than refused. */
export function payloadFields(payload: unknown): Pick<DeadLetterRecord, 'payload' | 'payloadIsText'> {
  try {
    const text: string | undefined = JSON.stringify(payload);
    return { payload: text === undefined ? null : (JSON.parse(text) as unknown) };
  } catch {
    return { payload: inspected(payload), payloadIsText: true };
  }
}

function inspected(payload: unknown): string {
  try {
    return inspect(payload, { depth: 10, maxStringLength: SHOWN_PAYLOAD }).slice(0, SHOWN_PAYLOAD);
  } catch {
    return 'a payload that cannot be read';
  }
}

export function afterFailedRetry(
  { claim: _claim, ...record }: StoredRecord,
  retry: RetryRecord,
): StoredRecord {
  return {
    ...record,
    retries: record.retries + 1,
    retryLog: [...record.retryLog, retry].slice(-LOG_LENGTH),
  };
}

export function shown<Payload>({ claim: _claim, ...record }: StoredRecord): DeadLetterRecord<Payload> {
  return record as DeadLetterRecord<Payload>;
}

export function encode(record: StoredRecord): string {
  return JSON.stringify(record);
}

/** The record of a text; undefined where it is none, for example because another program wrote it. */
export function decode(text: string): StoredRecord | undefined {
  try {
    const value = JSON.parse(text) as Partial<StoredRecord> | null;
    if (typeof value?.id !== 'string' || typeof value.failedAt !== 'number') return undefined;
    return { ...value, retries: value.retries ?? 0, retryLog: value.retryLog ?? [] } as StoredRecord;
  } catch {
    return undefined;
  }
}
