import { digestsFrom, eventText, plainHeader, signatureHeader } from './headers.ts';
import { hmac, LONGEST_EVENT_ID, LONGEST_EVENT_TYPE, type SignatureScheme, textKey } from './scheme.ts';

const SIGNATURE = 'x-hub-signature-256';
const DELIVERY = 'x-github-delivery';
const EVENT = 'x-github-event';
const PREFIX = 'sha256=';

/**
 * GitHub signs the body alone: neither the time nor the delivery id is protected.
 * @see https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export const github: SignatureScheme = {
  key: textKey,
  read: (headers) => {
    const header = signatureHeader(headers, SIGNATURE);
    const candidates = header.startsWith(PREFIX) ? [header.slice(PREFIX.length)] : [];
    return {
      digests: digestsFrom(candidates, 'hex', SIGNATURE),
      prefix: '',
      timestamp: undefined,
      eventId: plainHeader(headers, DELIVERY),
      eventType: plainHeader(headers, EVENT),
    };
  },
  names: (headers, body) => {
    const event = eventText(plainHeader(headers, EVENT), `the header ${EVENT}`, LONGEST_EVENT_TYPE);
    const { action } = body;
    const eventType = typeof action === 'string' && action !== '' ? `${event}.${action}` : event;
    return {
      eventId: eventText(plainHeader(headers, DELIVERY), `the header ${DELIVERY}`, LONGEST_EVENT_ID),
      eventType: eventText(eventType, 'the event type', LONGEST_EVENT_TYPE),
    };
  },
  sign: (key, { body, eventId, eventType }) => ({
    [SIGNATURE]: `${PREFIX}${hmac(key, '', body).toString('hex')}`,
    [DELIVERY]: eventId,
    [EVENT]: eventType,
  }),
};
