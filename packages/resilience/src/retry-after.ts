import { type Clock, systemClock } from '@holdfast/context/clock';
import { LONGEST_CHAIN, retryAfterHeader } from './failure-class.ts';

const SECONDS = /^\d+(?:\.\d+)?$/;

/**
 * How long the other side asks us to wait, in milliseconds: the `retryAfterMs` field of our own errors, or the
 * `Retry-After` header (seconds or HTTP date) of a response or of the response that an error carries, else the same of
 * its `cause`, as far as `classifyFailure` follows it.
 * Undefined where nothing was asked or the header is malformed; 0 for a date that has passed. Never throws.
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(errorOrResponse: unknown, clock: Clock = systemClock): number | undefined {
  try {
    let current = errorOrResponse as Failure | null | undefined;
    for (
      let depth = 0;
      depth < LONGEST_CHAIN && typeof current === 'object' && current !== null;
      depth += 1
    ) {
      const asked = askedBy(current, clock);
      if (asked !== undefined) return asked;
      current = current.cause;
    }
  } catch {
    // A getter of a foreign object threw: nothing was asked.
  }
  return undefined;
}

interface Failure {
  readonly retryAfterMs?: unknown;
  readonly cause?: Failure | null;
}

function askedBy(failure: Failure, clock: Clock): number | undefined {
  const own = failure.retryAfterMs;
  if (typeof own === 'number' && own >= 0) return own;
  const header = retryAfterHeader(failure)?.trim();
  return header === undefined ? undefined : parse(header, clock);
}

function parse(header: string, clock: Clock): number | undefined {
  if (SECONDS.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - clock.wallTime());
}
