import type { IRedisClient, RedisQueueBackend } from 'bullmq';
import { type EachAnswer, forEachJob } from './each-job-script.ts';
import type { JobToStore } from './engine.ts';
import { newJob } from './new-job.ts';
import type { AnyRedis } from './redis-connect.ts';

/** Jobs and characters of one command: a flood must not make Redis busy with a single script for long. */
const LARGEST_BATCH = 50;
const LARGEST_BATCH_CHARACTERS = 1_000_000;

type Argument = string | number | Buffer;
type Command = (...args: Argument[]) => Promise<unknown>;

/** What BullMQ would have Redis run for one job. */
interface Add {
  readonly command: string;
  /** The keys of the command, then its arguments. */
  readonly args: readonly Argument[];
  /** Of the job's hash. */
  readonly key: string;
  readonly job: JobToStore;
  readonly resolve: (isOurs: boolean) => void;
  readonly reject: (error: unknown) => void;
}

interface SharedCommand {
  readonly numberOfKeys: number;
  readonly run: Command;
}

/**
 * Adds jobs, and says of each whether the job that has its id is the one added: BullMQ drops an add whose id is taken.
 * What is added in one turn of the event loop is one command, in which BullMQ's own script runs for each job in turn.
 */
export class RedisAdds {
  readonly #client: AnyRedis;
  readonly #shared = new Map<string, SharedCommand>();
  #waiting: Add[] = [];

  /** @param client one that BullMQ has not defined its scripts on yet */
  constructor(client: AnyRedis) {
    this.#client = client;
    const define = client.defineCommand.bind(client);
    client.defineCommand = (name, definition) => {
      define(name, definition);
      const { numberOfKeys, lua } = definition;
      if (numberOfKeys === undefined || !/^add[A-Z][A-Za-z]*Job:/.test(name)) return;
      define(`holdfast:${name}`, { lua: forEachJob(lua) });
      this.#shared.set(name, { numberOfKeys, run: this.#command(`holdfast:${name}`) });
    };
  }

  /** @param key of the job's hash */
  add(job: JobToStore, key: string, backend: RedisQueueBackend): Promise<boolean> {
    return new Promise((resolve, reject) => {
      // In the place of a connection it takes the command that BullMQ makes of the job.
      const runCommand = (command: string, args: Argument[]): Promise<string> => {
        this.#push({ command, args, key, job, resolve, reject });
        return Promise.resolve(job.jobId);
      };
      const taker: Pick<IRedisClient, 'runCommand'> = { runCommand };
      backend.addJobToTransaction(taker as IRedisClient, newJob(job), job.jobId).catch(reject);
    });
  }

  #push(add: Add): void {
    if (this.#waiting.push(add) === 1) setImmediate(() => this.#send());
  }

  #send(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const batch of batchesOf(waiting)) void this.#sendBatch(batch);
  }

  /** @param batch jobs of one command */
  async #sendBatch(batch: readonly [Add, ...Add[]]): Promise<void> {
    const [{ command, args: firstArgs }] = batch;
    const shared = this.#shared.get(command);
    if (shared === undefined) {
      for (const add of batch) void this.#sendAlone(add);
      return;
    }
    const { numberOfKeys, run } = shared;
    const args: Argument[] = [numberOfKeys, ...firstArgs.slice(0, numberOfKeys)];
    args.push(firstArgs.length - numberOfKeys);
    for (const add of batch) args.push(add.key, add.job.token, ...add.args.slice(numberOfKeys));
    try {
      const answers = (await run(...args)) as EachAnswer[];
      for (const [index, add] of batch.entries()) settle(add, answers[index]);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  /** For a BullMQ that does not define this script on its connection. */
  async #sendAlone({ command, args, key, job, resolve, reject }: Add): Promise<void> {
    try {
      const [, opts] = await Promise.all([this.#command(command)(...args), this.#client.hget(key, 'opts')]);
      resolve(opts?.includes(job.token) === true);
    } catch (error) {
      reject(error);
    }
  }

  #command(name: string): Command {
    const client = this.#client as unknown as Record<string, Command>;
    return (...args) => (client[name] as Command).apply(client, args);
  }
}

/** Of one command each, in the order in which they were added. */
function batchesOf(adds: readonly Add[]): (readonly [Add, ...Add[]])[] {
  const batches: [Add, ...Add[]][] = [];
  const open = new Map<string, { readonly batch: [Add, ...Add[]]; characters: number }>();
  for (const add of adds) {
    const { length } = add.job.json;
    const last = open.get(add.command);
    if (
      last !== undefined &&
      last.batch.length < LARGEST_BATCH &&
      last.characters + length <= LARGEST_BATCH_CHARACTERS
    ) {
      last.batch.push(add);
      last.characters += length;
    } else {
      const batch: [Add, ...Add[]] = [add];
      batches.push(batch);
      open.set(add.command, { batch, characters: length });
    }
  }
  return batches;
}

function settle({ resolve, reject }: Add, answer: EachAnswer | undefined): void {
  if (typeof answer === 'number') resolve(answer === 1);
  else reject(new Error(answer ?? 'Redis gave no answer for the job'));
}
