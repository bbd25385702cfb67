import { digestsFrom, eventText, pairs, signatureHeader, timestampFrom } from './headers.ts';
import {
  hmac,
  LONGEST_EVENT_ID,
  LONGEST_EVENT_TYPE,
  type SignatureScheme,
  seconds,
  textKey,
} from './scheme.ts';

const SIGNATURE = 'paddle-signature';

/** @see https://developer.paddle.com/webhooks/signature-verification */
export const paddle: SignatureScheme = {
  key: textKey,
  read: (headers) => {
    const header = signatureHeader(headers, SIGNATURE);
    const [signedAt] = pairs(header, ';', 'ts');
    return {
      digests: digestsFrom(pairs(header, ';', 'h1'), 'hex', SIGNATURE),
      timestamp: timestampFrom(signedAt, SIGNATURE),
      prefix: `${signedAt}:`,
      eventId: undefined,
      eventType: undefined,
    };
  },
  names: (_headers, body) => ({
    eventId: eventText(body['event_id'], 'event_id', LONGEST_EVENT_ID),
    eventType: eventText(body['event_type'], 'event_type', LONGEST_EVENT_TYPE),
  }),
  sign: (key, { body, timestamp }) => {
    const signedAt = seconds(timestamp);
    return { [SIGNATURE]: `ts=${signedAt};h1=${hmac(key, `${signedAt}:`, body).toString('hex')}` };
  },
};
