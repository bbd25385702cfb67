import type { SqlRunner } from './sql-runner.ts';

/** Tables are made on first use. Times are epoch milliseconds. */
export async function createTables(runner: SqlRunner): Promise<void> {
  const { integer } = runner;
  const strict = integer === 'INTEGER' ? ' STRICT' : '';
  const statements = [
    `CREATE TABLE IF NOT EXISTS holdfast_webhook_endpoints (
      id TEXT PRIMARY KEY, url TEXT NOT NULL, topics TEXT NOT NULL, secrets TEXT NOT NULL,
      disabled_reason TEXT, disabled_at ${integer}, failing_since ${integer}, probe_at ${integer},
      rate_per_second ${integer === 'INTEGER' ? 'REAL' : 'DOUBLE PRECISION'}, concurrency ${integer},
      created_at ${integer} NOT NULL)${strict}`,
    `CREATE TABLE IF NOT EXISTS holdfast_webhook_topics (
      topic TEXT NOT NULL, endpoint_id TEXT NOT NULL, PRIMARY KEY (topic, endpoint_id))${strict}`,
    `CREATE TABLE IF NOT EXISTS holdfast_webhook_deliveries (
      id TEXT PRIMARY KEY, endpoint_id TEXT NOT NULL, event_id TEXT NOT NULL, event_type TEXT NOT NULL,
      body TEXT NOT NULL, status TEXT NOT NULL, round ${integer} NOT NULL, attempts ${integer} NOT NULL,
      created_at ${integer} NOT NULL, updated_at ${integer} NOT NULL)${strict}`,
    `CREATE TABLE IF NOT EXISTS holdfast_webhook_attempts (
      delivery_id TEXT NOT NULL, attempt ${integer} NOT NULL, at ${integer} NOT NULL, duration_ms ${integer} NOT NULL,
      status_code ${integer}, error_class TEXT, excerpt TEXT, PRIMARY KEY (delivery_id, attempt))${strict}`,
    `CREATE INDEX IF NOT EXISTS holdfast_webhook_deliveries_of_endpoint
      ON holdfast_webhook_deliveries (endpoint_id, created_at, id)`,
    `CREATE INDEX IF NOT EXISTS holdfast_webhook_deliveries_held
      ON holdfast_webhook_deliveries (endpoint_id, created_at, id) WHERE status = 'held'`,
    `CREATE INDEX IF NOT EXISTS holdfast_webhook_deliveries_failed
      ON holdfast_webhook_deliveries (endpoint_id, created_at, id) WHERE status = 'failed'`,
    `CREATE INDEX IF NOT EXISTS holdfast_webhook_deliveries_settled
      ON holdfast_webhook_deliveries (updated_at) WHERE status <> 'pending'`,
    `CREATE INDEX IF NOT EXISTS holdfast_webhook_endpoints_probe
      ON holdfast_webhook_endpoints (probe_at) WHERE probe_at IS NOT NULL`,
  ];
  const locked = integer === 'BIGINT' ? ['SELECT pg_advisory_xact_lock(7240917)'] : [];
  await runner.write([...locked, ...statements].map((sql) => ({ sql, values: [] })));
}
