import type { JobToStore } from './engine.ts';

/** One statement takes no more, so that it stays short. */
const LARGEST_BATCH = 500;
const LARGEST_BATCH_BYTES = 4_194_304;

/** Of SQLSTATE: data exception, integrity constraint, program limit. Only what was given can be at fault. */
const FAULT_OF_THE_DATA = /^(?:22|23|54)/;

/** For each job whether the one that now has its id is this one; undefined where none has the id. */
export type AddedJobs = readonly (boolean | undefined)[];

interface Waiting {
  readonly job: JobToStore;
  readonly resolve: (isOurs: boolean | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What is added while an add is under way goes with the next one: one commit, and so one wait for the disk, for all of
 * them, on one connection.
 */
export class SharedAdds {
  readonly #add: (jobs: readonly JobToStore[]) => Promise<AddedJobs>;
  #waiting: Waiting[] = [];
  #isAdding = false;
  #done: Promise<void> = Promise.resolve();

  /** @param add stores all of the jobs or none */
  constructor(add: (jobs: readonly JobToStore[]) => Promise<AddedJobs>) {
    this.#add = add;
  }

  add(job: JobToStore): Promise<boolean | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      if (this.#isAdding) return;
      this.#isAdding = true;
      // Whatever is added in this turn of the event loop.
      this.#done = new Promise((next) => setImmediate(next)).then(() => this.#addAll());
    });
  }

  /** Resolves when all that was asked for has been answered. */
  settled(): Promise<void> {
    return this.#done;
  }

  async #addAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#addBatch(this.#next());
    this.#isAdding = false;
  }

  #next(): readonly Waiting[] {
    let bytes = 0;
    const tooMany = this.#waiting.findIndex(({ job }, index) => {
      bytes += job.json.length;
      return index === LARGEST_BATCH || (index > 0 && bytes > LARGEST_BATCH_BYTES);
    });
    return this.#waiting.splice(0, tooMany === -1 ? this.#waiting.length : tooMany);
  }

  async #addBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const added = await this.#add(batch.map(({ job }) => job));
      for (const [index, { resolve }] of batch.entries()) resolve(added[index]);
    } catch (error) {
      // So that only the guilty one fails.
      if (batch.length > 1 && isFaultOfTheData(error)) for (const each of batch) await this.#addBatch([each]);
      else for (const { reject } of batch) reject(error);
    }
  }
}

function isFaultOfTheData(error: unknown): boolean {
  return error instanceof Error && 'code' in error && FAULT_OF_THE_DATA.test(String(error.code));
}
