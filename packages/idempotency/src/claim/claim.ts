import { currentSignal, remainingMs } from '@holdfast/context';
import { IdempotencyError, StoreUnavailableError } from '../errors.ts';
import { newOwner } from '../stores/record.ts';
import type { ClaimOutcome, ClaimRequest, IdempotencyStore } from '../stores/store.ts';
import type { Policy } from './policy.ts';
import type { AskedAt } from './replay-cache.ts';
import { Run } from './run.ts';
import { inTime, pause } from './waiting.ts';

/** What came of asking for a key. */
export type Begun<T> =
  | { readonly kind: 'run'; readonly run: Run; readonly takenOver: boolean }
  /** What the policy makes of the result; others get the same object. */
  | { readonly kind: 'completed'; readonly value: T }
  | { readonly kind: 'in-flight'; readonly retryAfterMs: number }
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unavailable'; readonly error: StoreUnavailableError };

type Completed = Extract<ClaimOutcome, { status: 'completed' }>;

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

/**
 * Claims a key, waiting for whoever has it where the policy says so. Rejects only with what the policy's `read` throws,
 * for a record that is none of this package.
 */
export async function begin<T>(
  store: IdempotencyStore,
  policy: Policy<T>,
  key: string,
  fingerprint: string,
): Promise<Begun<T>> {
  const known = policy.replays?.find(key, fingerprint);
  if (known !== undefined)
    return known === 'mismatch' ? { kind: 'mismatch' } : { kind: 'completed', value: known.value };
  const { leaseMs, ttlMs, takesOver, clock } = policy;
  const request = { key, fingerprint, owner: newOwner(), leaseMs, ttlMs, takeOver: takesOver };
  const waitUntil = policy.waits ? clock.now() + Math.min(policy.waitMs, remainingMs()) : 0;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const askedAt = policy.replays?.askedAt();
    let outcome: ClaimOutcome;
    try {
      outcome = await claim(store, policy, request);
    } catch (error) {
      return { kind: 'unavailable', error: new StoreUnavailableError(error) };
    }
    if (outcome.status === 'completed')
      return { kind: 'completed', value: remembered(policy, request, outcome, askedAt) };
    const leftMs = waitUntil - clock.now();
    const signal = currentSignal();
    if (outcome.status !== 'in-flight' || leftMs <= 0 || signal?.aborted === true)
      return begun(store, policy, request, outcome);
    await pause(clock, Math.min(pauseMs, leftMs), signal);
  }
}

function remembered<T>(
  { replays, read }: Policy<T>,
  { key, fingerprint }: ClaimRequest,
  { result, leftMs }: Completed,
  askedAt: AskedAt | undefined,
): T {
  if (replays === undefined || askedAt === undefined || leftMs === undefined) return read(result);
  return replays.keep(key, fingerprint, result, askedAt, leftMs);
}

function begun(
  store: IdempotencyStore,
  policy: Policy,
  { key, owner }: ClaimRequest,
  outcome: Exclude<ClaimOutcome, Completed>,
): Begun<never> {
  switch (outcome.status) {
    case 'claimed': {
      const { token, takenOver } = outcome;
      return { kind: 'run', run: new Run(store, policy, { key, owner, token }), takenOver };
    }
    case 'in-flight':
      return { kind: 'in-flight', retryAfterMs: outcome.retryAfterMs };
    case 'mismatch':
      return { kind: 'mismatch' };
    case 'expired':
      return { kind: 'unknown' };
  }
}

/**
 * A call that failed may have claimed all the same: it is made once more with the same owner. Where that fails too,
 * the claim is given up in the background, so that the key is not held by somebody who never ran.
 */
async function claim(store: IdempotencyStore, policy: Policy, request: ClaimRequest): Promise<ClaimOutcome> {
  const limitMs = Math.min(policy.storeTimeoutMs, remainingMs());
  let late: Promise<ClaimOutcome> | undefined;
  const attempt = (): Promise<ClaimOutcome> => (late = store.claim(request));
  try {
    return await inTime(policy.clock, limitMs, () =>
      attempt().catch((error: unknown) => {
        // What our own code refused, it refuses again.
        if (error instanceof IdempotencyError) throw error;
        return attempt();
      }),
    );
  } catch (error) {
    const giveUp = () => void store.release({ ...request, token: 0 }).catch(() => undefined);
    if (late === undefined) giveUp();
    else void late.then(giveUp, giveUp);
    throw error;
  }
}
