import type { Database } from 'better-sqlite3';
import { Clients } from '../backend/clients.ts';
import type { ResolvedConnection } from '../options.ts';
import { EventLog } from '../queue/event-log.ts';
import { QueueRecord } from '../queue/queue-record.ts';
import { CommitQueue } from './commit-queue.ts';
import { FileIdentity } from './file-identity.ts';
import { FileWatch } from './file-watch.ts';
import { openDatabase } from './open-database.ts';
import { Statements } from './statements.ts';
import { WakeHub } from './wake-hub.ts';

/**
 * The one connection of this process to a database, shared by every queue, worker and event reader on it.
 * It is closed when the last of them is; a connection that the caller brought is left open.
 */
export class SharedDatabase {
  readonly sql: Statements;
  readonly commits: CommitQueue;
  readonly events: EventLog;
  readonly hub: WakeHub = new WakeHub();
  readonly clients: Clients;
  readonly #db: Database;
  readonly #owned: boolean;
  readonly #forgetMe: () => void;
  readonly #watch: FileWatch;
  readonly #identity: FileIdentity;
  readonly #records = new Map<string, QueueRecord>();
  /** Queues that the transaction in progress has changed. */
  readonly #touched: string[] = [];
  /** Of the last transaction or look; SQLite changes it when another connection has committed. */
  #knownVersion = -1;
  #seenVersion = -1;
  #users = 0;

  constructor(connection: ResolvedConnection, forgetMe: () => void) {
    this.#db = openDatabase(connection);
    this.#identity = new FileIdentity(connection.file);
    this.#owned = connection.db === undefined;
    this.#forgetMe = forgetMe;
    this.sql = new Statements(this.#db);
    this.events = new EventLog(this.sql);
    this.commits = new CommitQueue(this.#db, connection.file, connection.busyTimeoutMs, {
      begin: () => {
        this.#identity.check();
        this.#refresh();
      },
      flush: () => this.#flush(),
      committed: () => this.#announce(),
      rolledBack: () => this.#forget(),
    });
    this.clients = new Clients(this.sql, (run) => this.commits.write(run));
    this.#watch = new FileWatch(connection.file, connection.pollIntervalMs, () => this.#lookForOthers());
    this.hub.onDemand = (anybody) => (anybody ? this.#watch.start() : this.#watch.stop());
  }

  get isOpen(): boolean {
    return this.#db.open;
  }

  acquire(): this {
    this.#users += 1;
    return this;
  }

  /** Waits for what is pending and closes the connection when this was its last user. */
  async release(): Promise<void> {
    if (this.#users === 1) this.clients.close();
    await this.commits.settled();
    this.#users -= 1;
    if (this.#users > 0) return;
    this.#forgetMe();
    this.#watch.close();
    if (this.#owned) this.#db.close();
  }

  /** The queue's record, to be changed inside a transaction. */
  record(queue: string): QueueRecord {
    let record = this.#records.get(queue);
    if (record === undefined) {
      record = new QueueRecord(this.sql, queue, true);
      this.#records.set(queue, record);
    }
    return record;
  }

  /** The queue's record as it is now, only to be read. */
  peek(queue: string): QueueRecord {
    this.#refresh();
    return this.#records.get(queue) ?? new QueueRecord(this.sql, queue, false);
  }

  /** After BEGIN: what is in memory holds only if nobody else has written since. */
  #refresh(): void {
    const version = this.#dataVersion();
    if (version === this.#knownVersion) return;
    this.#forget();
    this.#knownVersion = version;
  }

  #flush(): void {
    for (const [queue, record] of this.#records) {
      if (!record.dirty) continue;
      this.events.store(record);
      record.store();
      this.#touched.push(queue);
    }
  }

  #announce(): void {
    for (const queue of this.#touched.splice(0)) this.hub.notify(queue);
  }

  #forget(): void {
    this.#records.clear();
    this.#touched.length = 0;
    this.events.forget();
  }

  /** Wakes everybody when another connection has committed since the last look; says whether it has. */
  #lookForOthers(): boolean {
    if (!this.#db.open) return false;
    const version = this.#versionSeenNow();
    if (version === this.#seenVersion) return false;
    this.#seenVersion = version;
    this.hub.notifyAll();
    return true;
  }

  #versionSeenNow(): number {
    try {
      return this.#dataVersion();
    } catch {
      // Busy or gone: those who wait find out for themselves.
      return -1;
    }
  }

  #dataVersion(): number {
    return this.sql.get<{ data_version: number }>('PRAGMA data_version')?.data_version ?? 0;
  }
}
