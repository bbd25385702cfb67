import type { Worker } from 'node:worker_threads';
import { readScalar, type SqliteDatabase } from '../../transaction/sqlite-database.ts';

/** How many removed records go into the write-ahead log before it is written back: half of what SQLite itself allows. */
const RECORDS_PER_CHECKPOINT = 500;

/**
 * The thread has its own connection and does nothing but checkpoint when asked, waiting for nobody. It is a text, so
 * that it needs no file of its own in whatever this package is bundled into.
 */
const THREAD = `
const { createRequire } = require('node:module');
const { parentPort, workerData } = require('node:worker_threads');
const Database = createRequire(workerData.from)('better-sqlite3');
const db = new Database(workerData.file, { fileMustExist: true });
parentPort.on('message', () => {
  db.pragma('wal_checkpoint(PASSIVE)');
  parentPort.postMessage('done');
});`;

/**
 * Writes the write-ahead log of a purge back to the database in a worker thread: the random writes and the sync of a
 * checkpoint take tens of milliseconds, and where SQLite makes it by itself, the commit that it falls on waits for it.
 * A checkpoint locks no reader and no writer out. Where the thread cannot work (no file, no package `better-sqlite3`),
 * the next ordinary commit checkpoints as ever.
 */
export class Checkpoints {
  readonly #file: string | undefined;
  #worker: Worker | undefined;
  #hasFailed = false;
  #removed = 0;
  #beginsLog = false;

  constructor(db: SqliteDatabase) {
    this.#file = walFileOf(db);
  }

  /**
   * Whether the next commit begins the log anew, which SQLite syncs whatever `synchronous` says short of OFF: what the
   * disk takes for that comes on top of the batch.
   */
  get beginsLog(): boolean {
    return this.#beginsLog;
  }

  /** To be called after each batch; resolves when the log is short enough for the next. */
  async after(deleted: number, more: boolean): Promise<void> {
    this.#removed += deleted;
    this.#beginsLog = false;
    if (this.#removed >= RECORDS_PER_CHECKPOINT || (!more && this.#worker !== undefined)) {
      this.#removed = 0;
      await this.#checkpoint();
    }
    if (!more) await this.close();
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  async #checkpoint(): Promise<void> {
    if (this.#file === undefined || this.#hasFailed) return;
    const worker = (this.#worker ??= startWorker(this.#file));
    try {
      await answerOf(worker);
      this.#beginsLog = true;
    } catch {
      this.#hasFailed = true;
      await this.close();
    }
  }
}

/** An import of `node:worker_threads` would load Node's workers with the package. */
function startWorker(file: string): Worker {
  const threads = process.getBuiltinModule('node:worker_threads');
  const worker = new threads.Worker(THREAD, { eval: true, workerData: { file, from: import.meta.url } });
  // Somebody listens for each answer; without this an error between two of them would end the process.
  worker.on('error', () => undefined);
  return worker;
}

/** The thread keeps the process alive only while it is asked something. */
async function answerOf(worker: Worker): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onExit = (): void => reject(new Error('The checkpoint thread ended.'));
  worker.ref();
  worker.once('message', resolve).once('error', reject).once('exit', onExit);
  worker.postMessage('checkpoint');
  try {
    await promise;
  } finally {
    worker.off('message', resolve).off('error', reject).off('exit', onExit).unref();
  }
}

function walFileOf(db: SqliteDatabase): string | undefined {
  if (readScalar(db, 'PRAGMA journal_mode') !== 'wal') return undefined;
  const file = readScalar(db, "SELECT file FROM pragma_database_list WHERE name = 'main'");
  return typeof file === 'string' && file !== '' ? file : undefined;
}
