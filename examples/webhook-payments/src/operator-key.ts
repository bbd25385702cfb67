import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { OperatorRequestError } from './errors.ts';

/**
 * Lets only those in who send the key as `X-API-Key`. Digests have one length, so that the comparison tells neither
 * content nor length of the key.
 */
export function requireKey(key: string): RequestHandler {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(key);
  return (req, _res, next) => {
    const isKnown = timingSafeEqual(digest(req.get('x-api-key') ?? ''), expected);
    next(
      isKnown
        ? undefined
        : new OperatorRequestError(401, 'ERR_OPERATOR_KEY', 'Send the operator key as X-API-Key.'),
    );
  };
}
