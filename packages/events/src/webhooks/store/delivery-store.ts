import type { DeliveryErrorClass, DisabledReason } from '../channels.ts';
import type { Place } from '../page-cursor.ts';

export interface StoredSecret {
  /** As it is kept: sealed where the sender has a `secretStorageKey`. */
  readonly text: string;
  /** Epoch ms until which it signs beside a newer one; null for the newest. */
  readonly expiresAt: number | null;
}

export interface StoredEndpoint {
  readonly id: string;
  readonly url: string;
  readonly topics: readonly string[];
  /** The newest first. */
  readonly secrets: readonly StoredSecret[];
  /** Null while it is enabled. */
  readonly disabledReason: DisabledReason | null;
  readonly disabledAt: number | null;
  /** Since when every attempt has failed; null after a success. */
  readonly failingSince: number | null;
  /** When a disabled endpoint is tried again; null where it is not. */
  readonly probeAt: number | null;
  readonly ratePerSecond: number | null;
  readonly concurrency: number | null;
  readonly createdAt: number;
}

/**
 * `pending` waits for its first or next attempt; `delivered`; `failed`, the schedule is used up; `held`, accepted for a
 * disabled endpoint; `cancelled`, its endpoint is gone.
 */
export type DeliveryStatus = 'pending' | 'delivered' | 'failed' | 'held' | 'cancelled';

/** What a delivery is, apart from how it goes. */
export interface NewDelivery {
  readonly id: string;
  readonly endpointId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly body: string;
  /** Epoch ms. */
  readonly createdAt: number;
}

/** A delivery in one of its rounds, as the queue carries it. */
export interface DeliveryRound extends NewDelivery {
  /** How often it was delivered again, by hand or since its endpoint came back. */
  readonly round: number;
}

export interface StoredDelivery extends DeliveryRound {
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly updatedAt: number;
}

export interface StoredAttempt {
  readonly deliveryId: string;
  /** 1-based, over all rounds. */
  readonly attempt: number;
  /** Epoch ms of its end. */
  readonly at: number;
  readonly durationMs: number;
  readonly statusCode: number | null;
  readonly errorClass: DeliveryErrorClass | null;
  /** The beginning of the answer's body, or of the error's message. */
  readonly excerpt: string | null;
}

export interface DeliveryFilter {
  readonly endpointId?: string | undefined;
  readonly status?: DeliveryStatus | undefined;
  /** Epoch ms of the acceptance, included. */
  readonly from?: number | undefined;
  /** Epoch ms of the acceptance, not included. */
  readonly to?: number | undefined;
  /** Deliveries after this one in the order of the list. */
  readonly after?: Place | undefined;
  readonly order: 'newest' | 'oldest';
  readonly limit: number;
}

/** Where endpoints, deliveries and attempts are kept. Whatever returns has been committed. */
export interface WebhookStore {
  /** False where the id is taken. */
  insertEndpoint(endpoint: StoredEndpoint): Promise<boolean>;
  endpoint(id: string): Promise<StoredEndpoint | undefined>;
  /** Those behind `after`, in the order of registration. */
  endpoints(page: {
    readonly after: Place | undefined;
    readonly limit: number;
  }): Promise<readonly StoredEndpoint[]>;
  /** Those that listen to the topic, or to `*`. */
  endpointsOf(topic: string): Promise<readonly StoredEndpoint[]>;
  /** Changes the fields named, and nothing where `where` no longer holds; whether it did. */
  updateEndpoint(id: string, changes: EndpointChanges, where?: EndpointCondition): Promise<boolean>;
  removeEndpoint(id: string): Promise<boolean>;
  /**
   * Disabled endpoints whose probe is due.
   * @param due `latest`: no probe is put off beyond it, so that one that is has been due since a clock went back
   */
  endpointsToProbe(due: {
    readonly now: number;
    readonly latest: number;
    readonly limit: number;
  }): Promise<readonly StoredEndpoint[]>;
  /** Enabled endpoints that have held deliveries. */
  endpointsToRelease(limit: number): Promise<readonly string[]>;

  /** Leaves alone what is there. */
  insertDeliveries(deliveries: readonly NewDelivery[], status: DeliveryStatus): Promise<void>;
  delivery(id: string): Promise<StoredDelivery | undefined>;
  deliveries(filter: DeliveryFilter): Promise<readonly StoredDelivery[]>;
  attempts(deliveryId: string): Promise<readonly StoredAttempt[]>;
  /**
   * Writes an attempt and the state it leaves the delivery in, which is inserted where it is missing, and left alone
   * where it is in a later round by now.
   */
  recordAttempt(delivery: DeliveryRound, attempt: StoredAttempt, status: DeliveryStatus): Promise<void>;
  /** The same without an attempt. */
  setStatus(delivery: DeliveryRound, status: DeliveryStatus, at: number): Promise<void>;
  /** Makes it pending again as round `round + 1`, unless it is in another round by now. */
  nextRound(id: string, round: number, at: number): Promise<boolean>;
  /** Removes settled deliveries that were last changed before `before`; how many. */
  purge(before: number, limit: number): Promise<number>;
  close(): Promise<void>;
}

export type EndpointChanges = Partial<Omit<StoredEndpoint, 'id' | 'createdAt'>>;

/** What must still be so for a change to be made. */
export type EndpointCondition = Partial<Pick<StoredEndpoint, 'disabledReason' | 'failingSince' | 'probeAt'>>;
