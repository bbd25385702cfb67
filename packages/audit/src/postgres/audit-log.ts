import { type AuditReader, createReader } from '../audit-reader.ts';
import { type Change, type ChangeRow, rowOf } from '../change.ts';
import { publishRecorded } from '../channels.ts';
import { AuditOptionError } from '../errors.ts';
import { type AuditLogOptions, type ResolvedOptions, resolveOptions } from '../options.ts';
import { checkPrismaTransaction, type PrismaRawClient, type PrismaTx } from '../prisma-client.ts';
import type { ReadPort, Row } from '../reading/port.ts';
import { type Recorded, recordedFact } from '../recorded.ts';
import { type Stamp, type StampOptions, stampOf } from '../stamp.ts';
import { checkTransaction, type PgClient, type PgTx, storeCall } from './client.ts';
import { timeText } from './migration.ts';
import { type PgNames, type PostgresTableOptions, pgNamesOf } from './names.ts';

export interface PostgresAuditLogOptions extends AuditLogOptions, PostgresTableOptions {
  /** A `pg` Pool: the log is read through it, and written where no transaction is given. It stays the caller's to end. */
  pool?: PgClient;
  /** A connected `pg` Client instead, or whatever has its `query`; it stays the caller's to end. */
  client?: PgClient;
  /** A Prisma client, for those who have no `pg`. */
  prisma?: PrismaRawClient;
}

/** A log in PostgreSQL. Every call is awaited. */
export interface PostgresAuditLog extends AuditReader {
  /** Writes the change in the transaction that is given; without one, in one of its own. */
  record(change: Change, tx?: PgTx | PrismaTx): Promise<Recorded>;
  /** Tells the triggers who is at work, for the statements of `fn`, in the transaction that is given. */
  captureAs<T>(tx: PgTx | PrismaTx, fn: () => Promise<T> | T, who?: StampOptions): Promise<T>;
  /**
   * Takes rows into the chain that were in the table before the migration, in order of their time. It needs the rights
   * of the owner. @returns how many there were
   */
  seal(): Promise<number>;
}

type Query = (sql: string, values: readonly unknown[]) => Promise<readonly Row[]>;

/**
 * A log of changes in PostgreSQL; run the SQL of `migrationFor` before.
 * @example const audit = createAuditLog({ pool });
 * @throws AuditOptionError
 */
export function createAuditLog(options: PostgresAuditLogOptions): PostgresAuditLog {
  const { client, pool, prisma, schema, ...rest } = options;
  const resolved = resolveOptions(rest);
  const names = pgNamesOf(schema === undefined ? {} : { schema }, resolved.table);
  const own = ownQuery(client ?? pool, prisma, [client, pool, prisma]);
  return {
    ...createReader(portOf(names, own), resolved),
    async record(change, tx) {
      const row = rowOf(change, resolved);
      const query = tx === undefined ? own : queryOf(tx);
      await storeCall('record the change', () => query(insertSql(names, resolved), valuesOf(row)));
      publishRecorded(() => recordedFact(resolved.table, row));
      return { id: row.id };
    },
    async captureAs(tx, fn, who = {}) {
      const stamp = stampOf(who, resolved);
      const query = queryOf(tx);
      const previous = await storeCall('read the session', () => query(READ_SETTINGS, []));
      await storeCall('tell who is at work', () => query(SET_SETTINGS, stampValues(stamp)));
      const before = SETTINGS.map((name) => previous[0]?.[name] ?? '');
      let value: Awaited<ReturnType<typeof fn>>;
      try {
        value = await fn();
      } catch (error) {
        // A caller that goes on must not go on under this name; a transaction that failed forgets it by itself.
        await query(SET_SETTINGS, before).catch(() => undefined);
        throw error;
      }
      await storeCall('clear the session', () => query(SET_SETTINGS, before));
      return value;
    },
    seal: () => sealAll(names, own, resolved),
  };
}

/** @throws AuditOptionError */
function ownQuery(
  client: PgClient | undefined,
  prisma: PrismaRawClient | undefined,
  given: readonly unknown[],
): Query {
  if (given.filter((one) => one !== undefined).length !== 1) {
    throw new AuditOptionError(
      'pool',
      'Give one of pool, client and prisma: a pg Pool, a pg Client or a Prisma client.',
    );
  }
  if (client !== undefined) return pgQuery(client);
  return prismaQuery(prisma as PrismaRawClient);
}

