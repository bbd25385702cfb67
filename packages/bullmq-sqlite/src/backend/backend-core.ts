import { EventEmitter } from 'node:events';
import { ConnectionClosedError, type KeysMap, QueueKeys } from 'bullmq';
import { BlockingWait } from '../database/blocking-wait.ts';
import { expiryClock } from '../database/expiry-clock.ts';
import { nextTurn } from '../database/next-turn.ts';
import type { SharedDatabase } from '../database/shared-database.ts';
import type { QueueScope } from '../queue/queue-scope.ts';
import type { BackendOptions } from './worker-options.ts';

/** What a backend is whatever it does: a name, a way into the database, a beginning and an end. */
export abstract class BackendCore extends EventEmitter {
  readonly keys: KeysMap;
  readonly qualifiedName: string;
  /** Seconds. */
  readonly minimumBlockTimeout = 0.001;
  /** Seconds. */
  readonly maximumBlockTimeout = 10;
  protected readonly database: SharedDatabase;
  protected readonly options: BackendOptions;
  protected readonly waits: BlockingWait;
  readonly #name: string;
  readonly #prefix: string;
  /** A sibling made by `forQueue` leaves the connection to the backend that it came from. */
  readonly #ownsConnection: boolean;
  readonly #ready: Promise<void> = nextTurn();
  #closing: Promise<void> | undefined;
  /** Under which id this one is listed among those at work on the file. */
  #client: string | undefined;

  constructor(database: SharedDatabase, name: string, options: BackendOptions, ownsConnection: boolean) {
    super();
    const keys = new QueueKeys(options.prefix);
    this.database = database;
    this.options = options;
    this.#name = name;
    this.#prefix = keys.prefix;
    this.keys = keys.getKeys(name);
    this.qualifiedName = keys.getQueueQualifiedName(name);
    this.waits = new BlockingWait(database.hub, this.qualifiedName);
    this.#ownsConnection = ownsConnection;
  }

  get closing(): Promise<void> | undefined {
    return this.#closing;
  }

  /** The file is open when the constructor has returned; the first turn belongs to whoever made the queue or worker. */
  waitUntilReady(): Promise<void> {
    return this.#ready;
  }

  /** Makes this one known, by `name`, to all that ask who is at work on the file. */
  register(name: string): void {
    this.#client ??= this.database.clients.join(name);
  }

  /** Ends the waits, lets pending writes finish and gives the connection back. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.waits.disconnect();
    if (!this.#ownsConnection) return;
    if (this.#client !== undefined) this.database.clients.leave(this.#client);
    await this.database.release();
    this.emit('close');
  }

  /** Ends the waits; `close` follows. */
  async disconnect(): Promise<void> {
    this.waits.disconnect();
  }

  async disconnectBlocking(): Promise<void> {
    this.waits.disconnect();
  }

  async reconnectBlocking(): Promise<void> {
    if (this.#closing === undefined) this.waits.reconnect();
  }

  toKey(type: string): string {
    return `${this.qualifiedName}:${type}`;
  }

  parseNodeKey(key: string): { prefix: string; queueName: string; id: string } {
    const beforeId = key.lastIndexOf(':');
    const beforeName = key.lastIndexOf(':', beforeId - 1);
    return {
      prefix: key.slice(0, Math.max(beforeName, 0)),
      queueName: key.slice(beforeName + 1, beforeId),
      id: key.slice(beforeId + 1),
    };
  }

  clientName(suffix = ''): string {
    return `${this.#prefix}:${Buffer.from(this.#name).toString('base64')}${suffix}`;
  }

  /** Runs an operation in the next transaction; resolves when it has been committed. */
  protected write<T>(operation: (scope: QueueScope) => T): Promise<T> {
    return this.#isClosed() ? refused() : this.database.commits.write(this.#inScope(operation));
  }

  /** The same for a claim or a lock, which a loss of power may undo: the job is then waiting, as it was before. */
  protected claim<T>(operation: (scope: QueueScope) => T): Promise<T> {
    return this.#isClosed() ? refused() : this.database.commits.claim(this.#inScope(operation));
  }

  /** Runs a look-up now, or behind the writes that were asked for before it. */
  protected read<T>(lookUp: (scope: QueueScope) => T): Promise<T> {
    return this.#isClosed() ? refused() : this.database.commits.read(() => lookUp(this.peek()));
  }

  protected peek(): QueueScope {
    const { database, qualifiedName } = this;
    return {
      sql: database.sql,
      record: database.peek(qualifiedName),
      events: database.events,
      now: Date.now(),
      expiryNow: expiryClock.now(),
      records: database,
    };
  }

  #inScope<T>(operation: (scope: QueueScope) => T): () => T {
    const { database, qualifiedName } = this;
    const now = Date.now();
    const expiryNow = expiryClock.now();
    return () =>
      operation({
        sql: database.sql,
        record: database.record(qualifiedName),
        events: database.events,
        now,
        expiryNow,
        records: database,
      });
  }

  #isClosed(): boolean {
    return this.#closing !== undefined || !this.database.isOpen;
  }
}

function refused(): Promise<never> {
  return Promise.reject(new ConnectionClosedError());
}
