import { randomUUID } from 'node:crypto';
import { expiryClock } from '../database/expiry-clock.ts';
import type { Statements } from '../database/statements.ts';

// Kept from before anyone can replace the timers of the process, as test runners do.
const { setInterval, clearInterval } = globalThis;

/** An entry is believed for this long; a process that was killed is not listed any more after it. */
const BELIEVED_MS = 60_000;
const RENEW_EVERY_MS = 20_000;

const JOIN = `INSERT INTO bullmq_client (id, process, name, alive_until) VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET alive_until = excluded.alive_until`;
const LEAVE = 'DELETE FROM bullmq_client WHERE id = ?';
const FORGET_DEAD = 'DELETE FROM bullmq_client WHERE alive_until <= +?';
const OTHERS = 'SELECT name FROM bullmq_client WHERE process <> +? AND alive_until > +? ORDER BY name';

/**
 * The workers and event readers on a database: those of this process from memory, those of others as they made
 * themselves known in the file, where each process renews its entries while it has any.
 */
export class Clients {
  readonly #sql: Statements;
  readonly #write: (run: () => void) => Promise<void>;
  readonly #process: string = randomUUID();
  readonly #own = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(sql: Statements, write: (run: () => void) => Promise<void>) {
    this.#sql = sql;
    this.#write = write;
  }

  /** Lists one more, and gives the id by which it leaves. */
  join(name: string): string {
    const id = randomUUID();
    this.#own.set(id, name);
    this.#store();
    this.#timer ??= setInterval(() => this.#store(), RENEW_EVERY_MS).unref();
    return id;
  }

  leave(id: string): void {
    if (!this.#own.delete(id)) return;
    this.#try(() => void this.#sql.run(LEAVE, id));
    if (this.#own.size === 0) this.close();
  }

  /** Stops renewing. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  names(now: number): string[] {
    const others = this.#sql.all<{ name: string }>(OTHERS, this.#process, now);
    return [...this.#own.values(), ...others.map(({ name }) => name)];
  }

  #store(): void {
    this.#try(() => {
      const now = expiryClock.now();
      this.#sql.run(FORGET_DEAD, now);
      for (const [id, name] of this.#own) this.#sql.run(JOIN, id, this.#process, name, now + BELIEVED_MS);
    });
  }

  /** Being listed is a courtesy: a full disk or a busy database must not stop a worker from starting or closing. */
  #try(run: () => void): void {
    this.#write(run).catch(() => {});
  }
}
