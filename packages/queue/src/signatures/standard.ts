import { digestsFrom, eventText, plainHeader, signatureHeader, timestampFrom } from './headers.ts';
import { hmac, LONGEST_EVENT_ID, LONGEST_EVENT_TYPE, type SignatureScheme, seconds } from './scheme.ts';

const ID = 'webhook-id';
const TIMESTAMP = 'webhook-timestamp';
const SIGNATURE = 'webhook-signature';
const SECRET_PREFIX = 'whsec_';
const VERSION = 'v1,';

/** @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export const standard: SignatureScheme = {
  key: (secret) => {
    const text = secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret;
    const key = Buffer.from(text, 'base64');
    if (key.length === 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text))
      throw new Error('must be whsec_ and base64');
    return key;
  },
  read: (headers) => {
    const id = signatureHeader(headers, ID);
    const signedAt = signatureHeader(headers, TIMESTAMP);
    const candidates = signatureHeader(headers, SIGNATURE)
      .split(' ')
      .filter((part) => part.startsWith(VERSION))
      .map((part) => part.slice(VERSION.length));
    return {
      digests: digestsFrom(candidates, 'base64', SIGNATURE),
      timestamp: timestampFrom(signedAt, TIMESTAMP),
      prefix: `${id}.${signedAt}.`,
      eventId: id,
      eventType: undefined,
    };
  },
  names: (headers, body) => ({
    eventId: eventText(plainHeader(headers, ID), `the header ${ID}`, LONGEST_EVENT_ID),
    eventType: eventText(body['type'], 'type', LONGEST_EVENT_TYPE),
  }),
  sign: (key, { body, eventId, timestamp }) => {
    const signedAt = seconds(timestamp);
    return {
      [ID]: eventId,
      [TIMESTAMP]: signedAt,
      [SIGNATURE]: `${VERSION}${hmac(key, `${eventId}.${signedAt}.`, body).toString('base64')}`,
    };
  },
};
