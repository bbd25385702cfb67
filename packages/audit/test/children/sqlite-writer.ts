/** Writes a business row and its change, again and again: `file count` or, with count 0, until it is killed. */
import Database from 'better-sqlite3';
import { createAuditLog } from '../../src/sqlite/index.ts';

const [file = '', count = '0'] = process.argv.slice(2);
const db = new Database(file, { timeout: 20_000 });
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
const log = createAuditLog({
  db,
  ids: 'text',
  systemActor: { id: `process ${process.pid}`, type: 'system' },
});
const pause = new Int32Array(new SharedArrayBuffer(4));
const insert = db.prepare('INSERT INTO orders (note) VALUES (?)');

const write = db.transaction((n: number) => {
  const { lastInsertRowid } = insert.run(`${process.pid}/${n}`);
  log.record({ recordId: String(lastInsertRowid), changeType: 'CREATED', after: { n } }, { db });
});
for (let n = 0; Number(count) === 0 || n < Number(count); n += 1) {
  write.immediate(n);
  if (n === 0) process.stdout.write('writing\n');
  // SQLite's lock is not fair: who writes without a pause can keep the others from it for a minute.
  Atomics.wait(pause, 0, 0, 1);
}
db.close();
