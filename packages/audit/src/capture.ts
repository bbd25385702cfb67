/** Triggers on a business table, as SQL to run once. */
export interface CaptureTriggers {
  readonly create: string;
  readonly drop: string;
}

/** Who changed a row where nobody told the database: `changed_by_id` cannot be null. */
export const NIL_UUID = '00000000-0000-0000-0000-000000000000';
export const DATABASE_ACTOR = 'database';
