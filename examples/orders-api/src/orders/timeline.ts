import type { AuditEntry, AuditReader } from '@holdfast/audit';
import type { RequestHandler } from 'express';
import { orderNotFound } from '../errors.ts';
import { pageRequest } from './cursor.ts';

/** Who did what to an order and when, oldest first; also of one that is deleted. */
export function timelineRoute(audit: AuditReader): RequestHandler<{ id: string }> {
  return async (req, res) => {
    const request = { ...pageRequest(req), recordType: 'order' };
    const { items, nextCursor = null } = await audit.history(req.params.id, request);
    if (items.length === 0) throw orderNotFound();
    res.json({ items: items.map(shownEntry), nextCursor });
  };
}

function shownEntry({ changeType, actor, createdAt, requestId, correlationId, diff }: AuditEntry): object {
  return { changeType, by: actor.id, at: createdAt.toISOString(), requestId, correlationId, diff };
}
