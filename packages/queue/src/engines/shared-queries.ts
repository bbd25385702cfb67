import { type SharedStatement, sharedStatementOf } from './shared-statements.ts';

export type Row = Record<string, unknown>;
export type Query = (text: string, values?: readonly unknown[]) => Promise<{ readonly rows: Row[] }>;

interface Call {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly resolve: (answer: { rows: Row[] }) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Runs what BullMQ asks PostgreSQL one job at a time, adding and reading jobs, as one statement for all that is asked in
 * one turn of the event loop: one round trip, and one commit. Every other query passes as it is.
 */
export class SharedQueries {
  readonly #query: Query;
  readonly #waiting = new Map<SharedStatement, Call[]>();

  constructor(query: Query) {
    this.#query = query;
  }

  query(text: string, values: readonly unknown[] = []): Promise<{ rows: Row[] }> {
    const statement = sharedStatementOf(text);
    if (statement === undefined) return this.#query(text, values);
    return new Promise((resolve, reject) => {
      const calls = this.#waiting.get(statement) ?? [];
      calls.push({ text, values, resolve, reject });
      if (calls.length > 1) return;
      this.#waiting.set(statement, calls);
      setImmediate(() => this.#send(statement));
    });
  }

  #send(statement: SharedStatement): void {
    const calls = this.#waiting.get(statement) ?? [];
    this.#waiting.delete(statement);
    const { largestBatch: size } = statement;
    for (let from = 0; from < calls.length; from += size) {
      void this.#run(statement, calls.slice(from, from + size));
    }
  }

  async #run(statement: SharedStatement, calls: readonly Call[]): Promise<void> {
    const [only] = calls;
    if (calls.length === 1 && only !== undefined) return this.#runAlone(only);
    try {
      const values = calls.map((call) => call.values);
      const { rows } = await this.#query(statement.text, statement.valuesFor(values));
      const rowsOf = statement.answers(rows);
      for (const [index, { resolve, values: own }] of calls.entries()) resolve({ rows: rowsOf(own, index) });
    } catch (error) {
      if (!isOfStatement(error)) for (const { reject } of calls) reject(error);
      // One call can spoil it for all, and nothing of a statement that failed was done.
      else await Promise.all(calls.map((call) => this.#runAlone(call)));
    }
  }

  async #runAlone({ text, values, resolve, reject }: Call): Promise<void> {
    try {
      resolve(await this.#query(text, values));
    } catch (error) {
      reject(error);
    }
  }
}

/** Classes of SQLSTATE that tell of the server or the connection rather than of what was asked. */
const OF_THE_SERVER = /^(?:08|53|57|58|XX)/;

/** Whether the server answered, and refused the statement. */
function isOfStatement(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !OF_THE_SERVER.test(code);
}
