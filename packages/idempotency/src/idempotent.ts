import { getCurrentTenantId } from '@holdfast/context';
import { publishRequest } from './channels.ts';
import { begin } from './claim/claim.ts';
import { IDEMPOTENCY_DEFAULTS, oneOf, type PolicyOptions, resolvePolicy } from './claim/policy.ts';
import { decodeRecord, encodeNotReplayable, encodeValue } from './claim/record-codec.ts';
import type { Run } from './claim/run.ts';
import {
  IdempotencyOptionError,
  InFlightError,
  KeyConflictError,
  LeaseLostError,
  NotReplayableError,
  OutcomeUnknownError,
} from './errors.ts';
import { fingerprintOf, recordKey } from './fingerprint/fingerprint.ts';
import type { CompleteOutcome, IdempotencyStore, Tx } from './stores/store.ts';
import type { PgTx } from './transaction/pg-client.ts';
import type { PrismaTx } from './transaction/prisma-client.ts';
import type { SqliteTx } from './transaction/sqlite-database.ts';

/** What a function gets beside its input. */
export interface IdempotentRun<T> {
  readonly key: string;
  /** Fencing token: grows with each claim of the key. Hand it to systems that can refuse a smaller one. */
  readonly token: number;
  /** Aborts when another call has taken over, with `run-again`. */
  readonly signal: AbortSignal;
  /**
   * Writes the record in your transaction; it commits with your rows or not at all. With `{ db }` it is written when
   * this returns. The value is what every call gets, this one included.
   * @throws LeaseLostError when another call has taken over: roll back
   */
  complete(tx: SqliteTx, value: T): void;
  complete(tx: PgTx | PrismaTx, value: T): Promise<void>;
  /** Nothing happened: when the function throws after this, the key is free again. */
  release(): void;
}

/** What a reconciliation found out about an earlier call that did not say how it ended. */
export type Reconciled<T> = { readonly completed: T } | 'run-again' | 'refuse';

export interface IdempotentOptions<I, T> extends PolicyOptions {
  /** Where results are kept. */
  store: IdempotencyStore;
  /** The key of an input, 1 or more characters. */
  key: (input: I) => string;
  /** Whose keys they are: two functions with one store each have their own. Default `'default'`. */
  scope?: string;
  /** What of the input must be the same when the key is. Default all of it, as canonical JSON. */
  fingerprint?: (input: I) => unknown;
  /**
   * How long a result is kept, in ms.
   * @default 86400000
   */
  ttlMs?: number;
  /** What is done about an earlier call that never ended: a crash, a lost lease, a throw. Default `refuse`. */
  onLeaseExpired?: 'refuse' | 'run-again' | ((input: I) => Promise<Reconciled<T>>);
  /** Whether an error says that nothing happened, so that the key is free again. Default none does. */
  releaseOn?: (error: unknown) => boolean;
}

/**
 * Wraps a function so that it runs once for each key, whoever calls it, in whichever process; later calls get the
 * first one's value, which must be JSON.
 * @throws IdempotencyOptionError
 */
