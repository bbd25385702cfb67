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
    '{ prisma } is not in a transaction: give the client that prisma.$transaction(async (tx) => …) hands to its function.',
  );
}

/** What the driver said, out of Prisma's error around it. */
export function driverErrorOf(error: unknown): { readonly code: string; readonly message: string } {
  const cause = partOf(partOf(partOf(error, 'meta'), 'driverAdapterError'), 'cause');
  const code = partOf(cause, 'originalCode') ?? partOf(error, 'code');
  const message = partOf(cause, 'originalMessage') ?? partOf(error, 'message');
  return { code: String(code ?? partOf(error, 'name') ?? 'unknown error'), message: String(message ?? '') };
}

function partOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined;
}
