import type { PostgresAddress, PostgresPoolLike } from '@holdfast/queue';
import type { Database } from 'better-sqlite3';
import { WebhookOptionError } from '../errors.ts';
import type { ResolvedSenderOptions } from '../options.ts';
import type { WebhookStore } from './delivery-store.ts';

/** Opens the store that the options name; its module and its peer are loaded only now. */
export async function openStore({
  store: where,
  isStoreWithQueue,
}: Pick<ResolvedSenderOptions, 'store' | 'isStoreWithQueue'>): Promise<WebhookStore> {
  const { createSqlStore } = await import('./sql-store.ts');
  if ('postgres' in where) {
    const { openPostgresRunner } = await import('./postgres-runner.ts');
    return createSqlStore(await openPostgresRunner(where.postgres as PostgresAddress | PostgresPoolLike));
  }
  const { openSqliteRunner } = await import('./sqlite-runner.ts');
  return createSqlStore(await openSqliteRunner(sqliteOf(where), isStoreWithQueue));
}

function sqliteOf(where: ResolvedSenderOptions['store']): { file: string } | { db: Database } {
  if ('db' in where) return { db: where.db as Database };
  if ('file' in where && typeof where.file === 'string' && where.file !== '') return { file: where.file };
  throw new WebhookOptionError(
    'store',
    'must be { file: path }, { db: an open better-sqlite3 database } or { postgres: { url } or a pg Pool }.',
  );
}
