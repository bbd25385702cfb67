/** Base of this example's own errors. */
export abstract class WebhookPaymentsError extends Error {
  abstract readonly code: string;
}

/** A setting that is missing or cannot be used. The message names it, never its value where that is a secret. */
export class ConfigError extends WebhookPaymentsError {
  override readonly name = 'ConfigError';
  readonly code = 'ERR_CONFIG';
}

/** The provider answered, but not with a charge. Resilience reads `statusCode` and the headers to classify it. */
export class PaymentProviderError extends WebhookPaymentsError {
  override readonly name = 'PaymentProviderError';
  readonly code = 'ERR_PAYMENT_PROVIDER';
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The provider's own word for it, such as `card_declined`. */
  readonly reason: string;

  constructor(statusCode: number, reason: string, headers: Readonly<Record<string, string>>) {
    super(`The payment provider answered ${statusCode} (${reason}).`);
    this.statusCode = statusCode;
    this.reason = reason;
    this.headers = headers;
  }
}

/** A genuine event of which no bill can be made. Trying again cannot help. */
export class UnbillableEventError extends WebhookPaymentsError {
  override readonly name = 'UnbillableEventError';
  readonly code = 'ERR_UNBILLABLE_EVENT';
  /** Read by resilience and queue: such an event goes to the dead letters at once. */
  readonly failureClass = 'permanent';

  constructor(eventType: string, missing: string) {
    super(`The ${eventType} event has no usable ${missing}. Ask its sender, then redrive or discard it.`);
  }
}

/** The business database cannot be opened. The cause says why. */
export class DatabaseError extends WebhookPaymentsError {
  override readonly name = 'DatabaseError';
  readonly code = 'ERR_DATABASE';
  readonly file: string;

  constructor(file: string, cause: unknown) {
    super(`The database ${file} cannot be opened.`, { cause });
    this.file = file;
  }
}

/** The business database was there and is away. The job waits for it, and spends no attempt. */
export class DatabaseAwayError extends WebhookPaymentsError {
  override readonly name = 'DatabaseAwayError';
  readonly code = 'ERR_DATABASE_AWAY';
  /** Read by the queue: the job is parked, as behind an open circuit. */
  readonly failureClass = 'overload';
  readonly retryAfterMs = 2000;

  constructor(cause: unknown) {
    super('The business database does not answer. The job is tried again when it may be back.', { cause });
  }
}

/** A request to the operator endpoints that is answered with `statusCode`. */
export class OperatorRequestError extends WebhookPaymentsError {
  override readonly name = 'OperatorRequestError';
  readonly statusCode: number;
  readonly code: string;

  constructor(statusCode: number, code: string, message: string) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
  }
}
