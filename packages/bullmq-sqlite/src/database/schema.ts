import type { Database } from 'better-sqlite3';
import { SqliteFileError } from '../errors.ts';

/** Raised with every change of the tables; a file of a newer version is refused. */
export const SCHEMA_VERSION = 2;

/*
 * A job is a narrow row that moves between states by one index, and a payload row that no move rewrites. `ord` is the
 * place within the state: the sequence for waiting and active, priority and sequence for prioritized, the due time
 * for delayed, the end time for finished jobs.
 */
const FIRST_VERSION = `
CREATE TABLE bullmq_schema (version INTEGER NOT NULL) STRICT;

CREATE TABLE bullmq_queue (
  ref INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  job_counter INTEGER NOT NULL DEFAULT 0,
  head INTEGER NOT NULL DEFAULT 0,
  tail INTEGER NOT NULL DEFAULT 0,
  waiting INTEGER NOT NULL DEFAULT 0,
  prioritized INTEGER NOT NULL DEFAULT 0,
  active INTEGER NOT NULL DEFAULT 0,
  delayed INTEGER NOT NULL DEFAULT 0,
  completed INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  waiting_children INTEGER NOT NULL DEFAULT 0,
  event_count INTEGER NOT NULL DEFAULT 0,
  stalled_check_until INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE bullmq_meta (
  queue INTEGER NOT NULL,
  field TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (queue, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE bullmq_job (
  ref INTEGER PRIMARY KEY,
  queue INTEGER NOT NULL,
  id TEXT NOT NULL,
  state INTEGER NOT NULL,
  ord INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  delay INTEGER NOT NULL,
  added_at INTEGER NOT NULL,
  attempts_made INTEGER NOT NULL DEFAULT 0,
  attempts_started INTEGER NOT NULL DEFAULT 0,
  stalled_count INTEGER NOT NULL DEFAULT 0,
  stall_marked INTEGER NOT NULL DEFAULT 0,
  processed_on INTEGER,
  finished_on INTEGER,
  lock_until INTEGER,
  lock_token TEXT,
  processed_by TEXT,
  progress TEXT,
  return_value TEXT,
  failed_reason TEXT,
  deferred_failure TEXT,
  stacktrace TEXT
) STRICT;
CREATE UNIQUE INDEX bullmq_job_id ON bullmq_job (queue, id);
CREATE INDEX bullmq_job_order ON bullmq_job (queue, state, ord);

CREATE TABLE bullmq_payload (
  ref INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  data TEXT NOT NULL,
  opts TEXT NOT NULL
) STRICT;

CREATE TABLE bullmq_log (
  job INTEGER NOT NULL,
  line INTEGER NOT NULL,
  row TEXT NOT NULL,
  PRIMARY KEY (job, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE bullmq_event (
  batch INTEGER PRIMARY KEY,
  queue INTEGER NOT NULL,
  size INTEGER NOT NULL,
  entries TEXT NOT NULL
) STRICT;
CREATE INDEX bullmq_event_queue ON bullmq_event (queue);

INSERT INTO bullmq_schema (version) VALUES (1);
`;

/*
 * Flows: a job's children are rows of `bullmq_child`, by the child's key; `children` says whether there may be any, so
 * that nothing is looked up for jobs that have none. A deduplication key names the job that holds it and, where that
 * job is active, the job that comes after it. The fields of a scheduler are kept as one JSON object.
 */
const FLOWS_AND_SCHEDULERS = `
ALTER TABLE bullmq_queue ADD COLUMN rate_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE bullmq_queue ADD COLUMN rate_until INTEGER NOT NULL DEFAULT 0;

ALTER TABLE bullmq_job ADD COLUMN children INTEGER NOT NULL DEFAULT 0;
ALTER TABLE bullmq_job ADD COLUMN parent TEXT;
ALTER TABLE bullmq_job ADD COLUMN dedup_id TEXT;
ALTER TABLE bullmq_job ADD COLUMN scheduler_id TEXT;

CREATE TABLE bullmq_child (
  parent INTEGER NOT NULL,
  key TEXT NOT NULL,
  state INTEGER NOT NULL,
  at INTEGER NOT NULL,
  value TEXT,
  PRIMARY KEY (parent, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX bullmq_child_state ON bullmq_child (parent, state, at, key);

CREATE TABLE bullmq_dedup (
  queue INTEGER NOT NULL,
  id TEXT NOT NULL,
  job TEXT NOT NULL,
  until INTEGER,
  PRIMARY KEY (queue, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX bullmq_dedup_until ON bullmq_dedup (queue, until);
CREATE TABLE bullmq_dedup_next (
  queue INTEGER NOT NULL,
  id TEXT NOT NULL,
  job TEXT NOT NULL,
  PRIMARY KEY (queue, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE bullmq_scheduler (
  queue INTEGER NOT NULL,
  id TEXT NOT NULL,
  next INTEGER NOT NULL,
  job TEXT NOT NULL,
  fields TEXT NOT NULL,
  PRIMARY KEY (queue, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX bullmq_scheduler_next ON bullmq_scheduler (queue, next, id);

CREATE TABLE bullmq_metric (
  queue INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  count INTEGER NOT NULL,
  prev_at INTEGER NOT NULL,
  prev_count INTEGER NOT NULL,
  last_point INTEGER NOT NULL,
  PRIMARY KEY (queue, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE bullmq_metric_point (
  queue INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  place INTEGER NOT NULL,
  jobs INTEGER NOT NULL,
  PRIMARY KEY (queue, kind, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE bullmq_client (
  id TEXT PRIMARY KEY,
  process TEXT NOT NULL,
  name TEXT NOT NULL,
  alive_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

/** What leads from each version to the next, beginning with an empty file: a new file takes every step. */
const STEPS: readonly string[] = [FIRST_VERSION, FLOWS_AND_SCHEDULERS];
const SET_VERSION = 'UPDATE bullmq_schema SET version = ?';

/**
 * Makes the tables in a new file, and brings those of an older version up to this one; two processes may do so at once.
 * @throws SqliteFileError for a file of a newer version, which is left as it is
 */
export function ensureSchema(db: Database, file: string): void {
  if (storedVersion(db) < SCHEMA_VERSION) db.transaction(() => climb(db)).immediate();
  const version = storedVersion(db);
  if (version === SCHEMA_VERSION) return;
  throw new SqliteFileError(
    file,
    `was written by a newer version of @holdfast/bullmq-sqlite (schema ${version}, this one has ${SCHEMA_VERSION}). Install the version that wrote it.`,
  );
}

/** Asks again inside the transaction: another process may have been quicker. */
function climb(db: Database): void {
  const from = storedVersion(db);
  if (from >= SCHEMA_VERSION) return;
  for (const step of STEPS.slice(from)) db.exec(step);
  db.prepare<[number]>(SET_VERSION).run(SCHEMA_VERSION);
}

/** 0 for a file without our tables. */
function storedVersion(db: Database): number {
  const table = db
    .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'bullmq_schema'")
    .get();
  if (table === undefined) return 0;
  const row = db.prepare<[], { version: number }>('SELECT version FROM bullmq_schema').get();
  return row?.version ?? 0;
}
