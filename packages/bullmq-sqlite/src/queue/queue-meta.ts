import { META_PAUSED } from './queue-record.ts';
import type { QueueScope } from './queue-scope.ts';

const SET =
  'INSERT INTO bullmq_meta (queue, field, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value';
const REMOVE = 'DELETE FROM bullmq_meta WHERE queue = +? AND field = +?';

/** @returns how many of the fields are new */
export function setMeta(
  { sql, record }: QueueScope,
  values: Readonly<Record<string, string | number>>,
): number {
  let added = 0;
  for (const [field, value] of Object.entries(values)) {
    const text = String(value);
    const known = record.meta.get(field);
    if (known === undefined) added += 1;
    if (known === text) continue;
    sql.run(SET, record.ref, field, text);
    record.meta.set(field, text);
    record.dirty = true;
  }
  return added;
}

/** @returns how many of the fields were there */
export function removeMeta({ sql, record }: QueueScope, fields: readonly string[]): number {
  let removed = 0;
  for (const field of fields) {
    if (!record.meta.delete(field)) continue;
    sql.run(REMOVE, record.ref, field);
    removed += 1;
    record.dirty = true;
  }
  return removed;
}

/** Stops or resumes handing out jobs, on all workers; jobs stay where they are. */
export function setPaused(scope: QueueScope, paused: boolean): void {
  if (paused) setMeta(scope, { [META_PAUSED]: 1 });
  else removeMeta(scope, [META_PAUSED]);
  scope.record.event('event', paused ? 'paused' : 'resumed');
}
