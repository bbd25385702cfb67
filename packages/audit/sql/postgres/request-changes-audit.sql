-- The audit log of @holdfast/audit on PostgreSQL 14 or later, with its default options. Other names: migrationFor().
BEGIN;

CREATE TABLE IF NOT EXISTS "public"."request_changes" (
    id UUID PRIMARY KEY,
    request_id UUID NOT NULL,
    change_type VARCHAR(50) NOT NULL,
    previous_value JSONB,
    new_value JSONB NOT NULL,
    changed_by_id UUID NOT NULL,
    changed_by_type VARCHAR(20) NOT NULL,
    correlation_id VARCHAR(100),
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

CREATE TABLE IF NOT EXISTS "public"."request_changes_context" (
    position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    change_id UUID NOT NULL UNIQUE,
    record_type TEXT,
    tenant_id TEXT,
    request_id TEXT,
    trace_id TEXT
);

CREATE TABLE IF NOT EXISTS "public"."request_changes_chain" (
    chain TEXT NOT NULL,
    seq BIGINT NOT NULL,
    position BIGINT NOT NULL UNIQUE,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (chain, seq)
);

CREATE INDEX IF NOT EXISTS "request_changes_by_record" ON "public"."request_changes" (request_id, created_at);

CREATE INDEX IF NOT EXISTS "request_changes_by_actor" ON "public"."request_changes" (changed_by_id, created_at);

CREATE INDEX IF NOT EXISTS "request_changes_by_correlation" ON "public"."request_changes" (correlation_id, created_at);

CREATE INDEX IF NOT EXISTS "request_changes_by_time" ON "public"."request_changes" (created_at);

CREATE OR REPLACE FUNCTION "public"."request_changes_refuse"() RETURNS trigger LANGUAGE plpgsql  AS $holdfast$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
    MESSAGE = 'the audit log request_changes is append-only: ' || TG_OP || ' is refused';
END
$holdfast$;

CREATE OR REPLACE TRIGGER "request_changes_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "public"."request_changes"
  FOR EACH STATEMENT EXECUTE FUNCTION "public"."request_changes_refuse"();

ALTER TABLE "public"."request_changes" ENABLE ALWAYS TRIGGER "request_changes_append_only";

CREATE OR REPLACE TRIGGER "request_changes_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "public"."request_changes_context"
  FOR EACH STATEMENT EXECUTE FUNCTION "public"."request_changes_refuse"();

ALTER TABLE "public"."request_changes_context" ENABLE ALWAYS TRIGGER "request_changes_append_only";

CREATE OR REPLACE TRIGGER "request_changes_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "public"."request_changes_chain"
  FOR EACH STATEMENT EXECUTE FUNCTION "public"."request_changes_refuse"();

ALTER TABLE "public"."request_changes_chain" ENABLE ALWAYS TRIGGER "request_changes_append_only";

CREATE OR REPLACE FUNCTION "public"."request_changes_frame"(field TEXT) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $holdfast$
BEGIN
  RETURN coalesce(octet_length(convert_to(field, 'UTF8'))::text || ':' || field, '-') || ',';
END
$holdfast$;

CREATE OR REPLACE FUNCTION "public"."request_changes_seal"(changed "public"."request_changes") RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $holdfast$
DECLARE
  place "public"."request_changes_context"%ROWTYPE;
  head "public"."request_changes_chain"%ROWTYPE;
  link TEXT;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM "public"."request_changes_context" x WHERE x.change_id = changed.id) THEN
    INSERT INTO "public"."request_changes_context" (change_id, tenant_id, request_id, trace_id)
    VALUES (changed.id, nullif(current_setting('holdfast.tenant_id', true), ''), nullif(current_setting('holdfast.request_id', true), ''), nullif(current_setting('holdfast.trace_id', true), ''));
  END IF;
  SELECT * INTO place FROM "public"."request_changes_context" x WHERE x.change_id = changed.id;
  link := 'global';
  PERFORM pg_advisory_xact_lock(hashtextextended('public.request_changes/' || link, 0));
  SELECT * INTO head FROM "public"."request_changes_chain" l WHERE l.chain = link ORDER BY l.seq DESC LIMIT 1;
  head.seq := coalesce(head.seq, 0) + 1;
  head.hash := coalesce(head.hash, '');
  INSERT INTO "public"."request_changes_chain" (chain, seq, position, previous_hash, hash)
  VALUES (link, head.seq, place.position, head.hash,
    encode(sha256(convert_to(
      "public"."request_changes_frame"(head.hash) ||
      "public"."request_changes_frame"(link) ||
      "public"."request_changes_frame"(head.seq::text) ||
      "public"."request_changes_frame"(changed.id::text) ||
      "public"."request_changes_frame"(changed.request_id::text) ||
      "public"."request_changes_frame"(changed.change_type::text) ||
      "public"."request_changes_frame"(changed.previous_value::text) ||
      "public"."request_changes_frame"(changed.new_value::text) ||
      "public"."request_changes_frame"(changed.changed_by_id::text) ||
      "public"."request_changes_frame"(changed.changed_by_type::text) ||
      "public"."request_changes_frame"(changed.correlation_id::text) ||
      "public"."request_changes_frame"(to_char(changed.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) ||
      "public"."request_changes_frame"(place.record_type) ||
      "public"."request_changes_frame"(place.tenant_id) ||
      "public"."request_changes_frame"(place.request_id) ||
      "public"."request_changes_frame"(place.trace_id), 'UTF8')), 'hex'));
  RETURN head.seq;
END
$holdfast$;

REVOKE EXECUTE ON FUNCTION "public"."request_changes_seal"("public"."request_changes") FROM PUBLIC;

CREATE OR REPLACE FUNCTION "public"."request_changes_seal_new"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $holdfast$
BEGIN
  PERFORM "public"."request_changes_seal"(NEW);
  RETURN NULL;
END
$holdfast$;

CREATE OR REPLACE TRIGGER "request_changes_seal_new" AFTER INSERT ON "public"."request_changes"
  FOR EACH ROW EXECUTE FUNCTION "public"."request_changes_seal_new"();

COMMIT;
