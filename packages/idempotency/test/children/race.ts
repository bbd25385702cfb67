/** Takes every event of the range in turn, beside another process that does the same, and says how many ran here. */
import Database from 'better-sqlite3';
import { runOnce } from '../../src/index.ts';

const [file = '', count = '0'] = process.argv.slice(2);
const db = new Database(file, { timeout: 20_000 });
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
process.once('message', () => {
  const insert = db.prepare('INSERT INTO effects (event_id, pid) VALUES (?, ?)');
  let ran = 0;
  for (let n = 0; n < Number(count); n += 1) {
    if (runOnce(`evt_${n}`, { db }, () => insert.run(`evt_${n}`, process.pid)).ran) ran += 1;
  }
  db.close();
  process.send?.(ran);
  process.disconnect();
});
process.send?.('ready');
