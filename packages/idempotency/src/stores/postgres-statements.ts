export const SCHEMA_VERSION = 1;

/** Arbitrary, and the same in every process: two that make the tables at once wait for each other. */
const LOCK = 7_046_381;

/** Sent without parameters, so that PostgreSQL runs it as one transaction. */
export const CREATE_TABLES: string = `
  SELECT pg_advisory_xact_lock(${LOCK});
  CREATE TABLE IF NOT EXISTS holdfast_idempotency_schema (
    id integer PRIMARY KEY CHECK (id = 1),
    version integer NOT NULL
  );
  CREATE TABLE IF NOT EXISTS holdfast_idempotency (
    key text PRIMARY KEY,
    fingerprint text NOT NULL,
    owner text NOT NULL,
    token bigint NOT NULL,
    takeovers integer NOT NULL,
    claimed_at bigint NOT NULL,
    lease_until bigint NOT NULL,
    expires_at bigint NOT NULL,
    result bytea
  );
  CREATE INDEX IF NOT EXISTS holdfast_idempotency_by_end ON holdfast_idempotency (expires_at);
  INSERT INTO holdfast_idempotency_schema (id, version) VALUES (1, ${SCHEMA_VERSION}) ON CONFLICT (id) DO NOTHING;
`;

export const FIND_VERSION = 'SELECT version FROM holdfast_idempotency_schema';

/** The time of the server, which all its clients share, unless the caller gives its own. */
const now = (parameter: string): string =>
  `coalesce(${parameter}::bigint, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)`;

/**
 * One statement and one round trip. What is seen to be taken is only read, since even a refused upsert locks the row
 * and makes replays of one key wait for each other. The last part sees the table as it was before the first: no row at all means
 * that somebody else was faster, and the statement is sent again.
 */
export const CLAIM: string = `
  WITH clock AS MATERIALIZED (SELECT ${now('$1')} AS now),
  claimed AS (
    INSERT INTO holdfast_idempotency AS held
      (key, fingerprint, owner, token, takeovers, claimed_at, lease_until, expires_at)
    SELECT $2, $3, $4, now * 1000, 0, now, now + $5::bigint, now + greatest($5::bigint, $6::bigint) FROM clock
    WHERE NOT EXISTS (
      SELECT FROM holdfast_idempotency
      WHERE key = $2 AND expires_at > now
        AND (result IS NOT NULL OR fingerprint <> $3 OR (lease_until > now AND owner <> $4)))
    ON CONFLICT (key) DO UPDATE SET
      takeovers = CASE WHEN held.expires_at <= excluded.claimed_at THEN 0
                       WHEN held.owner = excluded.owner THEN held.takeovers ELSE held.takeovers + 1 END,
      token = CASE WHEN held.owner = excluded.owner THEN held.token ELSE greatest(held.token + 1, excluded.token) END,
      fingerprint = excluded.fingerprint, owner = excluded.owner, claimed_at = excluded.claimed_at,
      lease_until = excluded.lease_until, expires_at = excluded.expires_at, result = NULL
    WHERE held.expires_at <= excluded.claimed_at
      OR (held.result IS NULL AND held.owner = excluded.owner)
      OR ($7 AND held.result IS NULL AND held.lease_until <= excluded.claimed_at
          AND held.fingerprint = excluded.fingerprint)
    RETURNING token, takeovers
  )
  SELECT token, takeovers, NULL::text AS fingerprint, NULL::bigint AS time_left, NULL::bytea AS result FROM claimed
  UNION ALL
  SELECT NULL, NULL, fingerprint, CASE WHEN result IS NULL THEN lease_until ELSE expires_at END - now, result FROM holdfast_idempotency, clock
  WHERE key = $2 AND expires_at > now AND NOT EXISTS (SELECT FROM claimed)`;

/** Gives the result back where another one stands. */
export const COMPLETE: string = `
  UPDATE holdfast_idempotency
  SET expires_at = CASE WHEN result IS NULL THEN ${now('$1')} + $5::bigint ELSE expires_at END,
      result = coalesce(result, $4)
  WHERE key = $2 AND owner = $3
  RETURNING CASE WHEN result = $4 THEN NULL ELSE result END AS kept`;

/** In the caller's transaction, where a result that is there already is a mistake. */
export const COMPLETE_IN: string = `
  UPDATE holdfast_idempotency SET expires_at = ${now('$1')} + $5::bigint, result = $4
  WHERE key = $2 AND owner = $3 AND result IS NULL`;

export const RENEW: string = `
  UPDATE holdfast_idempotency
  SET lease_until = ${now('$1')} + $4::bigint, expires_at = greatest(expires_at, ${now('$1')} + $4::bigint)
  WHERE key = $2 AND owner = $3 AND result IS NULL`;

export const RELEASE = 'DELETE FROM holdfast_idempotency WHERE key = $1 AND owner = $2 AND result IS NULL';

export const PURGE: string = `
  DELETE FROM holdfast_idempotency WHERE key IN (
    SELECT key FROM holdfast_idempotency WHERE expires_at <= ${now('$1')}
    ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)`;
