import type { AnyRedis } from './redis-connect.ts';

/** Of one turn: Redis works on one while this process makes the others and reads the answers. */
const COMMANDS = 4;
/** Calls of one command: a flood must not make Redis busy with a single script for long. */
const LARGEST_BATCH = 50;

type Argument = string | number | Buffer | undefined;
type Command = (...args: (Argument | readonly Argument[])[]) => Promise<unknown>;

/** Keys, then arguments, in one list, as BullMQ calls its scripts. */
interface Call {
  readonly args: readonly Argument[];
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Answer = readonly [done: 1, result?: unknown] | readonly [failed: 0, why: string];

/**
 * Lets what a worker says of the jobs that it finished in one turn of the event loop be a few commands: BullMQ's own
 * script, run for several of them in turn, with an answer for each. So the next jobs come together, too.
 * @param client one that BullMQ has not defined its scripts on yet
 */
export function shareFinishes(client: AnyRedis): void {
  const define = client.defineCommand.bind(client);
  const commands = client as unknown as Record<string, Command>;
  client.defineCommand = (name, definition) => {
    define(name, definition);
    const { numberOfKeys, lua } = definition;
    const alone = commands[name];
    if (numberOfKeys === undefined || alone === undefined || !name.startsWith('moveToFinished:')) return;
    const sharedName = `holdfast:${name}`;
    define(sharedName, { lua: forEachCall(lua, numberOfKeys) });
    const shared: Command = (...args) => (commands[sharedName] as Command).apply(client, args);
    const turn = new Turn(numberOfKeys, alone.bind(client), shared);
    commands[name] = (args) => turn.call(args as readonly Argument[]);
  };
}

class Turn {
  readonly #numberOfKeys: number;
  readonly #alone: Command;
  readonly #shared: Command;
  #waiting: Call[] = [];

  constructor(numberOfKeys: number, alone: Command, shared: Command) {
    this.#numberOfKeys = numberOfKeys;
    this.#alone = alone;
    this.#shared = shared;
  }

  call(args: readonly Argument[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ args, resolve, reject }) === 1) setImmediate(() => this.#send());
    });
  }

  #send(): void {
    const calls = this.#waiting;
    this.#waiting = [];
    const size = Math.min(LARGEST_BATCH, Math.ceil(calls.length / COMMANDS));
    for (let from = 0; from < calls.length; from += size) {
      const batch = calls.slice(from, from + size);
      this.#sendBatch(batch).catch((error: unknown) => {
        for (const { reject } of batch) reject(error);
      });
    }
  }

  async #sendBatch(batch: readonly Call[]): Promise<void> {
    const [first] = batch;
    if (first === undefined) return;
    if (batch.length === 1) {
      first.resolve(await this.#alone(first.args));
      return;
    }
    // All of one queue, so that in a Cluster the first one's keys tell where to.
    const args: Argument[] = [this.#numberOfKeys, ...first.args.slice(0, this.#numberOfKeys)];
    for (const call of batch) args.push(call.args.length, ...call.args);
    const answers = (await this.#shared(...args)) as Answer[];
    for (const [index, { resolve, reject }] of batch.entries()) {
      const answer = answers[index];
      if (answer?.[0] === 1) resolve(answer[1]);
      else reject(new Error(answer?.[1] ?? 'Redis gave no answer for the job'));
    }
  }
}

/**
 * ARGV: for each call how many keys and arguments it has, and those. A replica refuses all: that is the answer of the
 * command.
 */
function forEachCall(lua: string, numberOfKeys: number): string {
  return `
local function runOne(KEYS, ARGV)
${lua}
end
local answers = {}
local at = 1
while at <= #ARGV do
  local size = tonumber(ARGV[at])
  local keys, own = {}, {}
  for i = 1, size do
    local value = ARGV[at + i]
    if i <= ${numberOfKeys} then keys[i] = value else own[i - ${numberOfKeys}] = value end
  end
  at = at + size + 1
  local ok, result = pcall(runOne, keys, own)
  if ok then
    answers[#answers + 1] = {1, result}
  else
    local why = type(result) == 'table' and result.err or tostring(result)
    if string.find(why, '^READONLY') then return redis.error_reply(why) end
    answers[#answers + 1] = {0, why}
  end
end
return answers`;
}
