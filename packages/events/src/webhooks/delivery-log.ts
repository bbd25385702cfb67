import type { DeliveryErrorClass } from './channels.ts';
import { DeliveryNotFoundError } from './errors.ts';
import { whole } from './options.ts';
import { type Place, pageOf, readCursor } from './page-cursor.ts';
import type {
  DeliveryRound,
  DeliveryStatus,
  StoredAttempt,
  StoredDelivery,
  WebhookStore,
} from './store/delivery-store.ts';

/** A delivery as it is listed. */
export interface WebhookDelivery {
  readonly id: string;
  readonly endpointId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly status: DeliveryStatus;
  /** Over all rounds. */
  readonly attempts: number;
  /** Epoch ms of the acceptance. */
  readonly createdAt: number;
  /** Epoch ms of the last change. */
  readonly updatedAt: number;
}

/** One attempt at a delivery. */
export interface DeliveryAttempt {
  /** 1-based, over all rounds. */
  readonly attempt: number;
  /** Epoch ms of its end. */
  readonly at: number;
  readonly durationMs: number;
  /** Missing where no answer came. */
  readonly statusCode?: number;
  /** Missing where it was delivered. */
  readonly errorClass?: DeliveryErrorClass;
  /** The beginning of the answer, or what the connection failed with. */
  readonly excerpt?: string;
}

/** A delivery with what is sent and every attempt. */
export interface DeliveryDetail extends WebhookDelivery {
  /** What is sent, as text. */
  readonly body: string;
  readonly log: readonly DeliveryAttempt[];
}

/** Which deliveries of an endpoint are listed; what is left out does not matter. */
export interface DeliveryQuery {
  status?: DeliveryStatus;
  /** Epoch ms of the acceptance, included. */
  from?: number;
  /** Epoch ms of the acceptance, not included. */
  to?: number;
  /** 1 to 1000, default 100. */
  limit?: number;
  /** `nextCursor` of the page before. Default the first page. */
  cursor?: string;
}

/** One page of deliveries. */
export interface DeliveryPage {
  /** The newest first. */
  readonly items: readonly WebhookDelivery[];
  /** Where the next page begins, or undefined when this is the last. */
  readonly nextCursor: string | undefined;
}

/** Which deliveries of an endpoint are sent again. */
export interface RedeliverRange {
  endpointId: string;
  /** Default `failed`. */
  status?: 'failed' | 'delivered' | 'held' | 'cancelled';
  /** Epoch ms of the acceptance, included. Default the first. */
  from?: number;
  /** Epoch ms of the acceptance, not included. Default now. */
  to?: number;
}

export interface DeliveryLog {
  page(endpointId: string, query: DeliveryQuery): Promise<DeliveryPage>;
  /** @throws DeliveryNotFoundError */
  detail(id: string): Promise<DeliveryDetail>;
  /** @throws DeliveryNotFoundError */
  redeliver(id: string): Promise<void>;
  /** How many deliveries are made again by this call. */
  redeliverRange(range: RedeliverRange): Promise<number>;
  /** What is held for an endpoint, the oldest first. */
  release(endpointId: string): Promise<number>;
}

const PAGE = 100;

/**
 * @param enqueue puts a round of a delivery into the queue; a second time it is a duplicate
 */
export function createDeliveryLog(
  store: () => Promise<WebhookStore>,
  enqueue: (delivery: DeliveryRound) => Promise<{ readonly status: string }>,
  wallTime: () => number,
): DeliveryLog {
  const existing = async (id: string): Promise<StoredDelivery> => {
    const delivery = await (await store()).delivery(id);
    if (delivery === undefined) throw new DeliveryNotFoundError(id);
    return delivery;
  };

  /**
   * First the job, then the row: a crash between them leaves a job that writes the row itself.
   * @returns false where another call has made this round
   */
  async function again(delivery: StoredDelivery): Promise<boolean> {
    const { id, endpointId, eventId, eventType, body, createdAt, round } = delivery;
    const job = await enqueue({ id, endpointId, eventId, eventType, body, createdAt, round: round + 1 });
    await (await store()).nextRound(id, round, wallTime());
    return job.status !== 'duplicate';
  }

  /** What was accepted until now, also before a clock went back; what is accepted meanwhile would have no end. */
  async function now(endpointId: string): Promise<number> {
    const [newest] = await (await store()).deliveries({ endpointId, order: 'newest', limit: 1 });
    return Math.max(wallTime(), newest?.createdAt ?? 0) + 1;
  }

  async function redeliverRange({
    endpointId,
    status = 'failed',
    from,
    to,
  }: RedeliverRange): Promise<number> {
    let after: Place | undefined;
    let count = 0;
    for (;;) {
      const filter = { endpointId, status, from, to, after, order: 'oldest' as const, limit: PAGE };
      const found = await (await store()).deliveries(filter);
      const made = await Promise.all(found.map(again));
      count += made.filter(Boolean).length;
      const last = found.at(-1);
      if (last === undefined || found.length < PAGE) return count;
      after = { createdAt: last.createdAt, id: last.id };
    }
  }

  return {
    page: async (endpointId, { status, from, to, limit = PAGE, cursor }) => {
      const size = whole('limit', limit, 1, 1000);
      const filter = { endpointId, status, from, to, after: readCursor(cursor), order: 'newest' as const };
      const found = await (await store()).deliveries({ ...filter, limit: size + 1 });
      const { rows, nextCursor } = pageOf(found, size);
      return { items: rows.map(listed), nextCursor };
    },
    detail: async (id) => {
      const delivery = await existing(id);
      const log = (await (await store()).attempts(id)).map(shownAttempt);
      return { ...listed(delivery), body: delivery.body, log };
    },
    redeliver: async (id) => void (await again(await existing(id))),
    redeliverRange: async (range) =>
      redeliverRange({ ...range, to: range.to ?? (await now(range.endpointId)) }),
    release: (endpointId) => redeliverRange({ endpointId, status: 'held' }),
  };
}

function listed(delivery: StoredDelivery): WebhookDelivery {
  const { id, endpointId, eventId, eventType, status, attempts, createdAt, updatedAt } = delivery;
  return { id, endpointId, eventId, eventType, status, attempts, createdAt, updatedAt };
}

function shownAttempt({
  attempt,
  at,
  durationMs,
  statusCode,
  errorClass,
  excerpt,
}: StoredAttempt): DeliveryAttempt {
  return {
    attempt,
    at,
    durationMs,
    ...(statusCode !== null && { statusCode }),
    ...(errorClass !== null && { errorClass }),
    ...(excerpt !== null && { excerpt }),
  };
}
