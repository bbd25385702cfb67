/** Writes a business row and its change, again and again: `url count` or, with count 0, until it is killed. */
import pg from 'pg';
import { createAuditLog } from '../../src/postgres/index.ts';

const [url = '', count = '0'] = process.argv.slice(2);
const client = new pg.Client({ connectionString: url });
await client.connect();
const log = createAuditLog({
  client,
  ids: 'text',
  systemActor: { id: `process ${process.pid}`, type: 'system' },
});

for (let n = 0; Number(count) === 0 || n < Number(count); n += 1) {
  await client.query('BEGIN');
  const { rows } = await client.query('INSERT INTO orders (note) VALUES ($1) RETURNING id', [
    `${process.pid}/${n}`,
  ]);
  await log.record(
    { recordId: String((rows[0] as { id: string }).id), changeType: 'CREATED', after: { n } },
    { client },
  );
  await client.query('COMMIT');
  if (n === 0) process.stdout.write('writing\n');
}
await client.end();
