export type { SqliteDatabase, SqliteStatement } from './database.ts';
export {
  type ActOptions,
  createSoftDeleteRepository,
  type SqliteRepositoryOptions,
  type SqliteSoftDeleteRepository,
} from './repository.ts';
