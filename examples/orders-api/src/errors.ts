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

/** The pricing service answered, but not with prices. Resilience reads `statusCode` and `headers` to classify it. */
export class PricingError extends OrdersApiError {
  override readonly name = 'PricingError';
  readonly code = 'ERR_PRICING';
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(statusCode: number, headers: Readonly<Record<string, string>>) {
    super(`The pricing service answered ${statusCode}.`);
    this.statusCode = statusCode;
    this.headers = headers;
  }
}
