/** A thread with its own connection to the file, which does nothing but checkpoint it when asked. */
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

const { file } = workerData as { readonly file: string };
const db = new Database(file, { fileMustExist: true });

parentPort?.on('message', () => {
  // Writes back what no reader still needs, and waits for nobody.
  db.pragma('wal_checkpoint(PASSIVE)');
  parentPort?.postMessage('done');
});
