import type { Row } from './shared-queries.ts';

/** A statement that answers many calls of one of BullMQ's own. */
export interface SharedStatement {
  readonly text: string;
  /** Calls: a flood must not become one endless transaction. */
  readonly largestBatch: number;
  /** @param calls the values of each call */
  valuesFor(calls: readonly (readonly unknown[])[]): unknown[];
  /** From the rows of the statement to those of a call. */
  answers(rows: readonly Row[]): (values: readonly unknown[], index: number) => Row[];
}

/** The types of the arguments of BullMQ's function `add_job`. */
const ADD_TYPES =
  'text text text jsonb jsonb integer bigint bigint integer text text text text text boolean'.split(' ');

const ADD: SharedStatement = {
  text: addText(),
  largestBatch: 50,
  valuesFor: (calls) => ADD_TYPES.map((_, column) => calls.map((values) => values[column])),
  answers: (rows) => {
    const ids = new Map(rows.map(({ ord, id }) => [Number(ord), id]));
    return (_values, index) => [{ id: ids.get(index + 1) }];
  },
};

const READ: SharedStatement = {
  text: `SELECT job.*
  FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS wanted(queue, id)) AS wanted
  JOIN job ON job.queue = wanted.queue AND job.id = wanted.id`,
  largestBatch: 500,
  valuesFor: (calls) => [calls.map(([queue]) => queue), calls.map(([, id]) => id)],
  answers: (rows) => {
    const byKey = new Map(rows.map((row) => [keyOf(row['queue'], row['id']), row]));
    return ([queue, id]) => {
      const row = byKey.get(keyOf(queue, id));
      return row === undefined ? [] : [row];
    };
  },
};

/** By BullMQ's own text, without comments and layout: a later one that differs is sent as it is. */
const SHARED: ReadonlyMap<string, SharedStatement> = new Map([
  [
    'SELECT add_job( $1, $2, $3, $4::jsonb, $5::jsonb, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15 ) AS id;',
    ADD,
  ],
  ['SELECT * FROM job WHERE queue = $1 AND id = $2;', READ],
]);

const known = new Map<string, SharedStatement | undefined>();
/** BullMQ has about a hundred texts; what is made up for one call each is not remembered. */
const MOST_KNOWN = 500;

export function sharedStatementOf(text: string): SharedStatement | undefined {
  if (known.has(text)) return known.get(text);
  const plain = text
    .replaceAll(/^--.*$/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const statement = SHARED.get(plain);
  if (known.size < MOST_KNOWN) known.set(text, statement);
  return statement;
}

function addText(): string {
  const names = ADD_TYPES.map((_, index) => `a${index + 1}`);
  // As text, which jsonb is given as; it keeps the driver from making arrays of it.
  const arrays = ADD_TYPES.map((type, index) => `$${index + 1}::${type === 'jsonb' ? 'text' : type}[]`);
  const values = ADD_TYPES.map((type, index) =>
    type === 'jsonb' ? `a${index + 1}::jsonb` : `a${index + 1}`,
  );
  return `SELECT ord, add_job(${values.join(', ')}) AS id
  FROM unnest(${arrays.join(', ')}) WITH ORDINALITY AS jobs(${names.join(', ')}, ord)`;
}

function keyOf(queue: unknown, id: unknown): string {
  return JSON.stringify([queue, id]);
}
