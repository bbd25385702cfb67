/** Document 003, "Database Schema Updates": the table as it is written there, and what is said of it. */
import { createTraceContext, runWithTrace, setIdentity } from '@holdfast/context';
import { startPostgres } from '@holdfast/test-servers';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAuditLog, migrationFor } from '../src/postgres/index.ts';
import { ADA, ORDER } from './databases.ts';

let server: Awaited<ReturnType<typeof startPostgres>>;
let client: pg.Client;
beforeAll(async () => {
  server = await startPostgres({ args: ['-c', 'fsync=off'] });
  client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(migrationFor());
});
afterAll(async () => {
  await client.end();
  await server.stop();
});

it('keeps an immutable trail in request_changes, with the correlation id (003)', async () => {
  const audit = createAuditLog({ client });
  await runWithTrace(createTraceContext({ correlationId: 'corr-7' }), async () => {
    setIdentity({ userId: ADA });
    await audit.record({
      recordId: ORDER,
      changeType: 'STATUS_CHANGED',
      before: { status: 'PENDING' },
      after: { status: 'APPROVED' },
    });
    await audit.record({ recordId: ORDER, changeType: 'DELETED', before: { status: 'APPROVED' } });
  });
  const { rows } = await client.query(
    `SELECT request_id, change_type, previous_value, new_value, changed_by_id, changed_by_type, correlation_id
     FROM request_changes ORDER BY change_type DESC`,
  );
  const common = { request_id: ORDER, changed_by_id: ADA, changed_by_type: 'user', correlation_id: 'corr-7' };
  expect(rows).toEqual([
    {
      ...common,
      change_type: 'STATUS_CHANGED',
      previous_value: { status: 'PENDING' },
      new_value: { status: 'APPROVED' },
    },
    { ...common, change_type: 'DELETED', previous_value: { status: 'APPROVED' }, new_value: null },
  ]);
});

it('takes a row of plain SQL, as the document has the columns (003)', async () => {
  const { rows } = await client.query(
    `INSERT INTO request_changes (id, request_id, change_type, new_value, changed_by_id, changed_by_type)
     VALUES (gen_random_uuid(), $1, 'CREATED', '{"destination": "Paris"}', $2, 'agent')
     RETURNING created_at > now() - interval '1 minute' AS recent`,
    [ORDER, ADA],
  );
  expect(rows).toEqual([{ recent: true }]);
});

it('prevents UPDATE and DELETE by triggers (003)', async () => {
  await expect(client.query("UPDATE request_changes SET change_type = 'X'")).rejects.toThrow(
    'the audit log request_changes is append-only: UPDATE is refused',
  );
  await expect(client.query('DELETE FROM request_changes')).rejects.toThrow(
    'the audit log request_changes is append-only: DELETE is refused',
  );
});
