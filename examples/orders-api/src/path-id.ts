import type { RequestParamHandler } from 'express';
import type { RequestError } from './errors.ts';

/** For `router.param()`: what cannot be an id is not there. So no database is asked for half a megabyte, or for a NUL. */
export function onlyIds(pattern: RegExp, notFound: () => RequestError): RequestParamHandler {
  return (_req, _res, next, id: string) => next(pattern.test(id) ? undefined : notFound());
}
