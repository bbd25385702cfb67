import { UnsupportedOperationError } from '../errors.ts';
import type { Client, LazyRequest, Transaction } from './client.ts';

/** Runs work on the client below the extension: in a transaction of its own, or in a savepoint of the caller's. */
export class PrismaTransactions {
  readonly #client: Client;
  readonly #timeoutMs: number;
  /** Savepoints of one transaction must not overlap. */
  readonly #queues = new Map<unknown, Promise<unknown>>();

  constructor(client: Client, timeoutMs: number) {
    this.#client = client;
    this.#timeoutMs = timeoutMs;
  }

  run<T>(transaction: Transaction | undefined, work: (client: Client) => Promise<T>): Promise<T> {
    if (transaction === undefined) {
      const options = { timeout: this.#timeoutMs, maxWait: this.#timeoutMs };
      return this.#client.$transaction(work, options) as Promise<T>;
    }
    if (transaction.kind !== 'itx') {
      throw new UnsupportedOperationError(
        'A delete in a batch of another client',
        'Call $transaction on the client that softDeleteExtension made.',
      );
    }
    const client = this.#client._createItxClient(transaction);
    return this.#inTurn(transaction.id, () => inSavepoint(client, work));
  }

  /** A client for reads, in the transaction if there is one. */
  reader(transaction: Transaction | undefined): Client {
    return transaction?.kind === 'itx' ? this.#client._createItxClient(transaction) : this.#client;
  }

  #inTurn<T>(id: unknown, work: () => Promise<T>): Promise<T> {
    const turn = (this.#queues.get(id) ?? Promise.resolve()).then(work);
    const settled = turn
      .catch(() => undefined)
      .then(() => {
        if (this.#queues.get(id) === settled) this.#queues.delete(id);
      });
    this.#queues.set(id, settled);
    return turn;
  }
}

async function inSavepoint<T>(client: Client, work: (client: Client) => Promise<T>): Promise<T> {
  await client.$executeRawUnsafe('SAVEPOINT holdfast_soft_delete');
  try {
    const result = await work(client);
    await client.$executeRawUnsafe('RELEASE SAVEPOINT holdfast_soft_delete');
    return result;
  } catch (error) {
    await client.$executeRawUnsafe('ROLLBACK TO SAVEPOINT holdfast_soft_delete').catch(() => undefined);
    await client.$executeRawUnsafe('RELEASE SAVEPOINT holdfast_soft_delete').catch(() => undefined);
    throw error;
  }
}

/**
 * A batch, run as an interactive transaction: a delete in it is several statements, for which a batch has no place.
 * @param extended the client with the extension, on which the batch was asked for
 */
export function runBatch(
  base: Client,
  extended: Client,
  requests: readonly LazyRequest[],
  options: Record<string, unknown>,
): Promise<unknown> {
  const foreign = requests.find((request) => typeof request?.requestTransaction !== 'function');
  if (foreign !== undefined) {
    throw new UnsupportedOperationError(
      '$transaction([…]) with a promise that is not one of Prisma',
      'Pass the calls of the client without awaiting them.',
    );
  }
  const work = async (tx: Client): Promise<unknown[]> => {
    const transaction = await tx._createPrismaPromise((current) => Promise.resolve(current));
    const results: unknown[] = [];
    for (const request of requests) {
      results.push(await request.requestTransaction?.(transaction as Transaction));
    }
    return results;
  };
  return base.$transaction.call(extended, work, options);
}
