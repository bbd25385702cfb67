import type { Request } from 'express';
import { RequestError } from '../errors.ts';
import type { Order } from './order.ts';

/** Where a page begins: behind this order, newest first. Orders of one millisecond are told apart by their ids. */
export interface Cursor {
  /** Epoch ms. */
  readonly createdAt: number;
  readonly id: string;
}

export interface Page {
  readonly limit: number;
  readonly after: Cursor | undefined;
}

const DEFAULT_LIMIT = 20;
const LARGEST_LIMIT = 100;

/** @throws RequestError 400 */
export function pageOf({ query }: Request): Page {
  const limit = query['limit'] === undefined ? DEFAULT_LIMIT : Number(query['limit']);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= LARGEST_LIMIT)) {
    throw badQuery(`limit must be a whole number from 1 to ${LARGEST_LIMIT}.`);
  }
  const after = query['after'];
  return { limit, after: after === undefined ? undefined : decodeCursor(after) };
}

/** The answer to a list that was read with one row more than asked for, which tells whether there is another page. */
export function pageAnswer(
  orders: readonly Order[],
  { limit }: Page,
  show: (order: Order) => object,
): object {
  const items = orders.slice(0, limit);
  const last = items.at(-1);
  const next = orders.length > limit && last !== undefined ? encodeCursor(last) : null;
  return { items: items.map(show), next };
}

function encodeCursor({ createdAt, id }: Cursor): string {
  return Buffer.from(`${createdAt}.${id}`).toString('base64url');
}

function decodeCursor(text: unknown): Cursor {
  const decoded = Buffer.from(String(text), 'base64url').toString();
  const [, createdAt, id] = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(decoded) ?? [];
  if (createdAt === undefined || id === undefined) {
    throw badQuery('after is not a cursor: it must be the next of an earlier page.');
  }
  return { createdAt: Number(createdAt), id };
}

function badQuery(message: string): RequestError {
  return new RequestError(400, 'ERR_BAD_QUERY', message);
}
