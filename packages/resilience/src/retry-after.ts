import { type Clock, systemClock } from '@holdfast/context/clock';
import { retryAfterHeader } from './failure-class.ts';

const SECONDS = /^\d+(?:\.\d+)?$/;

/**
 * How long the other side asks us to wait, in milliseconds: the `retryAfterMs` field of our own errors, or the
 * `Retry-After` header (seconds or HTTP date) of a response or of the response that an error carries.
 * Undefined where nothing was asked or the header is malformed; 0 for a date that has passed. Never throws.
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(errorOrResponse: unknown, clock: Clock = systemClock): number | undefined {
  try {
    const own = (errorOrResponse as { readonly retryAfterMs?: unknown } | null | undefined)?.retryAfterMs;
    if (typeof own === 'number' && own >= 0) return own;
    const header = retryAfterHeader(errorOrResponse)?.trim();
    return header === undefined ? undefined : parse(header, clock);
  } catch {
    // A getter of a foreign object threw: nothing was asked.
    return undefined;
  }
}

function parse(header: string, clock: Clock): number | undefined {
  if (SECONDS.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - clock.wallTime());
}
