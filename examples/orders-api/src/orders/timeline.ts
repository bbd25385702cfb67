import type { AuditEntry, AuditReader } from '@holdfast/audit';
import type { RequestHandler } from 'express';
import { orderNotFound } from '../errors.ts';

/** Who did what to an order and when, oldest first; also of one that is deleted. */
export function timelineRoute(audit: AuditReader): RequestHandler<{ id: string }> {
  return async (req, res) => {
    const { entries } = await audit.history(req.params.id, { recordType: 'order', limit: 1000 });
    if (entries.length === 0) throw orderNotFound();
    res.json({ items: entries.map(shownEntry) });
  };
}

function shownEntry({ changeType, actor, createdAt, requestId, correlationId, diff }: AuditEntry): object {
  return { changeType, by: actor.id, at: createdAt.toISOString(), requestId, correlationId, diff };
}
