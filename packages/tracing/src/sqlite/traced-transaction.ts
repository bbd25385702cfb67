import type { Database, Transaction } from 'better-sqlite3';
import type { StatementShape } from '../database/sql-text.ts';

const BEHAVIOURS = ['default', 'deferred', 'immediate', 'exclusive'] as const;

const SHAPE: StatementShape = Object.freeze({
  text: 'BEGIN … COMMIT',
  operation: 'TRANSACTION',
  summary: 'TRANSACTION',
  table: undefined,
});

/**
 * A transaction function with its four behaviours, each observed; nested calls are savepoints, as ever.
 * @param run runs the transaction inside a span
 */
export function tracedTransaction<F extends Transaction>(
  transaction: F,
  database: Database,
  run: <T>(shape: StatementShape, work: () => T) => T,
): F {
  const properties: PropertyDescriptorMap = { database: { value: database, enumerable: true } };
  for (const behaviour of BEHAVIOURS) {
    const plain = transaction[behaviour];
    const traced = function (this: unknown, ...args: unknown[]): unknown {
      return run(SHAPE, () => Reflect.apply(plain, this, args) as unknown);
    };
    properties[behaviour] = { value: traced };
  }
  for (const behaviour of BEHAVIOURS) Object.defineProperties(properties[behaviour]?.value, properties);
  return properties['default']?.value as F;
}
