import { AuditError, AuditOptionError, AuditStoreError } from '../errors.ts';
import { driverErrorOf } from '../prisma-client.ts';

/** The part of a `pg` result that is read here. */
export interface PgResult {
  readonly rows: readonly unknown[];
}

/** The part of a `pg` Client that is called here. */
export interface PgClient {
  query(text: string, values?: unknown[]): Promise<PgResult>;
}

/** A `pg` client on which the caller has begun a transaction. */
export interface PgTx {
  readonly client: PgClient;
}

/**
 * Outside of a transaction the change would be kept by itself, whatever becomes of the caller's rows.
 * @throws AuditOptionError
 */
export function checkTransaction(client: PgClient): void {
  if (isPool(client) || statusOf(client) === 'I') {
    throw new AuditOptionError(
      'client',
      '{ client } has no transaction open on it; give the connection on which you began one, not a pool.',
    );
  }
}

function isPool(client: PgClient): boolean {
  return 'totalCount' in client;
}

/** `I` idle, `T` in a transaction, `E` in one that has failed; unknown to clients before pg 8.17. */
function statusOf(client: PgClient): unknown {
  if (!('getTransactionStatus' in client) || typeof client.getTransactionStatus !== 'function')
    return undefined;
  return (client.getTransactionStatus as () => unknown)();
}

const BUSY = new Set(['40001', '40P01', '55P03']);

/**
 * Of two transactions with a snapshot of their own (REPEATABLE READ), the second does not see the link of the first
 * and tries to make the same: a conflict that goes away when it is run again.
 */
export async function storeCall<T>(doing: string, call: () => PromiseLike<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof AuditError) throw error;
    const { code, message } = driverErrorOf(error);
    const busy = BUSY.has(code) || (code === '23505' && message.includes('_chain_pkey'));
    throw new AuditStoreError(doing, error, busy, code);
  }
}
