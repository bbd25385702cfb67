import Database from 'better-sqlite3';

const BUSY_TIMEOUT_MS = 10_000;

/** Where the effects of the jobs are kept: a table that would take the same event twice, so that doubling shows. */
export interface Effects {
  readonly db: Database.Database;
  record(eventId: string): void;
  /** How often each event had its effect. */
  counts(): Map<string, number>;
}

export function openEffects(folder: string): Effects {
  const db = new Database(`${folder}/effects.db`, { timeout: BUSY_TIMEOUT_MS });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE IF NOT EXISTS effects (event_id TEXT NOT NULL) STRICT');
  const insert = db.prepare('INSERT INTO effects (event_id) VALUES (?)');
  const count = db.prepare<[], { id: string; n: number }>(
    'SELECT event_id AS id, count(*) AS n FROM effects GROUP BY 1',
  );
  return {
    db,
    record: (eventId) => void insert.run(eventId),
    counts: () => new Map(count.all().map(({ id, n }) => [id, n])),
  };
}
