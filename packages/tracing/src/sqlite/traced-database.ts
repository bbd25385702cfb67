import { basename } from 'node:path';
import { inspect } from 'node:util';
import type {
  BackupMetadata,
  BackupOptions,
  Database,
  PragmaOptions,
  RegistrationOptions,
  SerializeOptions,
  Statement,
} from 'better-sqlite3';
import { activeSource } from '../active-source.ts';
import {
  type DatabaseOptions,
  type ResolvedDatabaseOptions,
  resolveDatabaseOptions,
} from '../database/options.ts';
import { QueryObserver } from '../database/query-observer.ts';
import { traceComment } from '../database/sql-comment.ts';
import { type StatementShape, shapeOf } from '../database/sql-text.ts';
import { TracedStatement } from './traced-statement.ts';
import { tracedTransaction } from './traced-transaction.ts';

/** Options of `TracedDatabase`. */
export type TracedDatabaseOptions = DatabaseOptions;

type SqlFunction = (...params: never[]) => unknown;

/** The options of `aggregate()`, which the types of better-sqlite3 do not name. */
type SqlAggregate<T> = RegistrationOptions & {
  start?: T | (() => T);
  step: (total: T, next: T extends (infer E)[] ? E : T) => T | undefined;
  inverse?: ((total: T, dropped: T) => T) | undefined;
  result?: ((total: T) => unknown) | undefined;
};

/** `explain` is there since better-sqlite3 13 and not yet in its types. */
type CompleteDatabase = Database & { explain(source: string): unknown[] };

/**
 * A better-sqlite3 database that traces what runs on it: same surface, same results, same errors. The database given
 * stays usable beside it.
 * @example const db = new TracedDatabase(new Database('app.db'), { slowQueryThreshold: 50 });
 */
export class TracedDatabase implements Database {
  readonly #db: CompleteDatabase;
  readonly #options: ResolvedDatabaseOptions;
  readonly #observer: QueryObserver | undefined;
  #safeIntegersDefault: boolean | undefined;

  /** @throws TracingOptionError for an option that cannot be used */
  constructor(db: Database, options: TracedDatabaseOptions = {}) {
    this.#db = db as CompleteDatabase;
    this.#options = resolveDatabaseOptions(options);
    const namespace = db.memory ? ':memory:' : basename(db.name);
    this.#observer = this.#options.trackQueryDuration
      ? new QueryObserver({ ...this.#options, system: 'sqlite', namespace })
      : undefined;
    Object.defineProperty(this, inspect.custom, { value: () => this.#describe() });
  }

  get name(): string {
    return this.#db.name;
  }

  get open(): boolean {
    return this.#db.open;
  }

  get inTransaction(): boolean {
    return this.#db.inTransaction;
  }

  get readonly(): boolean {
    return this.#db.readonly;
  }

  get memory(): boolean {
    return this.#db.memory;
  }

  prepare: Database['prepare'] = ((source: string): Statement => {
    if (typeof source !== 'string') return this.#db.prepare(source);
    const owner = {
      database: this,
      observer: this.#observer,
      comments: this.#options.includeTraceComments,
      compile: (text: string) => this.#db.prepare(text),
    };
    const safeIntegers = this.#knownSafeIntegers();
    try {
      return new TracedStatement(owner, source, shapeOf(source), safeIntegers);
    } catch (error) {
      // What cannot be compiled never runs: its error shows here or nowhere.
      this.#observer?.begin(shapeOf(source)).finish(error);
      throw error;
    }
  }) as Database['prepare'];

  /** The span covers the whole transaction, and what runs in it hangs below. */
  transaction: Database['transaction'] = (fn) =>
    tracedTransaction(this.#db.transaction(fn), this, (shape, run) => this.#observeInside(shape, run));

  exec(source: string): this {
    if (typeof source !== 'string') this.#db.exec(source);
    const text = this.#options.includeTraceComments ? traceComment() + source : source;
    this.#observe(source, () => this.#db.exec(text));
    return this;
  }

  pragma(source: string, options?: PragmaOptions): unknown {
    return this.#observe(`PRAGMA ${source}`, () => this.#db.pragma(source, options));
  }

  explain(source: string): unknown[] {
    return this.#observe(`EXPLAIN ${source}`, () => this.#db.explain(source));
  }

  async backup(destinationFile: string, options?: BackupOptions): Promise<BackupMetadata> {
    const query = this.#observer?.begin(shapeOf('BACKUP'));
    try {
      const result = await this.#db.backup(destinationFile, options);
      query?.finish();
      return result;
    } catch (error) {
      query?.finish(error);
      throw error;
    }
  }

  serialize(options?: SerializeOptions): Buffer {
    return this.#db.serialize(options);
  }

  function(name: string, callback: SqlFunction): this;
  function(name: string, options: RegistrationOptions, callback: SqlFunction): this;
  function(...args: unknown[]): this {
    (this.#db as { function(...given: unknown[]): unknown }).function(...args);
    return this;
  }

  aggregate<T>(name: string, options: SqlAggregate<T>): this {
    this.#db.aggregate<T>(name, options);
    return this;
  }

  table(name: string, options: Parameters<Database['table']>[1]): this {
    this.#db.table(name, options);
    return this;
  }

  loadExtension(...args: Parameters<Database['loadExtension']>): this {
    this.#db.loadExtension(...args);
    return this;
  }

  defaultSafeIntegers(toggle = true): this {
    this.#db.defaultSafeIntegers(toggle);
    this.#safeIntegersDefault = toggle;
    return this;
  }

  unsafeMode(unsafe?: boolean): this {
    this.#db.unsafeMode(unsafe);
    return this;
  }

  close(): this {
    this.#db.close();
    return this;
  }

  #describe(): object {
    const { name, open, inTransaction, readonly, memory } = this.#db;
    const shown = Object.create({ constructor: TracedDatabase }) as object;
    return Object.assign(shown, { name, open, inTransaction, readonly, memory });
  }

  #observe<T>(source: string, run: () => T): T {
    return this.#observer === undefined ? run() : this.#observer.observe(shapeOf(source), run);
  }

  /** Like `#observe`, with the span active in what runs. */
  #observeInside<T>(shape: StatementShape, run: () => T): T {
    const query = this.#observer?.begin(shape);
    if (query === undefined) return run();
    try {
      const result = query.span === undefined ? run() : activeSource().runWith(query.span, run);
      query.finish();
      return result;
    } catch (error) {
      query.finish(error);
      throw error;
    }
  }

  /** A statement compiled again later must return integers as the connection did when it was first prepared. */
  #knownSafeIntegers(): boolean | undefined {
    if (!this.#options.includeTraceComments) return undefined;
    this.#safeIntegersDefault ??= typeof this.#db.prepare('SELECT 1').pluck().get() === 'bigint';
    return this.#safeIntegersDefault;
  }
}
