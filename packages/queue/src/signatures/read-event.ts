import { UnreadableEventError } from './errors.ts';
import type { WebhookHeaders } from './headers.ts';
import { schemeOf } from './providers.ts';
import type { EventNames, WebhookProvider } from './scheme.ts';

/**
 * The id and the type of the event in a verified request: from GitHub's headers and `action`, Stripe's `id` and `type`,
 * Paddle's `event_id` and `event_type`, or the header and `type` of Standard Webhooks.
 * @param body the raw body, or what it was parsed to
 * @throws UnreadableEventError where the body is not a JSON object or names no event
 */
export function readEvent(
  provider: WebhookProvider,
  headers: WebhookHeaders,
  body: Uint8Array | string | object,
): EventNames {
  return schemeOf(provider).names(headers, record(parsed(body)));
}

function parsed(body: unknown): unknown {
  const text = body instanceof Uint8Array ? decoded(body) : body;
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    // The parser's own message quotes the body.
    throw new UnreadableEventError(`the body is not JSON (${(error as Error).name})`);
  }
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UnreadableEventError('the body is not UTF-8');
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UnreadableEventError('the body is not a JSON object');
  }
  return value as Readonly<Record<string, unknown>>;
}
