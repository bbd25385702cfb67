import { nowOf, type SqlDriver } from '../engines/sql-driver.ts';
import type { LeaseAnswer } from './event-log.ts';

/** Where leases are, and by which column they are told apart. */
export interface LeaseTable {
  readonly table: string;
  readonly key: string;
}

export interface LeaseRequest {
  readonly name: string;
  readonly owner: string;
  readonly leaseMs: number;
  readonly stale: string | undefined;
}

/**
 * Takes a lease that is free, its own, out of time by the clock of the database, or stale. That clock may go back, and
 * then the time of a holder that died is up much too late: whoever has seen its beat stand still takes over.
 */
export async function takeLease(
  driver: SqlDriver,
  { table, key }: LeaseTable,
  { name, owner, leaseMs, stale }: LeaseRequest,
): Promise<LeaseAnswer> {
  const now = nowOf(driver.dialect);
  const beat = `${table}.owner || ' ' || ${table}.expires_at`;
  const results = await driver.writeUnsynced(
    [
      `INSERT INTO ${table} (${key}, owner, expires_at) VALUES ($1, $2, ${now} + $3)
       ON CONFLICT (${key}) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at
       WHERE ${table}.owner = excluded.owner OR ${table}.expires_at <= ${now} OR ${beat} = CAST($4 AS TEXT)`,
      [name, owner, leaseMs, stale ?? null],
    ],
    [`SELECT owner, ${beat} AS beat FROM ${table} WHERE ${key} = $1`, [name]],
  );
  const row = results.at(-1)?.[0];
  return { isHeld: row?.['owner'] === owner, beat: String(row?.['beat']) };
}
