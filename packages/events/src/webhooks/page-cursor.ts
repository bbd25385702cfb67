import { WebhookOptionError } from './errors.ts';
import { ID } from './store/ids.ts';

/** Behind what a page begins, in the order of acceptance or registration. */
export interface Place {
  /** Epoch ms. */
  readonly createdAt: number;
  readonly id: string;
}

const CURSOR = /^(\d{1,15})\.(.+)$/;

/** The rows that a page shows, of which one more than `limit` were read, and where the next page begins. */
export function pageOf<Row extends Place>(
  found: readonly Row[],
  limit: number,
): { readonly rows: readonly Row[]; readonly nextCursor: string | undefined } {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const hasMore = found.length > limit && last !== undefined;
  return { rows, nextCursor: hasMore ? `${last.createdAt}.${last.id}` : undefined };
}

/** @throws WebhookOptionError */
export function readCursor(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const [, createdAt, id] = CURSOR.exec(cursor) ?? [];
  if (createdAt === undefined || id === undefined || !ID.test(id)) {
    throw new WebhookOptionError(
      'cursor',
      'is none that a page gave; pass nextCursor of the page before as it is.',
    );
  }
  return { createdAt: Number(createdAt), id };
}