/** @throws AuditOptionError when no transaction is open */
function queryOf(tx: PgTx | PrismaTx): Query {
  if ('prisma' in tx) {
    checkPrismaTransaction(tx);
    return prismaQuery(tx.prisma);
  }
  checkTransaction(tx.client);
  return pgQuery(tx.client);
}

function pgQuery(client: PgClient): Query {
  return async (sql, values) => (await client.query(sql, [...values])).rows as Row[];
}

function prismaQuery(prisma: PrismaRawClient): Query {
  return async (sql, values) => (await prisma.$queryRawUnsafe(sql, ...values)) as Row[];
}

/** One statement: its trigger runs at its end, when the context is there, and links the row. */
function insertSql(names: PgNames, { ids }: ResolvedOptions): string {
  const id = ids === 'uuid' ? 'uuid' : 'text';
  return `WITH placed AS (
      INSERT INTO ${names.context} (change_id, record_type, tenant_id, request_id, trace_id)
      VALUES (CAST($1 AS uuid), $2, $3, $4, $5)
    )
    INSERT INTO ${names.changes} (id, request_id, change_type, previous_value, new_value, changed_by_id,
      changed_by_type, correlation_id, created_at)
    VALUES (CAST($1 AS uuid), CAST($6 AS ${id}), $7, CAST($8 AS jsonb), CAST($9 AS jsonb), CAST($10 AS ${id}),
      $11, $12, CAST($13 AS timestamptz))`;
}

function valuesOf(row: ChangeRow): readonly unknown[] {
  return [
    row.id,
    row.recordType,
    row.tenantId,
    row.requestId,
    row.traceId,
    row.recordId,
    row.changeType,
    row.previousValue,
    row.newValue,
    row.actorId,
    row.actorType,
    row.correlationId,
    row.createdAt,
  ];
}

const SETTINGS = ['actor_id', 'actor_type', 'correlation_id', 'tenant_id', 'request_id', 'trace_id'] as const;
const READ_SETTINGS = `SELECT ${SETTINGS.map((name) => `current_setting('holdfast.${name}', true) AS "${name}"`).join(', ')}`;
/** `true`: until the transaction ends. */
const SET_SETTINGS = `SELECT ${SETTINGS.map((name, index) => `set_config('holdfast.${name}', $${index + 1}, true)`).join(', ')}`;

function stampValues(stamp: Stamp): readonly string[] {
  const { actorId, actorType, correlationId, tenantId, requestId, traceId } = stamp;
  return [actorId, actorType, correlationId ?? '', tenantId ?? '', requestId ?? '', traceId ?? ''];
}

const SEAL_BATCH = 500;

async function sealAll(names: PgNames, query: Query, { chain }: ResolvedOptions): Promise<number> {
  if (chain === 'none') return 0;
  const sql = `SELECT count(${names.of('seal')}(c)) AS total FROM (
      SELECT c.* FROM ${names.changes} c WHERE NOT EXISTS (
        SELECT 1 FROM ${names.context} x JOIN ${names.chain} l ON l.position = x.position WHERE x.change_id = c.id
      ) ORDER BY c.created_at, c.id LIMIT ${SEAL_BATCH}
    ) c`;
  let total = 0;
  for (;;) {
    const [row] = await storeCall('seal', () => query(sql, []));
    const sealed = Number(row?.['total'] ?? 0);
    total += sealed;
    if (sealed < SEAL_BATCH) return total;
  }
}

function portOf(names: PgNames, query: Query): ReadPort {
  return {
    names,
    jsonText: (expression) => `CAST(${expression} AS text)`,
    timeText,
    cast: (parameter, type) => `CAST(${parameter} AS ${CASTS[type]})`,
    placeholder: (index) => `$${index}`,
    all: (sql, values) => storeCall('read the audit log', () => query(sql, values)),
  };
}

const CASTS = { time: 'timestamptz', uuid: 'uuid', integer: 'bigint' } as const;
