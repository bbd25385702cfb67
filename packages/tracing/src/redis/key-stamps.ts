import { getTraceHeaders } from '@holdfast/context';
import type { RedisClientLike, RedisCommandLike, SendCommand } from './redis-client.ts';
import { stampedKey } from './stamped-key.ts';

/** Commands that write under each of their keys. What a script or a blocking command wrote cannot be told. */
const WRITES: ReadonlySet<string> = new Set(
  (
    'append bitfield decr decrby del expire expireat geoadd getdel getex getset hdel hincrby hincrbyfloat hmset hset ' +
    'hsetnx incr incrby incrbyfloat linsert lpop lpush lpushx lrem lset ltrim mset msetnx persist pexpire pexpireat ' +
    'pfadd psetex restore rpop rpush rpushx sadd set setbit setex setnx setrange spop srem unlink xadd xdel xtrim ' +
    'zadd zincrby zpopmax zpopmin zrem zremrangebylex zremrangebyrank zremrangebyscore'
  ).split(' '),
);

/** Conditional commands that say by these answers that nothing was written. */
const CONDITIONAL: ReadonlySet<string> = new Set([
  'expire',
  'hsetnx',
  'msetnx',
  'persist',
  'pexpire',
  'set',
  'setnx',
]);

/** Gives the stamp the life of its key: gone with it, for ever, or until the same moment. */
const SCRIPT = `
for i = 1, #KEYS, 2 do
  local ttl = redis.call('PTTL', KEYS[i])
  if ttl == -2 then redis.call('DEL', KEYS[i + 1])
  elseif ttl == -1 then redis.call('SET', KEYS[i + 1], ARGV[1])
  elseif ttl > 0 then redis.call('SET', KEYS[i + 1], ARGV[1], 'PX', ttl) end
end`;

type CommandClass = new (
  name: string,
  args: unknown[],
  options: { replyEncoding: 'utf8' },
) => RedisCommandLike & { promise: Promise<unknown> };

/**
 * Writes `traceparent` of whoever wrote a key beside it. It is sent when the answer is there, before the caller gets
 * it, so that on the same connection nothing of the caller overtakes it. A stamp that fails is lost, never the write.
 */
export class KeyStamps {
  readonly #client: RedisClientLike;
  readonly #send: SendCommand;
  /** Writes of the transaction that is open on this connection. */
  #transaction: Set<string> | undefined;

  /** @param send the client's own, around all tracing */
  constructor(client: RedisClientLike, send: SendCommand) {
    this.#client = client;
    this.#send = send;
  }

  /** Looks at a command that is about to be sent; what it returns is told its answer. */
  begin(command: RedisCommandLike): ((answer: unknown) => void) | undefined {
    const name = command.name.toLowerCase();
    if (name === 'multi') this.#transaction = new Set();
    if (name === 'discard') this.#transaction = undefined;
    if (name === 'exec') return this.#endTransaction(command);
    if (!WRITES.has(name)) return undefined;
    // A key in bytes has no name to write beside.
    const keys = command.getKeys().flatMap((key) => (Buffer.isBuffer(key) ? [] : [String(key)]));
    if (this.#transaction !== undefined) {
      for (const key of keys) this.#transaction.add(key);
      return undefined;
    }
    return this.#stampLater(command, keys, (answer) => !saysNothingWritten(name, command, answer));
  }

  #endTransaction(command: RedisCommandLike): ((answer: unknown) => void) | undefined {
    const keys = this.#transaction;
    this.#transaction = undefined;
    // A transaction that a WATCH has called off answers with nothing.
    return keys === undefined ? undefined : this.#stampLater(command, [...keys], (answer) => answer !== null);
  }

  #stampLater(
    command: RedisCommandLike,
    keys: readonly string[],
    wrote: (answer: unknown) => boolean,
  ): ((answer: unknown) => void) | undefined {
    const { traceparent } = getTraceHeaders() as { traceparent?: string };
    if (traceparent === undefined || keys.length === 0) return undefined;
    const Command = baseClassOf(command);
    return (answer) => {
      if (wrote(answer)) this.#stamp(Command, keys, traceparent);
    };
  }

  /** Keys of several slots are only together in what is no cluster: there each has its own script. */
  #stamp(Command: CommandClass, keys: readonly string[], traceparent: string): void {
    const cluster = this.#client.isCluster === true;
    const pairs = keys.flatMap((key) => {
      const stamp = stampedKey(key, { cluster });
      return stamp === undefined ? [] : [[key, stamp]];
    });
    const groups = cluster ? pairs.map((pair) => [pair]) : [pairs];
    for (const group of groups) {
      if (group.length === 0) continue;
      // Keys have their prefix already: made without options, the command adds none.
      const args = [SCRIPT, group.length * 2, ...group.flat(), traceparent];
      const command = new Command('eval', args, { replyEncoding: 'utf8' });
      command.promise.catch(() => undefined);
      this.#send.call(this.#client, command);
    }
  }
}

/** The class of ordinary commands; those of a script extend it. */
function baseClassOf(command: RedisCommandLike): CommandClass {
  return command.constructor as CommandClass;
}

function saysNothingWritten(name: string, { args }: RedisCommandLike, answer: unknown): boolean {
  if (!CONDITIONAL.has(name)) return false;
  // With GET the answer is the old value, whether or not there is one.
  if (name === 'set' && args.some((word) => /^get$/i.test(String(word)))) return false;
  return answer === null || answer === 0;
}
