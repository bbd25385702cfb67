import { EventsError } from '../errors.ts';

/** Base of the errors of the webhook sender; compare `code`, since `instanceof` fails across copies. */
export abstract class WebhookError extends EventsError {}

/** An option that cannot be used. Thrown at construction, or by the call that was given it. */
export class WebhookOptionError extends WebhookError {
  override readonly name = 'WebhookOptionError';
  readonly code = 'ERR_WEBHOOK_OPTION';
  readonly option: string;

  constructor(option: string, message: string) {
    super(`${option} ${message}`);
    this.option = option;
  }
}

/** A secret that cannot sign. Its text is in no message. */
export class WebhookSecretError extends WebhookError {
  override readonly name = 'WebhookSecretError';
  readonly code = 'ERR_WEBHOOK_SECRET';

  constructor(what: string, options?: ErrorOptions) {
    super(
      `The secret ${what}. Use whsec_ and 24 to 64 bytes in base64, whsk_ and an ed25519 key of 32 or 64 bytes in base64, or leave it out to have one made.`,
      options,
    );
  }
}

/** A URL that webhooks are not sent to. Nothing was stored. */
export class EndpointUrlRefusedError extends WebhookError {
  override readonly name = 'EndpointUrlRefusedError';
  readonly code = 'ERR_WEBHOOK_URL_REFUSED';

  constructor(why: string) {
    super(`The URL of the endpoint ${why}. Nothing was stored.`);
  }
}

/** The address that a connection would go to is not allowed. Nothing was sent. */
export class AddressRefusedError extends WebhookError {
  override readonly name = 'AddressRefusedError';
  readonly code = 'ERR_WEBHOOK_ADDRESS_REFUSED';
  /** The kind of address, such as `private` or `loopback`. */
  readonly kind: string;

  constructor(kind: string) {
    super(
      `The host of the endpoint has a ${kind} address, which webhooks are not sent to. Nothing was sent; correct its DNS or its URL.`,
    );
    this.kind = kind;
  }
}

/** No endpoint has this id. */
export class EndpointNotFoundError extends WebhookError {
  override readonly name = 'EndpointNotFoundError';
  readonly code = 'ERR_WEBHOOK_ENDPOINT_NOT_FOUND';
  readonly endpointId: string;

  constructor(endpointId: string) {
    super(`There is no webhook endpoint ${JSON.stringify(endpointId)}. List the endpoints.`);
    this.endpointId = endpointId;
  }
}

/** An endpoint with this id is there already. Nothing was stored. */
export class EndpointExistsError extends WebhookError {
  override readonly name = 'EndpointExistsError';
  readonly code = 'ERR_WEBHOOK_ENDPOINT_EXISTS';

  constructor(endpointId: string) {
    super(
      `There is a webhook endpoint ${JSON.stringify(endpointId)} already. Update it, or register under another id.`,
    );
  }
}

/** The endpoint answered 410 and takes no more events. Nothing was accepted. */
export class EndpointGoneError extends WebhookError {
  override readonly name = 'EndpointGoneError';
  readonly code = 'ERR_WEBHOOK_ENDPOINT_GONE';

  constructor(endpointId: string) {
    super(
      `The webhook endpoint ${JSON.stringify(endpointId)} answered 410 Gone and is disabled. Enable it when its owner asks for it.`,
    );
  }
}

/** No delivery has this id; it may be older than the retention. */
export class DeliveryNotFoundError extends WebhookError {
  override readonly name = 'DeliveryNotFoundError';
  readonly code = 'ERR_WEBHOOK_DELIVERY_NOT_FOUND';

  constructor(deliveryId: string) {
    super(
      `There is no delivery ${JSON.stringify(deliveryId)}. It may be older than the retention; list the deliveries.`,
    );
  }
}

/** What was given to `send` is not an event. Nothing was accepted. */
export class InvalidWebhookError extends WebhookError {
  override readonly name = 'InvalidWebhookError';
  readonly code = 'ERR_WEBHOOK_INVALID_EVENT';
  readonly field: string;

  constructor(field: string, message: string, options?: ErrorOptions) {
    super(`The event was refused: ${field} ${message}. Nothing was accepted.`, options);
    this.field = field;
  }
}

/** Called after `close()`. */
export class WebhookSenderClosedError extends WebhookError {
  override readonly name = 'WebhookSenderClosedError';
  readonly code = 'ERR_WEBHOOK_SENDER_CLOSED';

  constructor() {
    super('The webhook sender is closed. Create a new one.');
  }
}

/** The package that the chosen engine needs is not installed. */
export class WebhookMissingPeerError extends WebhookError {
  override readonly name = 'WebhookMissingPeerError';
  readonly code = 'ERR_WEBHOOK_MISSING_PEER';
  readonly peer: string;

  constructor(peer: string, options: ErrorOptions) {
    super(
      `This webhook sender needs the package ${peer}, which could not be loaded: run "npm install ${peer}".`,
      options,
    );
    this.peer = peer;
  }
}
