/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export abstract class EventsError extends Error {
  abstract readonly code: string;
}

/** An option that cannot be used. Thrown at construction. */
export class EventsOptionError extends EventsError {
  override readonly name = 'EventsOptionError';
  readonly code = 'ERR_EVENTS_OPTION';
  readonly option: string;

  constructor(option: string, message: string) {
    super(`${option} ${message}`);
    this.option = option;
  }
}

/** What was given to `publish` is not an event, or does not fit its schema. Nothing was published. */
export class InvalidEventError extends EventsError {
  override readonly name = 'InvalidEventError';
  readonly code = 'ERR_EVENTS_INVALID_EVENT';
  /** Where: `payload.lines.0.price`. */
  readonly path: string;
  readonly failureClass = 'permanent';

  constructor(path: string, message: string, options?: ErrorOptions) {
    super(`The event was refused: ${path} ${message}. Nothing was published.`, options);
    this.path = path;
  }
}

/** The transaction cannot take the event. Nothing was written: roll it back. */
export class OutboxTransactionError extends EventsError {
  override readonly name = 'OutboxTransactionError';
  readonly code = 'ERR_EVENTS_TRANSACTION';
  readonly failureClass = 'permanent';
}

/**
 * The store of the events did not take the call in time. An event that it may have taken all the same is not doubled
 * by another `publish` with the same id.
 */
export class EventsUnavailableError extends EventsError {
  override readonly name = 'EventsUnavailableError';
  readonly code = 'ERR_EVENTS_UNAVAILABLE';
  /** When another try makes sense, in ms from now. */
  readonly retryAfterMs: number;

  constructor(what: string, retryAfterMs: number, options?: ErrorOptions) {
    super(
      `The event store is unavailable: ${what}. Try again in ${retryAfterMs} ms with the same event id.`,
      options,
    );
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Redis has lost the log of the bus, or came back with an older copy of it. The groups of this process were registered
 * again; told by `onError`, thrown by no call.
 */
export class EventsDataLostError extends EventsError {
  override readonly name = 'EventsDataLostError';
  readonly code = 'ERR_EVENTS_DATA_LOST';
  readonly bus: string;

  constructor(bus: string) {
    super(
      `Redis has lost data of the event bus ${JSON.stringify(bus)}: it was flushed, restarted without persistence, or came back with an older copy. Events that were published and not handled yet may be gone. The groups of running processes are registered again and get what is published from now on; others begin anew when they subscribe. Publish again what matters, and give Redis "appendonly yes".`,
    );
    this.bus = bus;
  }
}

/** A group that is not known, or has a handler in this process already. */
export class GroupError extends EventsError {
  override readonly name = 'GroupError';
  readonly code = 'ERR_EVENTS_GROUP';
  readonly group: string;

  constructor(group: string, message: string) {
    super(`The group ${JSON.stringify(group)} ${message}`);
    this.group = group;
  }
}

/** A method was called after `close()`. */
export class EventsClosedError extends EventsError {
  override readonly name = 'EventsClosedError';
  readonly code = 'ERR_EVENTS_CLOSED';

  constructor() {
    super('The event bus is closed. Create a new one to go on.');
  }
}

/** An optional peer dependency that the chosen engine needs is not installed. */
export class EventsMissingPeerError extends EventsError {
  override readonly name = 'EventsMissingPeerError';
  readonly code = 'ERR_EVENTS_MISSING_PEER';
  readonly peer: string;

  constructor(peer: string, options: ErrorOptions) {
    super(
      `This event bus needs the package ${peer}, which could not be loaded: run "npm install ${peer}".`,
      options,
    );
    this.peer = peer;
  }
}

/** A newer version of this package has made the tables. */
export class EventsSchemaVersionError extends EventsError {
  override readonly name = 'EventsSchemaVersionError';
  readonly code = 'ERR_EVENTS_SCHEMA_VERSION';

  constructor(found: number, known: number) {
    super(
      `The tables of the event bus have version ${found} and this package knows ${known}: update @holdfast/events.`,
    );
  }
}
