export type { SlowQueryLogger, TracedDatabaseOptions } from './sqlite/options.ts';
export { TRACED_DATABASE_DEFAULTS } from './sqlite/options.ts';
export { TracedDatabase } from './sqlite/traced-database.ts';
