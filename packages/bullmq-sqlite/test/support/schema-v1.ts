/** The tables of schema version 1, as they were written by the first version of this package; never to be changed. */
export const SCHEMA_V1 = `
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
