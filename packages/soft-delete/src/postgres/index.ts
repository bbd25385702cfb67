export type { PgClient, PgConnection, PgPool, PgPoolClient, PgResult, PgTx } from './client.ts';
export { migrationFor, type PostgresMigration, type PostgresMigrationOptions } from './migration.ts';
export {
  type ActOptions,
  createSoftDeleteRepository,
  type InTx,
  type PostgresRepositoryOptions,
  type PostgresSoftDeleteRepository,
} from './repository.ts';
