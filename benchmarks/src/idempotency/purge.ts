/** A process that removes a great number of old records and says how long its event loop stood still at most. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { MemoryIdempotencyStore, purgeExpired, SqliteIdempotencyStore } from '@holdfast/idempotency';
import Database from 'better-sqlite3';
import { answerParent } from '../harness/answer-parent.ts';
import { footprint } from '../harness/cases.ts';

export interface PurgeAnswer {
  readonly deleted: number;
  readonly seconds: number;
  readonly longestStandstillMs: number;
  readonly bytesPerRecord: number;
}

const NS_PER_MS = 1e6;
const BODY_BYTES = 200;

/** Keys as they come: hashes, so that an index on them is written all over. */
const FILL = `
  INSERT INTO holdfast_idempotency
    (key, fingerprint, owner, token, takeovers, claimed_at, lease_until, expires_at, result)
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
  SELECT hex(randomblob(16)), 'f', 'o', i, 0, 0, 0, i, zeroblob(${BODY_BYTES}) FROM n`;

async function purge({ records }: { records: number }): Promise<PurgeAnswer> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const file = join(folder, 'store.db');
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  const store = new SqliteIdempotencyStore({ db });
  await store.release({ key: '', owner: '', token: 0 });
  db.prepare(FILL).run(records);
  db.pragma('wal_checkpoint(TRUNCATE)');
  const bytesPerRecord = statSync(file).size / records;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const began = performance.now();
  delay.enable();
  const deleted = await purgeExpired(store);
  delay.disable();
  const seconds = (performance.now() - began) / 1_000;
  await store.close();
  db.close();
  rmSync(folder, { recursive: true });
  return { deleted, seconds, longestStandstillMs: delay.max / NS_PER_MS, bytesPerRecord };
}

/** The heap that a record with a small answer keeps in the memory store. */
function memory({ count }: { count: number }): number {
  const store = new MemoryIdempotencyStore({ maxRecords: count + 1 });
  const request = { fingerprint: 'f'.repeat(43), leaseMs: 1_000, ttlMs: 86_400_000, takeOver: false };
  return footprint(
    (index) => {
      const lease = { key: `${index}`.padStart(43, 'k'), owner: `${index}`.padStart(16, 'o') };
      void store.claim({ ...request, ...lease });
      void store.complete({ ...lease, token: 0 }, Buffer.alloc(BODY_BYTES), 86_400_000);
      return undefined;
    },
    { count },
  );
}

answerParent({ purge, memory });
