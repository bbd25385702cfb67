import { timingSafeEqual } from 'node:crypto';
import { setIdentity } from '@holdfast/context';
import type { RequestHandler } from 'express';
import { RequestError } from '../errors.ts';
import type { ApiKeyStore } from '../storage/storage.ts';
import { findOwner, sha256 } from './api-key.ts';

/**
 * Lets in who sends a key as `X-API-Key`, and tells the context whose it is. From here on log lines, audit trail,
 * idempotency keys, cached answers and repositories belong to that tenant.
 */
export function authenticate(keys: ApiKeyStore): RequestHandler {
  return async (req, _res, next) => {
    const owner = await findOwner(keys, req.get('x-api-key') ?? '');
    if (owner === undefined) throw new RequestError(401, 'ERR_API_KEY', 'Send an API key as X-API-Key.');
    setIdentity({ tenantId: owner.tenantId, userId: owner.userId });
    next();
  };
}

/** Lets in who sends the administrators' key as `X-Admin-Key`. Digests have one length, so nothing is told of the key. */
export function requireAdmin(adminKey: string): RequestHandler {
  const expected = sha256(adminKey);
  return (req, _res, next) => {
    if (!timingSafeEqual(sha256(req.get('x-admin-key') ?? ''), expected)) {
      throw new RequestError(401, 'ERR_ADMIN_KEY', 'Send the administrators’ key as X-Admin-Key.');
    }
    next();
  };
}
