import type { ApiKey, ApiKeyStore, Mail, MailStore } from './storage.ts';

/** Statements that read the same on both engines; `$1` stands for the first value. */
export interface Sql {
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

interface ApiKeyRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly secret_hash: Buffer;
}

export function apiKeysIn(sql: Sql): ApiKeyStore {
  return {
    async add({ id, tenantId, userId, secretHash }: ApiKey) {
      await sql.query('INSERT INTO api_keys (id, tenant_id, user_id, secret_hash) VALUES ($1, $2, $3, $4)', [
        id,
        tenantId,
        userId,
        secretHash,
      ]);
    },
    async find(id) {
      const [row] = await sql.query<ApiKeyRow>('SELECT * FROM api_keys WHERE id = $1', [id]);
      if (row === undefined) return undefined;
      return { id, tenantId: row.tenant_id, userId: row.user_id, secretHash: row.secret_hash };
    },
    async remove(id) {
      const removed = await sql.query('DELETE FROM api_keys WHERE id = $1 RETURNING id', [id]);
      return removed.length > 0;
    },
    async isEmpty() {
      return (await sql.query('SELECT id FROM api_keys LIMIT 1')).length === 0;
    },
  };
}

export function mailsOf(sql: Sql): MailStore['ofOrder'] {
  return (orderId) =>
    sql.query<Mail>(
      'SELECT order_id AS "orderId", recipient, subject FROM order_mails WHERE order_id = $1 ORDER BY recorded_at',
      [orderId],
    );
}

export const INSERT_MAIL = `
  INSERT INTO order_mails (event_id, order_id, recipient, subject, recorded_at) VALUES ($1, $2, $3, $4, $5)`;

export function mailValues(eventId: string, { orderId, recipient, subject }: Mail): unknown[] {
  return [eventId, orderId, recipient, subject, Date.now()];
}
