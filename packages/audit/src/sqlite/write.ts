import { chainOf, rowHash, type SealedFields } from '../chain/row-hash.ts';
import type { ChangeRow } from '../change.ts';
import type { Names } from '../names.ts';
import type { ChainMode } from '../options.ts';
import type { Row } from '../reading/port.ts';
import type { Stamp } from '../stamp.ts';
import { read, type Steps, write } from './steps.ts';

const SEAL_BATCH = 500;

interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** The statements of one log. */
export interface SqliteWriter {
  insert(row: ChangeRow): Steps<void>;
  /** Links what is in no chain yet, oldest first. @returns how many rows it linked */
  seal(): Steps<number>;
  stamp(stamp: Stamp): Steps<void>;
  /** @returns what `restoreStamp` takes */
  readStamp(): Steps<Row | undefined>;
  restoreStamp(previous: Row | undefined): Steps<void>;
}

export function createWriter(names: Names, mode: ChainMode): SqliteWriter {
  const { changes, context, chain } = names;
  const session = names.of('session');
  const insertContext = `INSERT INTO ${context} (position, change_id, record_type, tenant_id, request_id, trace_id)
    SELECT coalesce(max(position), 0) + 1, ?, ?, ?, ?, ? FROM ${context}`;
  const insertChange = `INSERT INTO ${changes} (id, request_id, change_type, previous_value, new_value,
    changed_by_id, changed_by_type, correlation_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  const findPending = `SELECT x.position AS "position", c.id AS "id", c.request_id AS "recordId",
      c.change_type AS "changeType", c.previous_value AS "previousValue", c.new_value AS "newValue",
      c.changed_by_id AS "actorId", c.changed_by_type AS "actorType", c.correlation_id AS "correlationId",
      c.created_at AS "createdAt", x.record_type AS "recordType", x.tenant_id AS "tenantId",
      x.request_id AS "requestId", x.trace_id AS "traceId"
    FROM ${context} x JOIN ${changes} c ON c.id = x.change_id
    WHERE x.position > (SELECT coalesce(max(position), 0) FROM ${chain}) ORDER BY x.position LIMIT ${SEAL_BATCH}`;
  const findHead = `SELECT seq AS "seq", hash AS "hash" FROM ${chain} WHERE chain = ? ORDER BY ${chain}.seq DESC LIMIT 1`;
  const insertLink = `INSERT INTO ${chain} (chain, seq, position, previous_hash, hash) VALUES (?, ?, ?, ?, ?)`;
  const clearSession = `DELETE FROM ${session}`;
  const insertSession = `INSERT INTO ${session} (id, actor_id, actor_type, correlation_id, tenant_id, request_id, trace_id)
    VALUES (1, ?, ?, ?, ?, ?, ?)`;

  function* sealRows(rows: readonly Row[]): Steps<void> {
    const heads = new Map<string, Head>();
    for (const row of rows) {
      const link = chainOf(mode === 'tenant' ? 'tenant' : 'global', row['tenantId'] as string | null);
      const head = heads.get(link) ?? headOf((yield* read(findHead, link))[0]);
      const seq = head.seq + 1;
      const hash = rowHash({
        ...row,
        chain: link,
        seq: String(seq),
        previousHash: head.hash,
      } as unknown as SealedFields);
      yield* write(insertLink, link, seq, row['position'], head.hash, hash);
      heads.set(link, { seq, hash });
    }
  }

  function* seal(): Steps<number> {
    if (mode === 'none') return 0;
    let total = 0;
    for (;;) {
      const rows = yield* read(findPending);
      yield* sealRows(rows);
      total += rows.length;
      if (rows.length < SEAL_BATCH) return total;
    }
  }

  return {
    *insert(row) {
      yield* write(insertContext, row.id, row.recordType, row.tenantId, row.requestId, row.traceId);
      yield* write(
        insertChange,
        row.id,
        row.recordId,
        row.changeType,
        row.previousValue,
        row.newValue,
        row.actorId,
        row.actorType,
        row.correlationId,
        row.createdAt,
      );
      yield* seal();
    },
    seal,
    *stamp(stamp) {
      yield* write(clearSession);
      const { actorId, actorType, correlationId, tenantId, requestId, traceId } = stamp;
      yield* write(insertSession, actorId, actorType, correlationId, tenantId, requestId, traceId);
    },
    *readStamp() {
      return (yield* read(`SELECT * FROM ${session}`))[0];
    },
    *restoreStamp(previous) {
      yield* write(clearSession);
      if (previous === undefined) return;
      const columns = ['actor_id', 'actor_type', 'correlation_id', 'tenant_id', 'request_id', 'trace_id'];
      yield* write(insertSession, ...columns.map((column) => previous[column]));
    },
  };
}

function headOf(row: Row | undefined): Head {
  return row === undefined ? { seq: 0, hash: '' } : { seq: Number(row['seq']), hash: String(row['hash']) };
}
