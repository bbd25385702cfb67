export type {
  AttemptOutcome,
  DeliveryErrorClass,
  DisabledReason,
  WebhookAttempt,
  WebhookEndpointChange,
} from './channels.ts';
export type {
  DeliveryAttempt,
  DeliveryDetail,
  DeliveryPage,
  DeliveryQuery,
  RedeliverRange,
  WebhookDelivery,
} from './delivery-log.ts';
export type {
  EndpointPage,
  EndpointPageRequest,
  EndpointSettings,
  IssuedSecret,
  NewEndpoint,
  WebhookEndpoint,
  WebhookEndpoints,
} from './endpoints.ts';
export {
  AddressRefusedError,
  DeliveryNotFoundError,
  EndpointExistsError,
  EndpointGoneError,
  EndpointNotFoundError,
  EndpointUrlRefusedError,
  InvalidWebhookError,
  WebhookError,
  WebhookMissingPeerError,
  WebhookOptionError,
  WebhookSecretError,
  WebhookSenderClosedError,
} from './errors.ts';
export type { OutgoingEvent } from './event.ts';
export type { ResolveHost } from './http/resolver.ts';
export { WEBHOOK_SENDER_DEFAULTS, type WebhookSenderDefaults, type WebhookSenderOptions } from './options.ts';
export { STANDARD_SCHEDULE_MS } from './schedule.ts';
export { generateSecret, type SigningScheme, verificationKey } from './secrets.ts';
export {
  type AcceptedDelivery,
  createWebhookSender,
  type SendResult,
  type SendTarget,
  type WebhookSender,
} from './sender.ts';
export type { DeliveryStatus } from './store/delivery-store.ts';
