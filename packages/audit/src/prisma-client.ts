import { AuditOptionError } from './errors.ts';

/** The part of a Prisma client that is called here. */
export interface PrismaRawClient {
  $executeRawUnsafe(query: string, ...values: unknown[]): PromiseLike<number>;
  $queryRawUnsafe(query: string, ...values: unknown[]): PromiseLike<unknown>;
}

/** What `prisma.$transaction(async (tx) => …)` hands to its function. */
export interface PrismaTx {
  readonly prisma: PrismaRawClient;
}

/**
 * A client that is not a transaction's would write the change by itself, without the caller's rows.
 * @throws AuditOptionError
 */
export function checkPrismaTransaction({ prisma }: PrismaTx): void {
  if (!('$connect' in prisma)) return;
  throw new AuditOptionError(
    'prisma',
    '{ prisma } is not in a transaction: give the client that prisma.$transaction(async (tx) => …) hands to its function.',
  );
}

/** What the driver said, out of Prisma's error around it. */
export function driverErrorOf(error: unknown): { readonly code: string; readonly message: string } {
  const cause = partOf(partOf(partOf(error, 'meta'), 'driverAdapterError'), 'cause');
  const code = textOf(cause, 'originalCode') ?? textOf(error, 'code') ?? textOf(error, 'name');
  const message = textOf(cause, 'originalMessage') ?? textOf(error, 'message');
  return { code: code ?? 'unknown error', message: message ?? '' };
}

function partOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined;
}

function textOf(value: unknown, name: string): string | undefined {
  const part = partOf(value, name);
  return typeof part === 'string' ? part : undefined;
}
