export type { SqliteDatabase, SqliteStatement } from './database.ts';
export { migrationFor, type SqliteMigration, type SqliteMigrationOptions } from './migration.ts';
export {
  type ActOptions,
  createSoftDeleteRepository,
  type SqliteRepositoryOptions,
  type SqliteSoftDeleteRepository,
} from './repository.ts';
