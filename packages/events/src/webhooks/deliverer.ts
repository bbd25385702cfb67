import { JobDeferredError, type QueueJob } from '@holdfast/queue';
import { CircuitOpenError, type FailureClass } from '@holdfast/resilience';
import type { FinishedAttempt, MakeAttempt } from './attempt.ts';
import { type AttemptOutcome, attemptChannel, publish, type WebhookAttempt } from './channels.ts';
import type { EndpointHealth } from './endpoint-health.ts';
import type { EndpointLane, LaneVerdict } from './lanes/endpoint-lane.ts';
import type { Lanes } from './lanes/lanes.ts';
import type { ResolvedSenderOptions } from './options.ts';
import { retryDelayMs } from './schedule.ts';
import type {
  DeliveryRound,
  DeliveryStatus,
  StoredDelivery,
  StoredEndpoint,
  WebhookStore,
} from './store/delivery-store.ts';

export interface DelivererParts {
  readonly store: WebhookStore;
  readonly lanes: Lanes;
  readonly health: EndpointHealth;
  readonly attempt: MakeAttempt;
  readonly options: ResolvedSenderOptions;
}

/** What becomes of a delivery after a failed attempt. */
interface AfterFailure {
  readonly status: DeliveryStatus;
  readonly outcome: AttemptOutcome;
  /** Where it is tried again. */
  readonly delayMs?: number;
}

export interface Deliverer {
  /** Makes one attempt at the delivery of a job, or puts it off without spending one. */
  deliver(job: QueueJob<DeliveryRound>): Promise<void>;
  /** Tries a disabled endpoint with a delivery that is held for it; whether it was delivered. */
  probe(endpoint: StoredEndpoint, delivery: StoredDelivery, signal: AbortSignal): Promise<boolean>;
}

/** The attempt failed and is made again: tells the queue when. */
class DeliveryRetryError extends Error {
  override readonly name = 'DeliveryRetryError';
  readonly failureClass: FailureClass = 'throttled';
  readonly retryAfterMs: number;

