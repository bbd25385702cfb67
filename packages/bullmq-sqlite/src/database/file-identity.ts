import { type Stats, statSync } from 'node:fs';
import { SqliteFileError } from '../errors.ts';

/**
 * Knows whether a path still leads to the file that was opened. SQLite goes on writing to a deleted file until it is
 * closed, and all of that is lost.
 */
export class FileIdentity {
  readonly #file: string;
  readonly #opened: Stats | undefined;

  /** @param file '' for a database in memory, which nobody can delete */
  constructor(file: string) {
    this.#file = file;
    this.#opened = file === '' ? undefined : statOf(file);
  }

  /** @throws SqliteFileError when the file has been deleted, or another has taken its place */
  check(): void {
    if (this.#opened === undefined) return;
    const present = statOf(this.#file);
    if (present?.ino === this.#opened.ino && present.dev === this.#opened.dev) return;
    const what = present === undefined ? 'was deleted' : 'was replaced by another file';
    throw new SqliteFileError(
      this.#file,
      `${what} while it was in use; nothing is written any more. Stop all processes that use it, put it back, and start them again.`,
    );
  }
}

function statOf(file: string): Stats | undefined {
  return statSync(file, { throwIfNoEntry: false });
}
