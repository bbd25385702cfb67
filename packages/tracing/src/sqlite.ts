export { type DatabaseOptions, type SlowQueryLogger, TRACED_DATABASE_DEFAULTS } from './database/options.ts';
export { TracedDatabase, type TracedDatabaseOptions } from './sqlite/traced-database.ts';
