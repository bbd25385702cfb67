import type { Request } from 'express';
import { RequestError } from '../errors.ts';
import type { Order } from './order.ts';

/** Where a page begins: behind this order, newest first. Orders of one millisecond are told apart by their ids. */
export interface Place {
  /** Epoch ms. */
  readonly createdAt: number;
  readonly id: string;
}

export interface Page {
  readonly limit: number;
  readonly after: Place | undefined;
}

const DEFAULT_LIMIT = 20;
const LARGEST_LIMIT = 100;

/**
 * Which page is asked for, for a list that reads its own cursors; the error handler answers 400 to one it did not give.
 * @throws RequestError 400
 */
export function pageRequest({ query }: Pick<Request, 'query'>): { limit: number; cursor?: string } {
  const { limit: given = DEFAULT_LIMIT, cursor } = query;
  const limit = Number(given);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= LARGEST_LIMIT)) {
    throw badQuery(`limit must be a whole number from 1 to ${LARGEST_LIMIT}.`);
  }
  return { limit, ...(cursor !== undefined && { cursor: textOf(cursor) }) };
}

/** The same for lists of orders. @throws RequestError 400 */
export function pageOf(req: Request): Page {
  const { limit, cursor } = pageRequest(req);
  return { limit, after: cursor === undefined ? undefined : decodeCursor(cursor) };
}

/** The answer to a list that was read with one row more than asked for, which tells whether there is another page. */
export function pageAnswer(
  orders: readonly Order[],
  { limit }: Page,
  show: (order: Order) => object,
): object {
  const items = orders.slice(0, limit);
  const last = items.at(-1);
  const nextCursor = orders.length > limit && last !== undefined ? encodeCursor(last) : null;
  return { items: items.map(show), nextCursor };
}

/** A parameter that is given twice is no cursor. */
function textOf(parameter: unknown): string {
  return typeof parameter === 'string' ? parameter : '';
}

function encodeCursor({ createdAt, id }: Place): string {
  return Buffer.from(`${createdAt}.${id}`).toString('base64url');
}

function decodeCursor(text: string): Place {
  const decoded = Buffer.from(text, 'base64url').toString();
  const [, createdAt, id] = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(decoded) ?? [];
  if (createdAt === undefined || id === undefined) {
    throw badQuery('cursor is none: it must be the nextCursor of an earlier page.');
  }
  return { createdAt: Number(createdAt), id };
}

function badQuery(message: string): RequestError {
  return new RequestError(400, 'ERR_BAD_QUERY', message);
}