  constructor(errorClass: string, retryAfterMs: number) {
    super(`The attempt failed (${errorClass}) and is made again in ${retryAfterMs} ms.`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The endpoint did not take the delivery: counts against its circuit. */
class EndpointFailure extends Error {
  override readonly name = 'EndpointFailure';
  readonly failureClass: FailureClass;
  readonly attempt: FinishedAttempt;

  constructor(attempt: FinishedAttempt) {
    super('the endpoint did not take the delivery');
    this.attempt = attempt;
    this.failureClass = attempt.errorClass === 'throttled' ? 'throttled' : 'transient';
  }
}

export function createDeliverer({ store, lanes, health, attempt, options }: DelivererParts): Deliverer {
  const { clock } = options;

  async function deliver({ data, attempt: inRound, signal }: QueueJob<DeliveryRound>): Promise<void> {
    // A lane that is known is asked first, so that putting a job off reads nothing.
    const known = lanes.find(data.endpointId);
    if (known?.isFull(clock.now()) === true) await (known.wait() ?? refuseFull(known.peek(clock.now())));
    const [stored, endpoint] = await Promise.all([store.delivery(data.id), store.endpoint(data.endpointId)]);
    if (stored !== undefined && isSettled(stored, data)) return;
    if (endpoint === undefined || endpoint.disabledReason === 'gone')
      return store.setStatus(data, 'cancelled', clock.wallTime());
    if (endpoint.disabledReason !== null) return store.setStatus(data, 'held', clock.wallTime());
    const lane = lanes.of(endpoint.id, {
      concurrency: endpoint.concurrency ?? options.endpointConcurrency,
      ratePerSecond: endpoint.ratePerSecond ?? Number.POSITIVE_INFINITY,
    });
    const made = await throughLane(lane, () => attempt(data, endpoint, signal));
    await settle({ data, endpoint, made, inRound, lane, number: (stored?.attempts ?? 0) + 1 });
  }

  async function throughLane(
    lane: EndpointLane,
    make: () => Promise<FinishedAttempt>,
  ): Promise<FinishedAttempt> {
    const entry = lane.tryEnter((isSuspect) => !isSuspect || lanes.hasSuspectPlace());
    if (!entry.enter) throw new JobDeferredError(entry.waitMs);
    const end = lane.begin();
    let verdict: LaneVerdict = 'unknown';
    try {
      const made = await lane.breaker.execute(async () => {
        const finished = await make();
        if (finished.errorClass !== null && finished.errorClass !== 'gone')
          throw new EndpointFailure(finished);
        return finished;
      });
      verdict = 'good';
      return made;
    } catch (error) {
      if (error instanceof CircuitOpenError) throw new JobDeferredError(lane.turnAfter(error.retryAfterMs));
      if (!(error instanceof EndpointFailure)) throw error;
      verdict = 'bad';
      return error.attempt;
    } finally {
      end(verdict);
    }
  }

  interface Ended {
    readonly data: DeliveryRound;
    readonly endpoint: StoredEndpoint;
    readonly made: FinishedAttempt;
    /** 1-based. */
    readonly inRound: number;
    readonly number: number;
    readonly lane: EndpointLane;
  }

  async function settle(ended: Ended): Promise<void> {
    const { data, endpoint, made, number } = ended;
    if (made.errorClass === null) {
      await record(data, made, number, 'delivered', 'delivered');
      await health.succeeded(endpoint);
      return;
    }
    const after = await afterFailure(ended);
    await record(data, made, number, after.status, after.outcome);
    if (after.delayMs !== undefined) throw new DeliveryRetryError(made.errorClass, after.delayMs);
  }

  async function afterFailure({ endpoint, made, inRound, lane }: Ended): Promise<AfterFailure> {
    if (made.errorClass === 'gone') {
      await health.disable(endpoint.id, 'gone');
      return { status: 'failed', outcome: 'gone' };
    }
    const askedMs = made.retryAfterMs;
    if (askedMs !== undefined) lane.pause(Math.min(askedMs, options.maxRetryAfterMs));
    if (await health.failed(endpoint)) return { status: 'held', outcome: 'retried' };
    const wait = { askedMs, longestAskedMs: options.maxRetryAfterMs, random: Math.random() };
    const delayMs = retryDelayMs(options.schedule, inRound, wait);
    return delayMs === undefined
      ? { status: 'failed', outcome: 'failed' }
      : { status: 'pending', outcome: 'retried', delayMs };
  }

  async function record(
    data: DeliveryRound,
    made: FinishedAttempt,
    number: number,
    status: DeliveryStatus,
    outcome: AttemptOutcome,
  ): Promise<void> {
    const { at, durationMs, statusCode, errorClass, excerpt } = made;
    await store.recordAttempt(
      data,
      { deliveryId: data.id, attempt: number, at, durationMs, statusCode, errorClass, excerpt },
      status,
    );
    publish<WebhookAttempt>(attemptChannel, () => ({
      endpointId: data.endpointId,
      deliveryId: data.id,
      eventId: data.eventId,
      eventType: data.eventType,
      attempt: number,
      outcome,
      ...(statusCode !== null && { statusCode }),
      ...(errorClass !== null && { errorClass }),
      durationMs,
      ageMs: at - data.createdAt,
    }));
  }

  return {
    deliver,
    probe: async (endpoint, delivery, signal) => {
      const made = await attempt(delivery, endpoint, signal);
      const isDelivered = made.errorClass === null;
      const number = delivery.attempts + 1;
      if (made.errorClass === 'gone')
        await store.updateEndpoint(endpoint.id, { disabledReason: 'gone', probeAt: null });
      await record(
        delivery,
        made,
        number,
        isDelivered ? 'delivered' : 'held',
        isDelivered ? 'delivered' : 'probe-failed',
      );
      return isDelivered;
    },
  };
}

/** @throws JobDeferredError */
function refuseFull(waitMs: number | undefined): undefined {
  if (waitMs !== undefined) throw new JobDeferredError(waitMs);
}

/** A job that ran again after a crash between its record and its end, or that a later round has overtaken. */
function isSettled({ status, round }: StoredDelivery, job: DeliveryRound): boolean {
  return round > job.round || (round === job.round && status === 'delivered');
}
