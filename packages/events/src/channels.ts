/** What the event bus tells to whoever listens; the payload types are part of the API. */
import { type Channel, channel } from 'node:diagnostics_channel';

/**
 * How a publish ended: in the log, in the outbox of a transaction, known already, refused since it is no event, failed,
 * or handed to `onDeadLetter` by the resilient wrapper.
 */
export type PublishOutcome = 'published' | 'outbox' | 'duplicate' | 'refused' | 'failed' | 'dead-lettered';

/** Fact `holdfast:events:published`. */
export interface EventPublished {
  readonly bus: string;
  readonly eventType: string;
  readonly outcome: PublishOutcome;
}

/** Fact `holdfast:events:error`: trouble that fails no call, such as a store that is away. */
export interface EventsTrouble {
  readonly bus: string;
  readonly error: Error;
}

/** Collect kind `events.outbox`. */
export interface OutboxSnapshot {
  readonly bus: string;
  /** Rows that were committed and are not in the log yet. */
  readonly pending: number;
  /** Of the oldest of them; 0 where there is none. */
  readonly oldestAgeMs: number;
  /** Whether the relay of this process is the one that works. */
  readonly isActive: boolean;
}

/** Collect kind `events.group`; what waits in the group's queue is told by `queue.depth`. */
export interface GroupSnapshot {
  readonly bus: string;
  readonly group: string;
  /** How many positions of the log are not in the group's queue yet. */
  readonly lag: number;
  /** Replays under way. */
  readonly replays: number;
}

export const publishedChannel: Channel = channel('holdfast:events:published');
export const troubleChannel: Channel = channel('holdfast:events:error');

/** Publishes `fact()` where somebody listens. */
export function tell<T>(on: Channel, fact: () => T): void {
  if (on.hasSubscribers) on.publish(fact());
}
