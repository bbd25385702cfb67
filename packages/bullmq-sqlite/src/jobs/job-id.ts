import { SqliteJobError } from '../errors.ts';

/**
 * Half a surrogate pair has no UTF-8: stored, it would become U+FFFD, and two ids that differ in it would be one job.
 * @throws SqliteJobError
 */
export function requireWellFormed(what: string, id: string): void {
  if (id.isWellFormed()) return;
  throw new SqliteJobError(
    `A job was refused: its ${what} has half a surrogate pair, which cannot be stored. Encode the id, or use String.prototype.toWellFormed.`,
  );
}
