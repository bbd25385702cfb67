import { IdempotencyOptionError } from '../errors.ts';

/** The part of a Prisma transaction client that is called here. */
export interface PrismaTransactionClient {
  $executeRawUnsafe(query: string, ...values: unknown[]): PromiseLike<number>;
  $queryRawUnsafe(query: string, ...values: unknown[]): PromiseLike<unknown>;
}

/** What `prisma.$transaction(async (tx) => ...)` hands to its function, on SQLite or PostgreSQL. */
export interface PrismaTx {
  readonly prisma: PrismaTransactionClient;
}

/**
 * A client that is not a transaction's would write the record by itself, without the caller's rows.
 * @throws IdempotencyOptionError
 */
export function checkPrismaTransaction({ prisma }: PrismaTx): void {
  if (!('$connect' in prisma)) return;
  throw new IdempotencyOptionError(
    'prisma',
    '{ prisma } is not in a transaction: give the client that prisma.$transaction(async (tx) => ...) hands to its function.',
  );
}
