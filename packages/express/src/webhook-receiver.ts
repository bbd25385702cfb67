import { setTraceAttribute } from '@holdfast/context';
import { readEvent, SignatureError } from '@holdfast/queue/signatures';
import type { Request, RequestHandler, Response } from 'express';
import { errorAnswer } from './error-answer.ts';
import { BodyAlreadyReadError } from './errors.ts';
import { readRawBody } from './raw-body.ts';
import { setResponseError } from './response-end.ts';
import { sendError } from './send-error.ts';
import {
  type Provider,
  type ResolvedWebhookOptions,
  resolveWebhookOptions,
  type WebhookReceiverOptions,
} from './webhook-options.ts';

export { BodyAlreadyReadError, ExpressAdapterError, ExpressOptionError } from './errors.ts';
export {
  WEBHOOK_RECEIVER_DEFAULTS,
  type WebhookProviderOptions,
  type WebhookReceiverOptions,
} from './webhook-options.ts';

/**
 * Takes a webhook: verifies the signature over the bytes as received, stores the event and answers at once with
 * `{ received: true, eventId, status }`. Mount it on a path with `:provider`, before any body parser.
 * @throws ExpressOptionError for a missing secret or another option that cannot be used
 */
export function webhookReceiver(options: WebhookReceiverOptions): RequestHandler {
  const resolved = resolveWebhookOptions(options);
  return async (req, res) => {
    const provider = resolved.providers.get(resolved.providerOf(req) ?? '');
    if (provider === undefined) {
      refuse(req, res, 404, 'UNKNOWN_PROVIDER', 'There is no such webhook provider.');
      return;
    }
    const body = await receiveBody(req, res, resolved.limitBytes);
    if (body !== undefined) await accept(req, res, provider, body, resolved);
  };
}

/** The raw body, or undefined when the request has been answered already, or its sender has left. */
async function receiveBody(req: Request, res: Response, limitBytes: number): Promise<Buffer | undefined> {
  // express.raw() leaves the bytes as they were; any other parser has lost them.
  const parsed: unknown = req.body;
  if ((parsed !== undefined && !Buffer.isBuffer(parsed)) || (parsed === undefined && req.readableDidRead)) {
    throw new BodyAlreadyReadError();
  }
  const encoding = req.headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    refuse(req, res, 415, 'UNSUPPORTED_ENCODING', 'Send the webhook without a content encoding.');
    return undefined;
  }
  const body = Buffer.isBuffer(parsed)
    ? checkedLength(parsed, limitBytes)
    : await readRawBody(req, limitBytes);
  if (body.kind === 'complete') return body.bytes;
  if (body.kind === 'too-large') {
    if (!body.drained) res.set('Connection', 'close');
    refuse(req, res, 413, 'PAYLOAD_TOO_LARGE', `A webhook may have at most ${limitBytes} bytes.`);
  }
  return undefined;
}

function checkedLength(bytes: Buffer, limitBytes: number): Awaited<ReturnType<typeof readRawBody>> {
  return bytes.length > limitBytes ? { kind: 'too-large', drained: true } : { kind: 'complete', bytes };
}

async function accept(
  req: Request,
  res: Response,
  provider: Provider,
  body: Buffer,
  options: ResolvedWebhookOptions,
): Promise<void> {
  const { name, scheme, verifier } = provider;
  try {
    verifier.verify(body, req.headers);
    const { eventId, eventType } = readEvent(scheme, req.headers, body);
    setTraceAttribute('webhook.provider', name);
    setTraceAttribute('webhook.event_id', eventId);
    const payload = body.toString('utf8');
    const { status } = await options.queue.enqueue({
      eventId,
      eventType,
      payload,
      provider: name,
      receivedAt: options.clock.wallTime(),
    });
    res.status(options.acceptedStatus).json({ received: true, eventId, status });
  } catch (error) {
    answerRefusal(req, res, error);
  }
}

/** What the sender can do something about is answered here; the rest is for the error handler. */
function answerRefusal(req: Request, res: Response, error: unknown): void {
  const answer = errorAnswer(error);
  if (answer.status !== 503 && answer.status >= 500) throw error;
  setResponseError(res, error);
  const message =
    error instanceof SignatureError
      ? 'The signature of this webhook is missing, wrong or too old.'
      : answer.message;
  const headers =
    answer.status === 503 ? { 'Retry-After': RETRY_AFTER_SECONDS, ...answer.headers } : answer.headers;
  sendError(req, res, { ...answer, message, headers });
}

/** For a queue that does not say itself when it will be back. */
const RETRY_AFTER_SECONDS = '5';

function refuse(req: Request, res: Response, status: number, code: string, message: string): void {
  sendError(req, res, { status, code, message, headers: {} });
}
