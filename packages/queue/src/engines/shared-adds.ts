/** One statement takes no more, so that it stays short. */
const LARGEST_BATCH = 500;
const LARGEST_BATCH_BYTES = 4_194_304;

/** Of SQLSTATE: data exception, integrity constraint, program limit. Only what was given can be at fault. */
const FAULT_OF_THE_DATA = /^(?:22|23|54)/;

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

export interface SharedAddsParts<Item, Answer> {
  /** Stores all of them or none, and gives an answer for each. */
  readonly addAll: (items: readonly Item[]) => Promise<readonly Answer[]>;
  readonly bytesOf: (item: Item) => number;
}

/**
 * What is added while an add is under way goes with the next one: one commit, and so one wait for the disk, for all of
 * them, on one connection.
 */
export class SharedAdds<Item, Answer> {
  readonly #parts: SharedAddsParts<Item, Answer>;
  #waiting: Waiting<Item, Answer>[] = [];
  #isAdding = false;
  #done: Promise<void> = Promise.resolve();

  constructor(parts: SharedAddsParts<Item, Answer>) {
    this.#parts = parts;
  }

  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
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

  #next(): readonly Waiting<Item, Answer>[] {
    let bytes = 0;
    const tooMany = this.#waiting.findIndex(({ item }, index) => {
      bytes += this.#parts.bytesOf(item);
      return index === LARGEST_BATCH || (index > 0 && bytes > LARGEST_BATCH_BYTES);
    });
    return this.#waiting.splice(0, tooMany === -1 ? this.#waiting.length : tooMany);
  }

  async #addBatch(batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.#parts.addAll(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer);
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
