import express, { type Request } from 'express';
import { RequestError } from './errors.ts';

/** Reads JSON, and answers 415 to everything else: the parser would leave it unread, and it would pass for no body. */
export function jsonBody(): ReturnType<typeof express.json> {
  const parse = express.json();
  return (req, res, next) => {
    if ((req as Request).is('application/json') !== false) return parse(req, res, next);
    throw new RequestError(415, 'ERR_UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json.');
  };
}
