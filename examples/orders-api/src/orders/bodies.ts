import { z } from 'zod';
import { readBody } from '../read-body.ts';
import type { OrderChanges } from './order.ts';

export interface OrderRequest {
  readonly email: string;
  readonly note: string | null;
  readonly currency: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
}

const LONGEST_NOTE = 500;
const MOST_LINES = 100;
const LARGEST_QUANTITY = 10_000;

const email = z.email().max(254);
/** PostgreSQL keeps no NUL in a text. */
const note = z
  .string()
  .max(LONGEST_NOTE)
  .regex(/^[^\0]*$/, { error: 'must not have a NUL in it' })
  .nullable();

const PLACE = z.strictObject({
  email,
  note: note.default(null),
  currency: z.string().regex(/^[A-Z]{3}$/, { error: 'must be an ISO 4217 code such as EUR' }),
  lines: z
    .array(
      z.strictObject({
        sku: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, { error: 'must be 1 to 64 of A-Z a-z 0-9 _ -' }),
        quantity: z.int().min(1).max(LARGEST_QUANTITY),
      }),
    )
    .min(1)
    .max(MOST_LINES),
});

const CHANGE = z
  .strictObject({ email: email.optional(), note: note.optional() })
  .refine((changes) => Object.keys(changes).length > 0, { error: 'must name email or note' });

/** @throws RequestError 400, naming every field that is wrong */
export function readOrderRequest(body: unknown): OrderRequest {
  return readBody(PLACE, body);
}

/** @throws RequestError 400, naming every field that is wrong */
export function readOrderChanges(body: unknown): OrderChanges {
  return readBody(CHANGE, body);
}
