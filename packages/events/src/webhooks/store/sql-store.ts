import type {
  DeliveryFilter,
  DeliveryRound,
  DeliveryStatus,
  EndpointChanges,
  EndpointCondition,
  NewDelivery,
  StoredAttempt,
  StoredEndpoint,
  WebhookStore,
} from './delivery-store.ts';
import { ID } from './ids.ts';
import { toAttempt, toDelivery, toEndpoint } from './rows.ts';
import { createTables } from './schema.ts';
import type { SqlRunner, SqlStatement, SqlValue } from './sql-runner.ts';

const ENDPOINTS = 'holdfast_webhook_endpoints';
const TOPICS = 'holdfast_webhook_topics';
const DELIVERIES = 'holdfast_webhook_deliveries';
const ATTEMPTS = 'holdfast_webhook_attempts';
/** Few among many; each has an index of its own. */
const HAS_INDEX: ReadonlySet<string> = new Set<DeliveryStatus>(['failed', 'held']);

const COLUMNS: Readonly<Record<keyof EndpointChanges, string>> = {
  url: 'url',
  topics: 'topics',
  secrets: 'secrets',
  disabledReason: 'disabled_reason',
  disabledAt: 'disabled_at',
  failingSince: 'failing_since',
  probeAt: 'probe_at',
  ratePerSecond: 'rate_per_second',
  concurrency: 'concurrency',
};

/** The webhook store on SQLite or PostgreSQL. */
export async function createSqlStore(runner: SqlRunner): Promise<WebhookStore> {
  await createTables(runner);
  const all = (sql: string, ...values: SqlValue[]) => runner.read({ sql, values });
  const allOf = async (id: string, sql: string) => (ID.test(id) ? all(sql, id) : []);
  const one = async (statements: readonly SqlStatement[], index = 0) =>
    ((await runner.write(statements))[index] ?? 0) > 0;

  return {
    insertEndpoint: (endpoint) => one(insertEndpoint(endpoint)),
    endpoint: async (id) => {
      const [row] = await allOf(id, `SELECT * FROM ${ENDPOINTS} WHERE id = ?`);
      return row && toEndpoint(row);
    },
    endpoints: async ({ after, limit }) => {
      const behind = after === undefined ? '' : 'WHERE (created_at, id) > (?, ?)';
      const place = after === undefined ? [] : [after.createdAt, after.id];
      const sql = `SELECT * FROM ${ENDPOINTS} ${behind} ORDER BY created_at, id LIMIT ?`;
      return (await all(sql, ...place, limit)).map(toEndpoint);
    },
    endpointsOf: async (topic) =>
      (
        await all(
          `SELECT * FROM ${ENDPOINTS} WHERE id IN (SELECT endpoint_id FROM ${TOPICS} WHERE topic IN (?, '*')) ORDER BY id`,
          topic,
        )
      ).map(toEndpoint),
    updateEndpoint: async (id, changes, where = {}) =>
      ID.test(id) && (await one(updateEndpoint(id, changes, where))),
    removeEndpoint: async (id) =>
      ID.test(id) &&
      (await one([
        { sql: `DELETE FROM ${ENDPOINTS} WHERE id = ?`, values: [id] },
        { sql: `DELETE FROM ${TOPICS} WHERE endpoint_id = ?`, values: [id] },
      ])),
    endpointsToProbe: async ({ now, latest, limit }) => {
      // Each by the index, which one test of either would not be.
      const probes = (where: string, time: number) =>
        all(`SELECT * FROM ${ENDPOINTS} WHERE probe_at ${where} ? ORDER BY probe_at LIMIT ?`, time, limit);
      const [due, late] = await Promise.all([probes('<=', now), probes('>', latest)]);
      return [...due, ...late].slice(0, limit).map(toEndpoint);
    },
    endpointsToRelease: async (limit) =>
      (
        await all(
          `SELECT id FROM ${ENDPOINTS} e WHERE disabled_reason IS NULL AND EXISTS
            (SELECT 1 FROM ${DELIVERIES} d WHERE d.endpoint_id = e.id AND d.status = 'held') LIMIT ?`,
          limit,
        )
      ).map((row) => String(row['id'])),

    insertDeliveries: async (deliveries, status) => {
      const rows = deliveries.map((delivery) => insertDelivery(delivery, status, delivery.createdAt));
      await runner.write(rows, durabilityOf(status));
    },
    delivery: async (id) => {
      const [row] = await allOf(id, `SELECT * FROM ${DELIVERIES} WHERE id = ?`);
      return row && toDelivery(row);
    },
    deliveries: async (filter) => {
      if (filter.endpointId !== undefined && !ID.test(filter.endpointId)) return [];
      return (await runner.read(selectDeliveries(filter))).map(toDelivery);
    },
    attempts: async (id) =>
      (await allOf(id, `SELECT * FROM ${ATTEMPTS} WHERE delivery_id = ? ORDER BY attempt`)).map(toAttempt),
    recordAttempt: async (delivery, attempt, status) => {
      await runner.write(
        [
          insertDelivery(delivery, status, attempt.at),
          {
            sql: `UPDATE ${DELIVERIES} SET attempts = ? WHERE id = ? AND attempts < ?`,
            values: [attempt.attempt, delivery.id, attempt.attempt],
          },
          updateRound(delivery, status, attempt.at),
          insertAttempt(attempt),
        ],
        durabilityOf(status),
      );
    },
    setStatus: async (delivery, status, at) => {
      await runner.write([insertDelivery(delivery, status, at), updateRound(delivery, status, at)]);
    },
    nextRound: (id, round, at) =>
      one([
        {
          sql: `UPDATE ${DELIVERIES} SET status = 'pending', round = ?, updated_at = ? WHERE id = ? AND round = ?`,
          values: [round + 1, at, id, round],
        },
      ]),
    purge: async (before, limit) => {
      const old = `SELECT id FROM ${DELIVERIES} WHERE status <> 'pending' AND updated_at < ? ORDER BY updated_at LIMIT ?`;
      const ids = (await all(old, before, limit)).map((row) => String(row['id']));
      await runner.write(
        ids.flatMap((id) => [
          { sql: `DELETE FROM ${ATTEMPTS} WHERE delivery_id = ?`, values: [id] },
          { sql: `DELETE FROM ${DELIVERIES} WHERE id = ?`, values: [id] },
        ]),
      );
      return ids.length;
    },
    close: () => runner.close(),
  };
}

