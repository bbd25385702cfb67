import { NOTIFY_CHANNEL } from '../engines/postgres-driver.ts';
import type { SqlDriver } from '../engines/sql-driver.ts';

/**
 * Words to the processes that listen on PostgreSQL, one in `intervalMs` at most: the server lets those who send them
 * commit one after the other. A word says only that something may be there; whoever misses it looks a little later.
 */
export class Announcements {
  readonly #driver: SqlDriver;
  readonly #bus: string;
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;
  #isAsked = false;

  constructor(driver: SqlDriver, bus: string, intervalMs: number) {
    this.#driver = driver;
    this.#bus = bus;
    this.#intervalMs = intervalMs;
  }

  announce(): void {
    if (this.#timer === undefined) this.#send();
    else this.#isAsked = true;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #send(): void {
    this.#isAsked = false;
    this.#timer = setTimeout(() => this.#next(), this.#intervalMs).unref();
    this.#driver
      .writeUnsynced([`SELECT pg_notify('${NOTIFY_CHANNEL}', $1)`, [this.#bus]])
      .catch(() => undefined);
  }

  #next(): void {
    this.#timer = undefined;
    if (this.#isAsked) this.#send();
  }
}
