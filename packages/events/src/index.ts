export {
  createEventBus,
  type EventBus,
  type EventBusLag,
  type EventBusStats,
  type EventOf,
  type PublishOptions,
} from './bus/event-bus.ts';
export { GROUP_DEFAULTS, type GroupDefaults, type SubscribeOptions } from './bus/group-options.ts';
export type { EventJob } from './bus/group-queues.ts';
export type { Published } from './bus/publisher.ts';
export {
  createResilientEventBusWrapper,
  type DeadLetterHandler,
  type ResilientEventBus,
  type ResilientEventBusOptions,
  type ResilientPublished,
} from './bus/resilient-wrapper.ts';
export type { GroupStats, Subscription } from './bus/subscription.ts';
export type {
  EventPublished,
  EventsTrouble,
  GroupSnapshot,
  OutboxSnapshot,
  PublishOutcome,
} from './channels.ts';
export {
  EventsClosedError,
  EventsDataLostError,
  EventsError,
  EventsMissingPeerError,
  EventsOptionError,
  EventsSchemaVersionError,
  EventsUnavailableError,
  GroupError,
  InvalidEventError,
  OutboxTransactionError,
} from './errors.ts';
export type { BusEvent, DeliveredEvent, EventMetadata } from './event.ts';
export {
  EVENT_BUS_DEFAULTS,
  type EventBusDefaults,
  type EventBusOptions,
  type EventSchemas,
  type EventTypes,
} from './options.ts';
export type {
  AsyncTx,
  PgClient,
  PgTx,
  PrismaTransactionClient,
  PrismaTx,
  SqliteDatabase,
  SqliteStatement,
  SqliteTx,
  Tx,
} from './outbox/transaction.ts';
