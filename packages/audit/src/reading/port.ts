import type { Names } from '../names.ts';

/** How the reading side asks either database; every value comes back as text or null. */
export interface ReadPort {
  readonly names: Names;
  /** A JSON column as the database keeps it. */
  jsonText(expression: string): string;
  /** A point in time as it is hashed: ISO 8601 in UTC. */
  timeText(expression: string): string;
  /** A parameter that is compared with a point in time, with a UUID, or with a whole number. */
  cast(parameter: string, type: 'time' | 'uuid' | 'integer'): string;
  placeholder(index: number): string;
  all(sql: string, values: readonly unknown[]): Promise<readonly Row[]>;
}

export type Row = Readonly<Record<string, unknown>>;

/** Parameters of one statement, numbered as they are used. */
export class Parameters {
  readonly values: unknown[] = [];
  readonly #port: ReadPort;

  constructor(port: ReadPort) {
    this.#port = port;
  }

  add(value: unknown, type?: 'time' | 'uuid' | 'integer'): string {
    this.values.push(value);
    const parameter = this.#port.placeholder(this.values.length);
    return type === undefined ? parameter : this.#port.cast(parameter, type);
  }
}

/** Every column of a change, its context and its link under the names of the code; `l` may be joined or not. */
export function columns(port: ReadPort, { linked }: { linked: boolean }): string {
  const link = linked
    ? 'l.chain AS "chain", CAST(l.seq AS TEXT) AS "seq", l.previous_hash AS "previousHash", l.hash AS "hash"'
    : 'NULL AS "chain", NULL AS "seq", NULL AS "previousHash", NULL AS "hash"';
  return `CAST(c.id AS TEXT) AS "id", CAST(c.request_id AS TEXT) AS "recordId", c.change_type AS "changeType",
    ${port.jsonText('c.previous_value')} AS "previousValue", ${port.jsonText('c.new_value')} AS "newValue",
    CAST(c.changed_by_id AS TEXT) AS "actorId", c.changed_by_type AS "actorType",
    c.correlation_id AS "correlationId", ${port.timeText('c.created_at')} AS "createdAt",
    x.record_type AS "recordType", x.tenant_id AS "tenantId", x.request_id AS "requestId",
    x.trace_id AS "traceId", CAST(x.position AS TEXT) AS "position", ${link}`;
}

export function textOf(row: Row, column: string): string {
  return textOrNull(row, column) ?? '';
}

export function textOrNull(row: Row, column: string): string | null {
  const value = row[column];
  if (typeof value === 'string') return value;
  // A wrapped client may give a number where its driver gives a text.
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : null;
}
