import { randomUUID } from 'node:crypto';
import { createResilientFunction, type ResilientFunctionStats } from '@holdfast/resilience';
import { type EventPublished, publishedChannel, tell } from '../channels.ts';
import { InvalidEventError, OutboxTransactionError } from '../errors.ts';
import type { BusEvent, EventMetadata } from '../event.ts';
import type { EventBusOptions, EventTypes } from '../options.ts';
import { createEventBus, type EventBus, type EventBusStats, type PublishOptions } from './event-bus.ts';
import type { Published } from './publisher.ts';

export interface ResilientEventBusOptions<Types extends EventTypes>
  extends Omit<EventBusOptions<Types>, 'onDeadLetter'> {
  /** Attempts at a publish, the first among them. Default 3. */
  maxAttempts?: number;
  /** The longest delay before the second one. Default 100. */
  initialDelayMs?: number;
  /** Publishes that fail in a row before the circuit opens. Default 5. */
  failureThreshold?: number;
  /** How long it stays open. Default 30000. */
  resetTimeoutMs?: number;
}

/** As `Published`; `dead-lettered` where the event was handed to `onDeadLetter` instead. */
export type ResilientPublished = Published | { readonly id: string; readonly status: 'dead-lettered' };

/** An event that could not be published, or delivered to `group`. */
export type DeadLetterHandler = (event: BusEvent, error: Error, group?: string) => unknown;

/** An event bus whose publishes are retried behind a circuit. */
export interface ResilientEventBus<Types extends EventTypes>
  extends Omit<EventBus<Types>, 'publish' | 'getStats'> {
  /**
   * Publishes with retries, and hands the event to `onDeadLetter` where that does not help.
   * @throws InvalidEventError, OutboxTransactionError; whatever `onDeadLetter` throws
   */
  publish<Type extends keyof Types & string>(
    type: Type,
    payload: Types[Type],
    metadata?: EventMetadata,
    options?: Omit<PublishOptions, 'tx'>,
  ): Promise<ResilientPublished>;
  getStats(): EventBusStats & ResilientFunctionStats;
}

/**
 * An event bus whose publishes are retried behind a circuit breaker; what cannot be published, and what no handler
 * could handle, goes to `onDeadLetter`.
 * @param serviceName names the circuit: `event-bus.<serviceName>`
 * @throws EventsOptionError, ResilienceOptionError
 */
export function createResilientEventBusWrapper<Types extends EventTypes = EventTypes>(
  serviceName: string,
  onDeadLetter: DeadLetterHandler,
  options: ResilientEventBusOptions<Types> = {},
): ResilientEventBus<Types> {
  const {
    maxAttempts,
    initialDelayMs,
    failureThreshold = 5,
    resetTimeoutMs = 30_000,
    ...busOptions
  } = options;
  const bus = createEventBus<Types>({ ...busOptions, onDeadLetter } as EventBusOptions<Types>);
  const clock = options.clock;
  const resilient = createResilientFunction(
    (type: string, payload: unknown, metadata: EventMetadata | undefined, more: PublishOptions) =>
      bus.publish(type, payload as Types[string], metadata, more),
    {
      circuitBreaker: {
        name: `event-bus.${serviceName}`,
        failureThreshold,
        resetTimeout: resetTimeoutMs,
        timeout: false,
        ...(clock !== undefined && { clock }),
      },
      retry: {
        ...(maxAttempts !== undefined && { maxAttempts }),
        ...(initialDelayMs !== undefined && { initialDelayMs }),
      },
      ...(clock !== undefined && { clock }),
    },
  );
  async function publish(
    type: string,
    payload: unknown,
    metadata: EventMetadata = {},
    { key, id = randomUUID() }: Omit<PublishOptions, 'tx'> = {},
  ): Promise<ResilientPublished> {
    try {
      // The id is the same at each attempt: one whose answer was lost is not doubled.
      return await resilient.execute(type, payload, metadata, { ...(key !== undefined && { key }), id });
    } catch (error) {
      if (error instanceof InvalidEventError || error instanceof OutboxTransactionError) throw error;
      const publishedAt = clock?.wallTime() ?? Date.now();
      const event: BusEvent = { id, eventType: type, payload, metadata, key, publishedAt };
      await onDeadLetter(event, error as Error);
      tell<EventPublished>(publishedChannel, () => ({
        bus: bus.name,
        eventType: type,
        outcome: 'dead-lettered',
      }));
      return { id, status: 'dead-lettered' };
    }
  }
  const wrapper = {
    name: bus.name,
    publish,
    ready: () => bus.ready(),
    subscribe: bus.subscribe.bind(bus),
    replay: bus.replay.bind(bus),
    removeGroup: bus.removeGroup.bind(bus),
    deadLetters: bus.deadLetters.bind(bus),
    getLag: () => bus.getLag(),
    getStats: () => ({ ...bus.getStats(), ...resilient.getStats() }),
    close: () => bus.close(),
    [Symbol.asyncDispose]: () => bus.close(),
  };
  return wrapper as ResilientEventBus<Types>;
}
