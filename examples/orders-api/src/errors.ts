/** Base of this example's own errors. */
export abstract class OrdersApiError extends Error {
  abstract readonly code: string;
}

/** Settings that are missing or cannot be used. The message names each of them, and never a value. */
export class ConfigError extends OrdersApiError {
  override readonly name = 'ConfigError';
  readonly code = 'ERR_CONFIG';
}

/** What the client has to change. `errorHandler()` answers with `statusCode`, `code` and the message. */
export class RequestError extends OrdersApiError {
  override readonly name = 'RequestError';
  readonly statusCode: number;
  readonly code: string;

  constructor(statusCode: number, code: string, message: string) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
  }
}

/** Also the answer to whoever asks for another tenant's order. */
export function orderNotFound(): RequestError {
  return new RequestError(404, 'ERR_ORDER_NOT_FOUND', 'There is no order of this id.');
}

/**
 * There are no prices just now. Nothing has been written, so the client may try again with the same key. It has a status
 * of its own: that of the pricing service is about our request, not about the client's.
 */
export class PricingUnavailableError extends OrdersApiError {
  override readonly name = 'PricingUnavailableError';
  readonly code = 'ERR_PRICING_UNAVAILABLE';
  readonly statusCode = 503;
  readonly expose = true;
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number, cause: unknown) {
    super('There are no prices at the moment. Try again, with the same Idempotency-Key.', { cause });
    this.retryAfterMs = retryAfterMs;
  }
}

/** Nobody can get mail there. Trying again cannot help, so the event goes to the dead letters at once. */
export class UndeliverableError extends OrdersApiError {
  override readonly name = 'UndeliverableError';
  readonly code = 'ERR_UNDELIVERABLE';
  /** Read by the event bus. */
  readonly failureClass = 'permanent';

  constructor() {
    super('The address ends in .invalid. Correct the order, then redrive or discard the event.');
  }
}
