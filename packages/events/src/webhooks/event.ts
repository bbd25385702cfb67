import { createHash, randomUUID } from 'node:crypto';
import { InvalidWebhookError } from './errors.ts';

/** An event to be sent to endpoints. */
export interface OutgoingEvent<Data = unknown> {
  /** The same event is accepted once for each endpoint. Default `msg_` and a new one. */
  id?: string;
  /** Such as `invoice.paid`. */
  type: string;
  /** What JSON can hold. */
  data: Data;
  /** Epoch ms of what happened. Default now. */
  timestamp?: number;
}

/** An event as it goes over the wire. */
export interface EncodedEvent {
  readonly id: string;
  readonly type: string;
  /** The same bytes at each attempt. */
  readonly body: string;
}

const ID = /^[\x21-\x7e]{1,256}$/;
const TYPE = /^[\x21-\x7e]{1,256}$/;
const LATEST_TIME = 8_640_000_000_000_000;

/**
 * The payload that Standard Webhooks recommends: `{ type, timestamp, data }`.
 * @throws InvalidWebhookError
 */
export function encodeEvent(event: OutgoingEvent, maxBytes: number, now: number): EncodedEvent {
  const { id = `msg_${randomUUID()}`, type, data, timestamp = now } = event;
  if (typeof id !== 'string' || !ID.test(id))
    throw new InvalidWebhookError('id', 'must be 1 to 256 printable ASCII characters without spaces');
  if (typeof type !== 'string' || !TYPE.test(type))
    throw new InvalidWebhookError('type', 'must be 1 to 256 printable ASCII characters without spaces');
  if (!(Math.abs(timestamp) <= LATEST_TIME))
    throw new InvalidWebhookError('timestamp', 'must be epoch milliseconds');
  const body = toJson({ type, timestamp: new Date(timestamp).toISOString(), data });
  const bytes = Buffer.byteLength(body);
  if (bytes > maxBytes)
    throw new InvalidWebhookError(
      'data',
      `makes a body of ${bytes} bytes; at most ${maxBytes} (maxPayloadBytes) are sent. Send a link to it instead`,
    );
  return { id, type, body };
}

/** One delivery for each event and endpoint, however often it is sent. */
export function deliveryIdOf(endpointId: string, eventId: string): string {
  const digest = createHash('sha256').update(`${endpointId}\n${eventId}`).digest('base64url');
  return `dlv_${digest.slice(0, 27)}`;
}

function toJson(payload: { type: string; timestamp: string; data: unknown }): string {
  if (payload.data === undefined) throw new InvalidWebhookError('data', 'is missing');
  try {
    const json = JSON.stringify(payload);
    if ('data' in (JSON.parse(json) as object)) return json;
  } catch (cause) {
    throw new InvalidWebhookError('data', 'cannot be written as JSON', { cause });
  }
  throw new InvalidWebhookError('data', `is a ${typeof payload.data}, which JSON cannot hold`);
}
