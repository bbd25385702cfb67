import { randomUUID } from 'node:crypto';
import { type Carrier, getCurrentTrace, toCarrier } from '@holdfast/context';
import type { SchemaResult, StandardSchema } from '@holdfast/queue';
import { InvalidEventError } from './errors.ts';
import type { EventToLog } from './log/event-log.ts';
import { show } from './option-checks.ts';
import type { ResolvedOptions } from './options.ts';

/** What goes with an event beside its payload; whatever JSON can hold. */
export interface EventMetadata {
  /** Default that of the current context. */
  correlationId?: string | undefined;
  [name: string]: unknown;
}

/** An event as it was published. */
export interface BusEvent<Type extends string = string, Payload = unknown> {
  /** The same at each delivery, to each group, and for the row in the outbox. */
  readonly id: string;
  readonly eventType: Type;
  readonly payload: Payload;
  readonly metadata: Readonly<EventMetadata>;
  /** Events of one key have an order. */
  readonly key: string | undefined;
  /** Epoch ms. */
  readonly publishedAt: number;
}

/** An event as a handler gets it. */
export interface DeliveredEvent<Type extends string = string, Payload = unknown>
  extends BusEvent<Type, Payload> {
  /** 1-based. */
  readonly attempt: number;
  /** Counts the first attempt. */
  readonly maxAttempts: number;
  readonly isReplay: boolean;
  /** Aborts when the time of the attempt is up, and when the bus is closed and cannot wait any longer. */
  readonly signal: AbortSignal;
}

/** What an event is made of; checked here, since whoever calls may be JavaScript. */
export interface EventInput {
  readonly type: unknown;
  readonly payload: unknown;
  readonly metadata: unknown;
  readonly key: unknown;
  readonly id: unknown;
}

interface Body {
  readonly payload: unknown;
  readonly metadata: EventMetadata;
  readonly publishedAt: number;
  readonly carrier: Carrier;
}

const LONGEST_TYPE = 200;
const LONGEST_KEY = 500;
/** Nothing that a store or a log line would take for something else. */
const CONTROL = /[\p{Cc}\p{Cs}]/u;

/** @throws InvalidEventError, at once or by rejection where the schema is asynchronous */
export function prepareEvent(
  input: EventInput,
  options: Pick<ResolvedOptions, 'schemas' | 'maxPayloadBytes' | 'clock'>,
): EventToLog | Promise<EventToLog> {
  const type = checkedText('type', input.type, LONGEST_TYPE);
  const key = input.key === undefined ? null : checkedText('key', input.key, LONGEST_KEY);
  const id = input.id === undefined ? randomUUID() : checkedId(input.id);
  const metadata = checkedMetadata(input.metadata);
  const finish = (payload: unknown): EventToLog => {
    const publishedAt = options.clock.wallTime();
    const body = toBody({ payload, metadata, publishedAt, carrier: toCarrier() }, options.maxPayloadBytes);
    return { id, type, key, body };
  };
  const schema = Object.hasOwn(options.schemas, type) ? options.schemas[type] : undefined;
  if (schema === undefined) return finish(input.payload);
  const result = validate(schema, input.payload);
  return result instanceof Promise ? result.then(fitting).then(finish) : finish(fitting(result));
}

export function readEvent(event: EventToLog): BusEvent & { readonly carrier: Carrier } {
  const { payload, metadata, publishedAt, carrier } = JSON.parse(event.body) as Body;
  const { id, type, key } = event;
  return { id, eventType: type, payload, metadata, key: key ?? undefined, publishedAt, carrier };
}

function validate(
  schema: StandardSchema<unknown, unknown>,
  payload: unknown,
): SchemaResult<unknown> | Promise<SchemaResult<unknown>> {
  const refused = (cause: unknown) =>
    new InvalidEventError('payload', 'could not be checked: its schema failed, see the cause', { cause });
  try {
    const result = schema['~standard'].validate(payload);
    return result instanceof Promise
      ? result.catch((cause: unknown) => Promise.reject(refused(cause)))
      : result;
  } catch (cause) {
    throw refused(cause);
  }
}

function fitting(result: SchemaResult<unknown>): unknown {
  if (result.issues === undefined) return result.value;
  const [issue] = result.issues;
  const path = (issue?.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  throw new InvalidEventError(
    ['payload', ...path].join('.'),
    `does not fit the schema: ${issue?.message ?? 'no reason given'}`,
  );
}

function toBody(body: Body, maxBytes: number): string {
  let json: string;
  try {
    json = JSON.stringify(body);
  } catch (cause) {
    throw new InvalidEventError('payload', 'or metadata cannot be written as JSON', { cause });
  }
  if (body.payload === undefined || typeof body.payload === 'function' || typeof body.payload === 'symbol')
    throw new InvalidEventError('payload', `is ${typeof body.payload}, which JSON cannot hold`);
  const bytes = Buffer.byteLength(json);
  if (bytes <= maxBytes) return json;
  throw new InvalidEventError(
    'payload',
    `takes ${bytes} bytes with its metadata and maxPayloadBytes is ${maxBytes}; store it elsewhere and publish where it is`,
  );
}

function checkedText(path: string, value: unknown, longest: number): string {
  if (typeof value === 'string' && value !== '' && value.length <= longest && !CONTROL.test(value))
    return value;
  const shown = typeof value === 'string' ? `is not a ${path}` : `is ${show(value)}`;
  throw new InvalidEventError(path, `${shown}; it must be 1 to ${longest} characters, no control characters`);
}

function checkedId(value: unknown): string {
  if (typeof value === 'string' && /^[A-Za-z0-9._-]{1,128}$/.test(value)) return value;
  throw new InvalidEventError('id', "is not an id; it must be 1 to 128 of A-Z, a-z, 0-9, '.', '_' and '-'");
}

function checkedMetadata(value: unknown = {}): EventMetadata {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidEventError(
      'metadata',
      `is ${Array.isArray(value) ? 'an array' : show(value)}; it must be an object`,
    );
  const metadata = value as EventMetadata;
  if (metadata.correlationId !== undefined) return metadata;
  const correlationId = getCurrentTrace()?.correlationId;
  return correlationId === undefined ? metadata : { ...metadata, correlationId };
}
