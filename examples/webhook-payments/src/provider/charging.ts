import type { Charge, ChargeRequest, Ledger, RequestOutcome } from './ledger.ts';
import type { Fault } from './outage.ts';

export interface ChargeAttempt {
  authorized: boolean;
  idempotencyKey: string | undefined;
  charge: ChargeRequest | undefined;
  fault: Fault | undefined;
}

/** How a request ends. Without a status nothing is answered. */
export interface Verdict {
  outcome: RequestOutcome;
  status?: number;
  body?: object;
}

const DECLINED_CUSTOMER = 'cus_declined';

/**
 * Decides on one request and makes the charge where there is one to make. A charge is kept under its key and given
 * again to whoever asks with the same key. A declined card keeps nothing, so the same key can succeed later.
 */
export function decide(attempt: ChargeAttempt, ledger: Ledger, acceptedCards: ReadonlySet<string>): Verdict {
  const { authorized, charge, idempotencyKey, fault } = attempt;
  if (!authorized) return refusal('unauthorized', 401);
  if (charge === undefined || idempotencyKey === undefined) return refusal('invalid', 400);
  if (fault === 'unavailable') return refusal('unavailable', 503);
  if (fault === 'hang') return { outcome: 'hung' };
  const known = ledger.chargeUnder(idempotencyKey);
  if (known === undefined && isDeclined(charge, acceptedCards)) return refusal('declined', 422);
  const made = known ?? ledger.makeCharge(idempotencyKey, charge);
  if (fault === 'reset') return { outcome: 'lost' };
  return known === undefined ? accepted('made', 201, made) : accepted('replayed', 200, made);
}

function accepted(outcome: RequestOutcome, status: number, body: Charge): Verdict {
  return { outcome, status, body };
}

function refusal(outcome: RequestOutcome, status: number): Verdict {
  return { outcome, status, body: { error: outcome === 'declined' ? 'card_declined' : outcome } };
}

/** Test cards, as real providers have them: these are declined until they are accepted by command. */
function isDeclined({ customer }: ChargeRequest, acceptedCards: ReadonlySet<string>): boolean {
  return customer.startsWith(DECLINED_CUSTOMER) && !acceptedCards.has(customer);
}
