/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export abstract class ExpressAdapterError extends Error {
  abstract readonly code: string;
}

/** An option that cannot be used. Thrown at construction. */
export class ExpressOptionError extends ExpressAdapterError {
  override readonly name = 'ExpressOptionError';
  readonly code = 'ERR_EXPRESS_OPTION';
  /** The name of the option or argument. */
  readonly option: string;

  constructor(option: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.option = option;
  }
}

/** The raw body of a webhook is gone, so its signature cannot be verified. Nothing was enqueued. */
export class BodyAlreadyReadError extends ExpressAdapterError {
  override readonly name = 'BodyAlreadyReadError';
  readonly code = 'ERR_EXPRESS_BODY_ALREADY_READ';

  constructor() {
    super(
      'The body of this request was read before webhookReceiver() could verify its signature. Mount webhookReceiver() before express.json() and other body parsers.',
    );
  }
}

/** The client closed the connection before the response was complete. Recorded in the span, never thrown. */
export class ClientAbortedError extends ExpressAdapterError {
  override readonly name = 'ClientAbortedError';
  readonly code = 'ERR_EXPRESS_CLIENT_ABORTED';

  constructor() {
    super('The client closed the connection before the response was complete.');
  }
}

/** The service could not begin to listen. */
export class ListenError extends ExpressAdapterError {
  override readonly name = 'ListenError';
  readonly code = 'ERR_EXPRESS_LISTEN';
}

/** A package that an option of `createService` asks for is not installed. */
export class ExpressMissingPeerError extends ExpressAdapterError {
  override readonly name = 'ExpressMissingPeerError';
  readonly code = 'ERR_EXPRESS_MISSING_PEER';
  readonly peer: string;

  constructor(peer: string, option: string, options: ErrorOptions) {
    super(
      `createService: ${option} needs the package ${peer}, which could not be loaded: run "npm install ${peer}", or set ${option}: false.`,
      options,
    );
    this.peer = peer;
  }
}
