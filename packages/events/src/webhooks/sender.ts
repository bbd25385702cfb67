import { createJobQueue, type JobQueue } from '@holdfast/queue';
import { createAttempts } from './attempt.ts';
import { createDeliverer, type Deliverer } from './deliverer.ts';
import {
  createDeliveryLog,
  type DeliveryDetail,
  type DeliveryPage,
  type DeliveryQuery,
  type RedeliverRange,
} from './delivery-log.ts';
import { createEndpointHealth, type EndpointHealth } from './endpoint-health.ts';
import { createEndpoints, type WebhookEndpoints } from './endpoints.ts';
import {
  EndpointGoneError,
  EndpointNotFoundError,
  InvalidWebhookError,
  WebhookSenderClosedError,
} from './errors.ts';
import { deliveryIdOf, type EncodedEvent, encodeEvent, type OutgoingEvent } from './event.ts';
import { createPoster } from './http/post.ts';
import { createLanes } from './lanes/lanes.ts';
import { type Maintenance, startMaintenance } from './maintenance.ts';
import { type ResolvedSenderOptions, resolveSenderOptions, type WebhookSenderOptions } from './options.ts';
import type { DeliveryRound, StoredEndpoint, WebhookStore } from './store/delivery-store.ts';
import { openStore } from './store/open-store.ts';

/** Whom an event is for: one endpoint, or all that listen to a topic. */
export type SendTarget = { readonly endpointId: string } | { readonly topic: string };

/** What became of an event for one endpoint. */
export interface AcceptedDelivery {
  readonly deliveryId: string;
  readonly endpointId: string;
  /** `held`: the endpoint is disabled, it gets the event when it is enabled. */
  readonly status: 'queued' | 'duplicate' | 'held';
}

/** What became of an event for every endpoint that it is for. */
export interface SendResult {
  /** What receivers find in `webhook-id`. */
  readonly eventId: string;
  readonly deliveries: readonly AcceptedDelivery[];
}

/** Sends events to endpoints, and keeps what it sent. */
export interface WebhookSender extends AsyncDisposable {
  readonly endpoints: WebhookEndpoints;
  /**
   * Accepts an event. When it resolves, each delivery is in the store and survives the process; when it rejects, some
   * may be: send the same event id again.
   * @throws InvalidWebhookError, EndpointNotFoundError, EndpointGoneError, and what the queue throws, such as QueueUnavailableError
   */
  send(target: SendTarget, event: OutgoingEvent): Promise<SendResult>;
  /** Makes this process deliver. Others may only accept. */
  start(): Promise<void>;
  /** The newest first. */
  deliveries(endpointId: string, query?: DeliveryQuery): Promise<DeliveryPage>;
  /** One delivery with its payload and its attempts. @throws DeliveryNotFoundError */
  delivery(id: string): Promise<DeliveryDetail>;
  /** Delivers again, whatever came of it: all attempts anew, the same `webhook-id`. @throws DeliveryNotFoundError */
  redeliver(id: string): Promise<void>;
  /** The same for all of an endpoint in a range of time; how many. */
  redeliverRange(range: RedeliverRange): Promise<number>;
  /** Waits for attempts under way, puts the rest back and lets go of every connection. */
  close(): Promise<void>;
}

/** The queue decides nothing: the schedule ends a delivery, and a crash must never. */
const UNLIMITED_RETRIES = 1000;
const LONGEST_WAIT_MS = 365 * 86_400_000;
const KEEP_JOBS_MS = 86_400_000;
const CIRCUIT_NAME = 'webhook-endpoint';

/**
 * Sends events to the endpoints of others, signed as Standard Webhooks says.
 * @example
 * await using sender = createWebhookSender();
 * const { verificationKey } = await sender.endpoints.register({ url: 'https://example.com/hooks', topics: ['invoice'] });
 * await sender.start();
 * await sender.send({ topic: 'invoice' }, { type: 'invoice.paid', data: { id: 'in_1' } });
 * @throws WebhookOptionError, QueueOptionError
 */
export function createWebhookSender(options: WebhookSenderOptions = {}): WebhookSender {
  return new Sender(options);
}

