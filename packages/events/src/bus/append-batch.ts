import { EventsClosedError } from '../errors.ts';
import type { EventLog, EventToLog } from '../log/event-log.ts';

interface Waiting {
  readonly event: EventToLog;
  readonly resolve: (isNew: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** What is published while an append is under way goes with the next one: one commit for all of them. */
export class AppendBatch {
  readonly #log: EventLog;
  readonly #limit: number;
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | undefined;
  #closed = false;

  constructor(log: EventLog, limit: number) {
    this.#log = log;
    this.#limit = limit;
  }

  /** @returns false where its id was there already */
  add(event: EventToLog): Promise<boolean> {
    if (this.#closed) return Promise.reject(new EventsClosedError());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ event, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#flushing;
  }

  async #flush(): Promise<void> {
    // Whatever is published in this turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#append(this.#waiting.splice(0, this.#limit));
    this.#flushing = undefined;
  }

  async #append(batch: readonly Waiting[]): Promise<void> {
    try {
      const added = new Set(await this.#log.append(batch.map(({ event }) => event)));
      // The first of two with one id is the new one.
      for (const { event, resolve } of batch) resolve(added.delete(event.id));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
