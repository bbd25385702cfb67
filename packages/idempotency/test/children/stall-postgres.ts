/** Runs an event once and stands still, inside the transaction or after its commit, until it is killed. */
import pg from 'pg';
import { runOnce } from '../../src/index.ts';

const [at = '', url = '', id = ''] = process.argv.slice(2);

async function standStill(): Promise<void> {
  process.send?.(at);
  await new Promise(() => setInterval(() => undefined, 60_000));
}

const client = new pg.Client(url);
await client.connect();
await client.query('BEGIN');
await runOnce(id, { client }, async () => {
  await client.query('INSERT INTO effects VALUES ($1)', [id]);
  if (at === 'inside') await standStill();
});
await client.query('COMMIT');
await standStill();