class Sender implements WebhookSender {
  readonly endpoints: WebhookEndpoints;
  readonly #options: ResolvedSenderOptions;
  readonly #queue: JobQueue<DeliveryRound>;
  readonly #log: ReturnType<typeof createDeliveryLog>;
  readonly #lanes: ReturnType<typeof createLanes>;
  readonly #poster: ReturnType<typeof createPoster>;
  readonly #onError: (error: Error) => void;
  #storeOpened: Promise<WebhookStore> | undefined;
  #maintenance: Maintenance | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: WebhookSenderOptions) {
    const resolved = resolveSenderOptions(options);
    this.#options = resolved;
    this.#onError = options.onError ?? (() => {});
    this.#queue = createQueue(resolved);
    this.#lanes = createLanes(resolved.concurrency, CIRCUIT_NAME, resolved.clock);
    this.#poster = createPoster(resolved);
    const store = () => this.#store();
    this.#log = createDeliveryLog(
      store,
      (round) => this.#enqueue(round),
      () => resolved.clock.wallTime(),
    );
    this.endpoints = createEndpoints({
      store,
      health: async () => this.#health(await store()),
      options: resolved,
      onChange: (id) => this.#lanes.forget(id),
      release: (id) => this.#log.release(id),
    });
  }

  async send(target: SendTarget, event: OutgoingEvent): Promise<SendResult> {
    const store = await this.#store();
    const createdAt = this.#options.clock.wallTime();
    const encoded = encodeEvent(event, this.#options.maxPayloadBytes, createdAt);
    const receivers = await receiversOf(store, target);
    const deliveries = await Promise.all(
      receivers.map((endpoint) => this.#accept(store, endpoint, roundOf(encoded, endpoint, createdAt))),
    );
    return { eventId: encoded.id, deliveries };
  }

  async #accept(
    store: WebhookStore,
    endpoint: StoredEndpoint,
    round: DeliveryRound,
  ): Promise<AcceptedDelivery> {
    const accepted = { deliveryId: round.id, endpointId: endpoint.id };
    if (endpoint.disabledReason !== null) {
      await store.insertDeliveries([round], 'held');
      return { ...accepted, status: 'held' };
    }
    // First the job, which carries the whole delivery: the log can be made from it, and it not from the log.
    const { status } = await this.#enqueue(round);
    if (status === 'duplicate') return { ...accepted, status };
    await store.insertDeliveries([round], 'pending');
    return { ...accepted, status: 'queued' };
  }

  async start(): Promise<void> {
    const store = await this.#store();
    const health = this.#health(store);
    const { options, deliverer } = { options: this.#options, deliverer: this.#deliverer(store, health) };
    await this.#queue.startWorker((job) => deliverer.deliver(job));
    this.#maintenance = startMaintenance({
      store,
      health,
      deliverer,
      log: this.#log,
      onEnabled: (id) => this.#lanes.forget(id),
      onError: this.#onError,
      options,
    });
  }

  deliveries(endpointId: string, query: DeliveryQuery = {}): Promise<DeliveryPage> {
    return this.#log.page(endpointId, query);
  }

  delivery(id: string): Promise<DeliveryDetail> {
    return this.#log.detail(id);
  }

  redeliver(id: string): Promise<void> {
    return this.#log.redeliver(id);
  }

  redeliverRange(range: RedeliverRange): Promise<number> {
    return this.#log.redeliverRange(range);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.#maintenance?.close();
    await this.#queue.close();
    this.#poster.close();
    this.#lanes.close();
    const store = await this.#storeOpened?.catch(() => undefined);
    await store?.close();
  }

  #enqueue(round: DeliveryRound): ReturnType<JobQueue<DeliveryRound>['add']> {
    return this.#queue.add('deliver', round, { id: `${round.id}-${round.round}` });
  }

  #health(store: WebhookStore): EndpointHealth {
    return createEndpointHealth(store, this.#options);
  }

  #deliverer(store: WebhookStore, health: EndpointHealth): Deliverer {
    const attempt = createAttempts(this.#poster, this.#options);
    return createDeliverer({ store, lanes: this.#lanes, health, attempt, options: this.#options });
  }

  /** Opened by the first call; one that fails is tried again by the next. */
  #store(): Promise<WebhookStore> {
    if (this.#closing !== undefined) return Promise.reject(new WebhookSenderClosedError());
    if (this.#storeOpened === undefined) {
      const opening = openStore(this.#options);
      this.#storeOpened = opening;
      opening.catch(() => {
        this.#storeOpened = undefined;
      });
    }
    return this.#storeOpened;
  }
}

function createQueue({
  queue,
  queueName,
  concurrency,
  schedule,
  clock,
}: ResolvedSenderOptions): JobQueue<DeliveryRound> {
  // For what fails before an attempt was made, such as a store that is locked; attempts have the schedule.
  const initialDelayMs = Math.min(1000, schedule.stepsMs[0] ?? 1000);
  return createJobQueue<DeliveryRound>({
    ...queue,
    queueName,
    concurrency,
    clock,
    maxRetries: UNLIMITED_RETRIES,
    maxStalls: UNLIMITED_RETRIES,
    maxParkMs: LONGEST_WAIT_MS,
    backoff: { initialDelayMs, maxDelayMs: 60_000, multiplier: 2 },
    keepCompleted: { ageMs: KEEP_JOBS_MS },
  });
}

/** @throws EndpointNotFoundError, EndpointGoneError for an endpoint that is named */
async function receiversOf(store: WebhookStore, target: SendTarget): Promise<readonly StoredEndpoint[]> {
  if ('topic' in target) {
    if (typeof target.topic !== 'string' || target.topic === '*')
      throw new InvalidWebhookError('topic', 'must be the name of one topic');
    return (await store.endpointsOf(target.topic)).filter(({ disabledReason }) => disabledReason !== 'gone');
  }
  const endpoint = await store.endpoint(target.endpointId);
  if (endpoint === undefined) throw new EndpointNotFoundError(target.endpointId);
  if (endpoint.disabledReason === 'gone') throw new EndpointGoneError(endpoint.id);
  return [endpoint];
}

function roundOf(
  { id: eventId, type: eventType, body }: EncodedEvent,
  { id: endpointId }: StoredEndpoint,
  createdAt: number,
): DeliveryRound {
  return { id: deliveryIdOf(endpointId, eventId), endpointId, eventId, eventType, body, createdAt, round: 0 };
}
