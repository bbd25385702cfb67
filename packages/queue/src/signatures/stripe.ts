import { digestsFrom, eventText, pairs, signatureHeader, timestampFrom } from './headers.ts';
import {
  hmac,
  LONGEST_EVENT_ID,
  LONGEST_EVENT_TYPE,
  type SignatureScheme,
  seconds,
  textKey,
} from './scheme.ts';

const SIGNATURE = 'stripe-signature';

/** @see https://docs.stripe.com/webhooks/signature */
export const stripe: SignatureScheme = {
  key: textKey,
  read: (headers) => {
    const header = signatureHeader(headers, SIGNATURE);
    const [signedAt] = pairs(header, ',', 't');
    return {
      digests: digestsFrom(pairs(header, ',', 'v1'), 'hex', SIGNATURE),
      timestamp: timestampFrom(signedAt, SIGNATURE),
      prefix: `${signedAt}.`,
      eventId: undefined,
      eventType: undefined,
    };
  },
  names: (_headers, body) => ({
    eventId: eventText(body['id'], 'id', LONGEST_EVENT_ID),
    eventType: eventText(body['type'], 'type', LONGEST_EVENT_TYPE),
  }),
  sign: (key, { body, timestamp }) => {
    const signedAt = seconds(timestamp);
    return { [SIGNATURE]: `t=${signedAt},v1=${hmac(key, `${signedAt}.`, body).toString('hex')}` };
  },
};