/**
 * A delivery that is pending or delivered is also known by its job, which is committed after it: its row need not wait
 * for the disk. For one that is held or has failed there is nothing but the row.
 */
function durabilityOf(status: DeliveryStatus): 'power' | 'process' {
  return status === 'pending' || status === 'delivered' ? 'process' : 'power';
}

function insertEndpoint(endpoint: StoredEndpoint): readonly SqlStatement[] {
  return [
    {
      sql: `INSERT INTO ${ENDPOINTS} (id, url, topics, secrets, disabled_reason, disabled_at, failing_since, probe_at,
        rate_per_second, concurrency, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      values: [
        endpoint.id,
        endpoint.url,
        JSON.stringify(endpoint.topics),
        JSON.stringify(endpoint.secrets),
        endpoint.disabledReason,
        endpoint.disabledAt,
        endpoint.failingSince,
        endpoint.probeAt,
        endpoint.ratePerSecond,
        endpoint.concurrency,
        endpoint.createdAt,
      ],
    },
    ...writeTopics(endpoint.id, endpoint.topics),
  ];
}

/** Only while the row holds just these topics: an id that was taken keeps its own. */
function writeTopics(id: string, topics: readonly string[]): readonly SqlStatement[] {
  const written = `EXISTS (SELECT 1 FROM ${ENDPOINTS} WHERE id = ? AND topics = ?)`;
  const text = JSON.stringify(topics);
  return [
    { sql: `DELETE FROM ${TOPICS} WHERE endpoint_id = ? AND ${written}`, values: [id, id, text] },
    ...topics.map((topic) => ({
      sql: `INSERT INTO ${TOPICS} (topic, endpoint_id) SELECT CAST(? AS TEXT), CAST(? AS TEXT) WHERE ${written} ON CONFLICT DO NOTHING`,
      values: [topic, id, id, text],
    })),
  ];
}

function updateEndpoint(
  id: string,
  changes: EndpointChanges,
  where: EndpointCondition,
): readonly SqlStatement[] {
  const set = entriesOf(changes);
  const conditions = entriesOf(where);
  const tests = conditions.map(([column, value]) => (value === null ? `${column} IS NULL` : `${column} = ?`));
  return [
    {
      sql: `UPDATE ${ENDPOINTS} SET ${set.map(([column]) => `${column} = ?`).join(', ')} WHERE ${['id = ?', ...tests].join(' AND ')}`,
      values: [
        ...set.map(([, value]) => value),
        id,
        ...conditions.flatMap(([, value]) => (value === null ? [] : [value])),
      ],
    },
    ...(changes.topics === undefined ? [] : writeTopics(id, changes.topics)),
  ];
}

function entriesOf(fields: EndpointChanges): (readonly [column: string, value: SqlValue])[] {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [
      COLUMNS[name as keyof EndpointChanges],
      typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as SqlValue),
    ]);
}

function insertDelivery(delivery: NewDelivery, status: DeliveryStatus, at: number): SqlStatement {
  const { id, endpointId, eventId, eventType, body, createdAt } = delivery;
  return {
    sql: `INSERT INTO ${DELIVERIES} (id, endpoint_id, event_id, event_type, body, status, round, attempts, created_at,
      updated_at) VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?, ?) ON CONFLICT DO NOTHING`,
    values: [id, endpointId, eventId, eventType, body, status, createdAt, at],
  };
}

/** An attempt that was under way when the delivery was made again must not take it back into its own round. */
function updateRound({ id, round }: DeliveryRound, status: DeliveryStatus, at: number): SqlStatement {
  return {
    sql: `UPDATE ${DELIVERIES} SET status = ?, round = ?, updated_at = ? WHERE id = ? AND round <= ?`,
    values: [status, round, at, id, round],
  };
}

function insertAttempt(attempt: StoredAttempt): SqlStatement {
  const { deliveryId, at, durationMs, statusCode, errorClass, excerpt } = attempt;
  return {
    sql: `INSERT INTO ${ATTEMPTS} (delivery_id, attempt, at, duration_ms, status_code, error_class, excerpt)
      VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    values: [deliveryId, attempt.attempt, at, Math.round(durationMs), statusCode, errorClass, excerpt],
  };
}

function selectDeliveries(filter: DeliveryFilter): SqlStatement {
  const { endpointId, status, from, to, after, order, limit } = filter;
  const tests: string[] = ['1 = 1'];
  const values: SqlValue[] = [];
  const test = (sql: string, ...given: (SqlValue | undefined)[]) => {
    const present = given.filter((value) => value !== undefined);
    if (present.length !== given.length) return;
    tests.push(sql);
    values.push(...present);
  };
  const isNewest = order === 'newest';
  test('endpoint_id = ?', endpointId);
  // As text of the statement, or the index of these few would not be used.
  if (status !== undefined && HAS_INDEX.has(status)) tests.push(`status = '${status}'`);
  else test('status = ?', status);
  test('created_at >= ?', from);
  test('created_at < ?', to);
  test(`(created_at, id) ${isNewest ? '<' : '>'} (?, ?)`, after?.createdAt, after?.id);
  const direction = isNewest ? 'DESC' : 'ASC';
  return {
    sql: `SELECT * FROM ${DELIVERIES} WHERE ${tests.join(' AND ')} ORDER BY created_at ${direction}, id ${direction} LIMIT ?`,
    values: [...values, limit],
  };
}