export function idempotent<I, T>(
  fn: (input: I, run: IdempotentRun<T>) => Promise<T> | T,
  options: IdempotentOptions<I, T>,
): (input: I) => Promise<T> {
  const { store, scope = 'default', fingerprint = (input: I): unknown => input } = options;
  const { onLeaseExpired = 'refuse', releaseOn = () => false } = options;
  if (typeof onLeaseExpired !== 'function')
    oneOf('idempotent', 'onLeaseExpired', onLeaseExpired, ['refuse', 'run-again']);
  const policy = resolvePolicy('idempotent', options, {
    ttlMs: options.ttlMs ?? IDEMPOTENCY_DEFAULTS.ttlMs,
    takesOver: onLeaseExpired !== 'refuse',
    // Each caller gets a value of its own, so it is the bytes that are remembered.
    read: (result) => result,
  });

  return async (input) => {
    const key = options.key(input);
    if (typeof key !== 'string' || key === '')
      throw new IdempotencyOptionError('key', 'idempotent: key() gave no string, or an empty one.');
    const print = fingerprintOf('', fingerprint(input), IDEMPOTENCY_DEFAULTS.maxRequestBytes);
    const begun = await begin(
      store,
      policy,
      recordKey(['fn', getCurrentTenantId() ?? '', scope, key]),
      print,
    );
    switch (begun.kind) {
      case 'completed':
        publishRequest('function', 'replayed');
        return storedValue<T>(begun.value);
      case 'in-flight':
        publishRequest('function', 'in-flight');
        throw new InFlightError(begun.retryAfterMs);
      case 'mismatch':
        publishRequest('function', 'conflict');
        throw new KeyConflictError();
      case 'unknown':
        publishRequest('function', 'unknown');
        throw new OutcomeUnknownError();
      case 'unavailable':
        publishRequest('function', policy.failsOpen ? 'unprotected' : 'unavailable');
        if (policy.failsOpen) return fn(input, unprotectedRun(key));
        throw begun.error;
      case 'run':
        break;
    }
    const { run } = begun;
    if (begun.takenOver && typeof onLeaseExpired === 'function') {
      const found = await reconciled(run, () => onLeaseExpired(input));
      if (found !== undefined) return found.value;
    }
    publishRequest('function', 'fresh');
    return perform(run, key, (handle) => fn(input, handle), releaseOn);
  };
}

async function reconciled<T>(run: Run, ask: () => Promise<Reconciled<T>>): Promise<{ value: T } | undefined> {
  let found: Reconciled<T>;
  try {
    found = await ask();
  } catch (error) {
    await run.abandon();
    throw error;
  }
  if (found === 'run-again') return undefined;
  if (found === 'refuse') {
    await run.abandon();
    throw new OutcomeUnknownError();
  }
  return { value: settled(await run.complete(encodeValue(found.completed)), found.completed) };
}

async function perform<T>(
  run: Run,
  key: string,
  fn: (handle: IdempotentRun<T>) => Promise<T> | T,
  releaseOn: (error: unknown) => boolean,
): Promise<T> {
  let isReleased = false;
  const handle: IdempotentRun<T> = {
    key,
    token: run.lease.token,
    signal: run.signal,
    complete: completer((tx, value) => run.completeIn(tx, encodeValue(value))),
    release: () => void (isReleased = true),
  };
  let value: T;
  try {
    value = await fn(handle);
  } catch (error) {
    // A record that was rolled back with its transaction proves that nothing happened there.
    if (isReleased || run.recordedInTx || releaseOn(error)) await run.release().catch(() => false);
    else await run.abandon();
    throw error;
  }
  let outcome: CompleteOutcome;
  try {
    outcome = await run.complete(encodedValue(value));
  } catch {
    // It has happened, and the caller is told so. Without its record the key is refused from now on.
    return value;
  }
  return settled(outcome, value);
}

function settled<T>(outcome: CompleteOutcome, value: T): T {
  if (outcome.status === 'lost') throw new LeaseLostError();
  return outcome.status === 'kept' ? storedValue<T>(outcome.result) : value;
}

function encodedValue(value: unknown): Uint8Array {
  try {
    const bytes = encodeValue(value);
    if (bytes.length <= IDEMPOTENCY_DEFAULTS.maxResponseBytes) return bytes;
  } catch {
    // Not JSON: a bigint, a circle.
  }
  return encodeNotReplayable();
}

function storedValue<T>(result: Uint8Array): T {
  const decoded = decodeRecord(result);
  if (decoded.kind !== 'value') throw new NotReplayableError();
  return decoded.value as T;
}

/** Gives one function the two types that it has, by the kind of its transaction. */
function completer<T>(call: (tx: Tx, value: T) => void | Promise<void>): IdempotentRun<T>['complete'] {
  return call as IdempotentRun<T>['complete'];
}

/** With `failOpen` and no store: nothing is recorded. */
function unprotectedRun<T>(key: string): IdempotentRun<T> {
  return {
    key,
    token: 0,
    signal: new AbortController().signal,
    complete: completer((tx) => ('db' in tx ? undefined : Promise.resolve())),
    release: () => undefined,
  };
}
