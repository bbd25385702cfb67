import { SoftDeleteOptionError } from '../errors.ts';
import type { Args } from './conditions.ts';

/** The operations of one model. */
export type Delegate = Readonly<Record<string, (args?: unknown) => Promise<unknown>>>;

/** A transaction of Prisma as its internals name it. */
export interface Transaction {
  readonly kind: 'itx' | 'batch';
  readonly id: unknown;
}

export interface LazyRequest extends PromiseLike<unknown> {
  requestTransaction?(transaction: Transaction): Promise<unknown>;
}

/**
 * The part of a Prisma 7 client that is called here. Names that begin with an underscore are not documented;
 * `checkClient` refuses a client that has lost one.
 */
export interface Client {
  readonly _engineConfig: { readonly inlineSchema: string; readonly activeProvider: string };
  _createItxClient(transaction: Transaction): Client;
  _createPrismaPromise<T>(work: (transaction?: Transaction) => Promise<T>): Promise<T>;
  $transaction(input: unknown, options?: Args): Promise<unknown>;
  $executeRawUnsafe(sql: string): Promise<number>;
  $extends(extension: unknown): unknown;
}

const PROVIDERS = new Set(['sqlite', 'postgresql', 'postgres', 'cockroachdb']);

/** @throws SoftDeleteOptionError */
export function checkClient(client: Client): void {
  const functions = ['_createItxClient', '_createPrismaPromise', '$transaction', '$extends'] as const;
  const lost = functions.find((name) => typeof client[name] !== 'function');
  if (lost !== undefined || typeof client._engineConfig?.inlineSchema !== 'string') {
    throw new SoftDeleteOptionError(
      'client',
      `This Prisma client has no ${lost ?? 'inlineSchema'}; the soft delete extension knows Prisma 7.`,
    );
  }
  const { activeProvider } = client._engineConfig;
  if (!PROVIDERS.has(activeProvider)) {
    throw new SoftDeleteOptionError(
      'client',
      `The Prisma provider is ${activeProvider}; the soft delete extension knows sqlite and postgresql.`,
    );
  }
}

/** The delegate of a model: its name with a small first letter. */
export function delegateOf(client: Client, model: string): Delegate {
  const name = model.charAt(0).toLowerCase() + model.slice(1);
  return (client as unknown as Record<string, Delegate>)[name] as Delegate;
}
