import { type Clock, systemClock } from '@holdfast/context/clock';
import type { EnqueueResult, WebhookEvent } from '@holdfast/queue';
import {
  createSignatureVerifier,
  type SignatureVerifier,
  type WebhookProvider,
} from '@holdfast/queue/signatures';
import type { Request } from 'express';
import { ExpressOptionError } from './errors.ts';

export interface WebhookProviderOptions {
  /** Every secret that is active; while one is rolled over, the old and the new. */
  secrets: readonly string[];
  /** How its requests are signed. Default the name under which the provider is listed. */
  scheme?: WebhookProvider | undefined;
  /** How far the time of a signature may lie from ours, ms. Default 300000. */
  toleranceMs?: number | undefined;
}

export interface WebhookReceiverOptions {
  /** What `createWebhookQueue()` returns, or anything else that stores an event. */
  queue: { enqueue(event: WebhookEvent): Promise<EnqueueResult> };
  /** By the name that stands in the URL: `{ github: { secrets: [...] } }`. */
  providers: Readonly<Record<string, WebhookProviderOptions>>;
  /** Default 1048576 (1 MiB), 1 to 26214400. */
  limitBytes?: number | undefined;
  /** Status of an event that was stored, 200 to 299. Default 200. */
  acceptedStatus?: number | undefined;
  /** The provider of a request. Default the route parameter `provider`. */
  providerOf?: ((req: Request) => string | undefined) | undefined;
  /** Time and timers. Default the system's. */
  clock?: Clock | undefined;
}

export interface Provider {
  readonly name: string;
  readonly scheme: WebhookProvider;
  readonly verifier: SignatureVerifier;
}

export interface ResolvedWebhookOptions {
  readonly queue: WebhookReceiverOptions['queue'];
  readonly providers: ReadonlyMap<string, Provider>;
  readonly limitBytes: number;
  readonly acceptedStatus: number;
  readonly providerOf: (req: Request) => string | undefined;
  readonly clock: Clock;
}

/** Every default of a receiver. */
export const WEBHOOK_RECEIVER_DEFAULTS: { readonly limitBytes: 1_048_576; readonly acceptedStatus: 200 } =
  Object.freeze({
    limitBytes: 1_048_576,
    acceptedStatus: 200,
  });

/** @throws ExpressOptionError naming the option, and the provider but never its secret */
export function resolveWebhookOptions(options: WebhookReceiverOptions): ResolvedWebhookOptions {
  const { queue, providers, providerOf = providerParameter, clock = systemClock } = options;
  const {
    limitBytes = WEBHOOK_RECEIVER_DEFAULTS.limitBytes,
    acceptedStatus = WEBHOOK_RECEIVER_DEFAULTS.acceptedStatus,
  } = options;
  if (typeof queue?.enqueue !== 'function')
    refuse('queue', 'queue must be what createWebhookQueue() returns.');
  const entries = Object.entries(providers ?? {});
  if (entries.length === 0)
    refuse('providers', 'providers is empty; name at least one provider with its secrets.');
  inRange('limitBytes', limitBytes, 1, 26_214_400);
  inRange('acceptedStatus', acceptedStatus, 200, 299);
  const resolved = new Map(entries.map(([name, provider]) => [name, resolveProvider(name, provider, clock)]));
  return { queue, providers: resolved, limitBytes, acceptedStatus, providerOf, clock };
}

function resolveProvider(name: string, options: WebhookProviderOptions, clock: Clock): Provider {
  const { secrets, scheme = name as WebhookProvider, toleranceMs } = options;
  try {
    const tolerance = toleranceMs === undefined ? {} : { toleranceMs };
    const verifier = createSignatureVerifier({ provider: scheme, secrets, clock, ...tolerance });
    return { name, scheme, verifier };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'it cannot be used';
    throw new ExpressOptionError(`providers.${name}`, `webhookReceiver: providers.${name}: ${reason}`, {
      cause,
    });
  }
}

function providerParameter(req: Request): string | undefined {
  const { provider } = req.params;
  return typeof provider === 'string' ? provider : undefined;
}

function inRange(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  refuse(name, `${name} is ${value}; it must be an integer from ${min} to ${max}.`);
}

function refuse(option: string, reason: string): never {
  throw new ExpressOptionError(option, `webhookReceiver: ${reason}`);
}
