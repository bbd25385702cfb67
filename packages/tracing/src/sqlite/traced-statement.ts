import type { ColumnDefinition, Database, RunResult, Statement } from 'better-sqlite3';
import type { QueryObserver } from '../database/query-observer.ts';
import { traceComment } from '../database/sql-comment.ts';
import type { StatementShape } from '../database/sql-text.ts';
import { ObservedRows } from './observed-rows.ts';

/** What one traced database gives to its statements. */
export interface StatementOwner {
  /** The traced database, which a statement names as its own. */
  readonly database: Database;
  readonly observer: QueryObserver | undefined;
  readonly comments: boolean;
  compile(source: string): Statement;
}

type ResultMode = 'pluck' | 'expand' | 'raw';

/**
 * A prepared statement whose trace comment is that of whoever runs it, never of whoever prepared it: a statement
 * compiled with a comment is used only while the same span is active, and otherwise compiled again. Its modes and
 * bound values follow it.
 */
export class TracedStatement implements Statement {
  readonly source: string;
  readonly #owner: StatementOwner;
  readonly #shape: StatementShape;
  readonly #safeIntegersDefault: boolean | undefined;
  #comment: string;
  #compiled: Statement;
  #plain: Statement | undefined;
  #mode: ResultMode | undefined;
  #safeIntegers: boolean | undefined;
  #bound: unknown[] | undefined;

  /** @param safeIntegersDefault how the connection returned integers when this was prepared, where that may change */
  constructor(
    owner: StatementOwner,
    source: string,
    shape: StatementShape,
    safeIntegersDefault: boolean | undefined,
  ) {
    this.#owner = owner;
    this.#shape = shape;
    this.source = source;
    this.#safeIntegersDefault = safeIntegersDefault;
    this.#comment = owner.comments ? traceComment() : '';
    this.#compiled = owner.compile(this.#comment + source);
    if (this.#comment === '') this.#plain = this.#compiled;
  }

  get database(): Database {
    return this.#owner.database;
  }

  get reader(): boolean {
    return this.#compiled.reader;
  }

  get readonly(): boolean {
    return this.#compiled.readonly;
  }

  get busy(): boolean {
    return this.#compiled.busy;
  }

  run(...params: unknown[]): RunResult {
    const statement = this.#current();
    const { observer } = this.#owner;
    return observer === undefined
      ? statement.run(...params)
      : observer.observe(this.#shape, () => statement.run(...params));
  }

  get(...params: unknown[]): unknown {
    const statement = this.#current();
    const { observer } = this.#owner;
    return observer === undefined
      ? statement.get(...params)
      : observer.observe(this.#shape, () => statement.get(...params));
  }

  all(...params: unknown[]): unknown[] {
    const statement = this.#current();
    const { observer } = this.#owner;
    return observer === undefined
      ? statement.all(...params)
      : observer.observe(this.#shape, () => statement.all(...params));
  }

  /** The span lasts until the last row is read or the loop is left. */
  iterate(...params: unknown[]): IterableIterator<unknown> {
    const statement = this.#current();
    const { observer } = this.#owner;
    return observer === undefined
      ? statement.iterate(...params)
      : new ObservedRows(observer.begin(this.#shape), () => statement.iterate(...params));
  }

  pluck(toggle = true): this {
    return this.#setMode('pluck', toggle);
  }

  expand(toggle = true): this {
    return this.#setMode('expand', toggle);
  }

  raw(toggle = true): this {
    return this.#setMode('raw', toggle);
  }

  safeIntegers(toggle = true): this {
    this.#compiled.safeIntegers(toggle);
    this.#safeIntegers = toggle;
    this.#forgetOthers();
    return this;
  }

  bind(...params: unknown[]): this {
    this.#compiled.bind(...params);
    this.#bound = params;
    this.#forgetOthers();
    return this;
  }

  columns(): ColumnDefinition[] {
    return this.#compiled.columns();
  }

  toString(): string {
    return this.source;
  }

  #setMode(mode: ResultMode, toggle: boolean): this {
    this.#compiled[mode](toggle);
    if (toggle) this.#mode = mode;
    else if (this.#mode === mode) this.#mode = undefined;
    this.#forgetOthers();
    return this;
  }

  /** The statement to run now, with the comment of who runs it. */
  #current(): Statement {
    const comment = this.#owner.comments ? traceComment() : '';
    if (comment === this.#comment) return this.#compiled;
    this.#compiled = comment === '' && this.#plain !== undefined ? this.#plain : this.#compile(comment);
    this.#comment = comment;
    if (comment === '') this.#plain = this.#compiled;
    return this.#compiled;
  }

  #compile(comment: string): Statement {
    const statement = this.#owner.compile(comment + this.source);
    if (this.#mode !== undefined) statement[this.#mode](true);
    const safeIntegers = this.#safeIntegers ?? this.#safeIntegersDefault;
    if (safeIntegers !== undefined && statement.reader) statement.safeIntegers(safeIntegers);
    if (this.#bound !== undefined) statement.bind(...this.#bound);
    return statement;
  }

  /** A compiled twin knows nothing of the change just made. */
  #forgetOthers(): void {
    if (this.#plain !== this.#compiled) this.#plain = undefined;
  }
}
