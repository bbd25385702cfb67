import type { AnyRedis } from './redis-connect.ts';

/** Keys of one command: a flood must not make Redis busy with a single script for long. */
const LARGEST_BATCH = 500;

/**
 * For each key: 1 when the job's options hold the token, 0 when they do not, -1 where there is no job. Answered on
 * the server, so that no options travel back. All keys belong to one queue, which in a cluster is one slot.
 */
const HOLDS_TOKEN = `
local answers = {}
for i, key in ipairs(KEYS) do
  local opts = redis.call('HGET', key, 'opts')
  if not opts then
    answers[i] = -1
  elseif string.find(opts, ARGV[i], 1, true) then
    answers[i] = 1
  else
    answers[i] = 0
  end
end
return answers`;

const COMMAND = 'holdfastHoldsToken';

type WithCommand = Record<typeof COMMAND, (keys: number, ...keysAndTokens: string[]) => Promise<number[]>>;

interface Question {
  readonly key: string;
  readonly token: string;
  readonly resolve: (answer: boolean | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Says whose enqueue made a job. What is asked for in one turn of the event loop is one command, sent at its end and
 * so behind everything that was written in the turn.
 */
export class TokenReads {
  readonly #client: AnyRedis & WithCommand;
  #questions: Question[] = [];

  constructor(client: AnyRedis) {
    client.defineCommand(COMMAND, { lua: HOLDS_TOKEN });
    this.#client = client as AnyRedis & WithCommand;
  }

  /** Whether the job at `key` holds the token; undefined where there is no job. */
  holds(key: string, token: string): Promise<boolean | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#questions.push({ key, token, resolve, reject }) === 1) setImmediate(() => this.#ask());
    });
  }

  #ask(): void {
    const questions = this.#questions;
    this.#questions = [];
    for (let from = 0; from < questions.length; from += LARGEST_BATCH) {
      void this.#askBatch(questions.slice(from, from + LARGEST_BATCH));
    }
  }

  async #askBatch(batch: readonly Question[]): Promise<void> {
    const keys = batch.map(({ key }) => key);
    const tokens = batch.map(({ token }) => token);
    try {
      const answers = await this.#client[COMMAND](batch.length, ...keys, ...tokens);
      for (const [index, { resolve }] of batch.entries()) resolve(readAnswer(answers[index]));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

function readAnswer(answer: number | undefined): boolean | undefined {
  return answer === 1 || answer === 0 ? answer === 1 : undefined;
}
