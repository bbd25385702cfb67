-- The audit log of @holdfast/audit on SQLite, with its default options. Other names: migrationFor().
BEGIN;

CREATE TABLE IF NOT EXISTS "request_changes" (
  id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id = lower(id)),
  request_id TEXT NOT NULL CHECK (length(request_id) = 36 AND request_id = lower(request_id)),
  change_type TEXT NOT NULL CHECK (length(change_type) <= 50),
  previous_value TEXT CHECK (json_valid(previous_value)),
  new_value TEXT NOT NULL CHECK (json_valid(new_value)),
  changed_by_id TEXT NOT NULL CHECK (length(changed_by_id) = 36 AND changed_by_id = lower(changed_by_id)),
  changed_by_type TEXT NOT NULL CHECK (length(changed_by_type) <= 20),
  correlation_id TEXT CHECK (length(correlation_id) <= 100),
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS "request_changes_context" (
  position INTEGER NOT NULL PRIMARY KEY,
  change_id TEXT NOT NULL UNIQUE,
  record_type TEXT,
  tenant_id TEXT,
  request_id TEXT,
  trace_id TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS "request_changes_chain" (
  chain TEXT NOT NULL,
  seq INTEGER NOT NULL,
  position INTEGER NOT NULL UNIQUE,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (chain, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS "request_changes_session" (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  actor_id TEXT NOT NULL,
  actor_type TEXT NOT NULL,
  correlation_id TEXT,
  tenant_id TEXT,
  request_id TEXT,
  trace_id TEXT
) STRICT;

CREATE INDEX IF NOT EXISTS "request_changes_by_record" ON "request_changes" (request_id, created_at);

CREATE INDEX IF NOT EXISTS "request_changes_by_actor" ON "request_changes" (changed_by_id, created_at);

CREATE INDEX IF NOT EXISTS "request_changes_by_correlation" ON "request_changes" (correlation_id, created_at);

CREATE INDEX IF NOT EXISTS "request_changes_by_time" ON "request_changes" (created_at);

CREATE TRIGGER IF NOT EXISTS "request_changes_changes_no_update" BEFORE UPDATE ON "request_changes"
BEGIN
  SELECT RAISE(ABORT, 'the audit log request_changes is append-only: UPDATE is refused');
END;

CREATE TRIGGER IF NOT EXISTS "request_changes_changes_no_delete" BEFORE DELETE ON "request_changes"
BEGIN
  SELECT RAISE(ABORT, 'the audit log request_changes is append-only: DELETE is refused');
END;

CREATE TRIGGER IF NOT EXISTS "request_changes_changes_no_replace" BEFORE INSERT ON "request_changes" WHEN EXISTS (SELECT 1 FROM "request_changes" WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'the audit log request_changes is append-only: replacing a row is refused');
END;

CREATE TRIGGER IF NOT EXISTS "request_changes_context_no_update" BEFORE UPDATE ON "request_changes_context"
BEGIN
  SELECT RAISE(ABORT, 'the audit log request_changes is append-only: UPDATE is refused');
END;

CREATE TRIGGER IF NOT EXISTS "request_changes_context_no_delete" BEFORE DELETE ON "request_changes_context"
BEGIN
  SELECT RAISE(ABORT, 'the audit log request_changes is append-only: DELETE is refused');
END;

CREATE TRIGGER IF NOT EXISTS "request_changes_context_no_replace" BEFORE INSERT ON "request_changes_context" WHEN EXISTS (SELECT 1 FROM "request_changes_context" WHERE position = NEW.position OR change_id = NEW.change_id)
BEGIN
  SELECT RAISE(ABORT, 'the audit log request_changes is append-only: replacing a row is refused');
END;

CREATE TRIGGER IF NOT EXISTS "request_changes_chain_no_update" BEFORE UPDATE ON "request_changes_chain"
BEGIN
  SELECT RAISE(ABORT, 'the audit log request_changes is append-only: UPDATE is refused');
END;

CREATE TRIGGER IF NOT EXISTS "request_changes_chain_no_delete" BEFORE DELETE ON "request_changes_chain"
BEGIN
  SELECT RAISE(ABORT, 'the audit log request_changes is append-only: DELETE is refused');
END;

CREATE TRIGGER IF NOT EXISTS "request_changes_chain_no_replace" BEFORE INSERT ON "request_changes_chain" WHEN EXISTS (SELECT 1 FROM "request_changes_chain" WHERE (chain = NEW.chain AND seq = NEW.seq) OR position = NEW.position)
BEGIN
  SELECT RAISE(ABORT, 'the audit log request_changes is append-only: replacing a row is refused');
END;

CREATE TRIGGER IF NOT EXISTS "request_changes_changes_context" AFTER INSERT ON "request_changes"
WHEN NOT EXISTS (SELECT 1 FROM "request_changes_context" WHERE change_id = NEW.id)
BEGIN
  INSERT INTO "request_changes_context" (position, change_id, tenant_id, request_id, trace_id)
  SELECT (SELECT coalesce(max(position), 0) + 1 FROM "request_changes_context"), NEW.id, s.tenant_id, s.request_id, s.trace_id
  FROM (SELECT 1) LEFT JOIN "request_changes_session" s ON s.id = 1;
END;

COMMIT;
