/** A command of ioredis, by the part that is used. */
export interface RedisCommandLike {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly inTransaction?: boolean;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  getKeys(): readonly (string | Buffer)[];
}

/** What a pipeline gives along with each of its commands: the same object for all. */
export interface PipelineStream {
  readonly isPipeline?: boolean;
}

/** A client of ioredis, `Redis` or `Cluster`, by the part that is used. */
export interface RedisClientLike {
  sendCommand: (...args: never[]) => unknown;
  readonly status: string;
  readonly isCluster?: boolean;
  /** Of a cluster: the clients of its servers. */
  nodes?(): readonly { readonly sendCommand: unknown }[];
  readonly options: unknown;
}

type SendCommand = (this: unknown, command: RedisCommandLike, ...rest: unknown[]) => unknown;

export type { SendCommand };

/** What a connection says about itself before anybody may use it. */
const HANDSHAKE: ReadonlySet<string> = new Set([
  'auth',
  'client',
  'cluster',
  'hello',
  'info',
  'readonly',
  'select',
]);

const BLOCKING: ReadonlySet<string> = new Set([
  'blmove',
  'blmpop',
  'blpop',
  'brpop',
  'brpoplpush',
  'bzmpop',
  'bzpopmax',
  'bzpopmin',
  'wait',
  'waitaof',
]);

/** Commands that are groups of others: the second word says what is done. */
const CONTAINERS: ReadonlySet<string> = new Set([
  'acl',
  'client',
  'cluster',
  'command',
  'config',
  'function',
  'latency',
  'memory',
  'module',
  'object',
  'pubsub',
  'script',
  'slowlog',
  'xgroup',
  'xinfo',
]);

export function isHandshake(client: RedisClientLike, command: RedisCommandLike): boolean {
  return client.status === 'connect' && HANDSHAKE.has(command.name);
}

export function isBlocking({ name, args }: RedisCommandLike): boolean {
  const command = name.toLowerCase();
  if (BLOCKING.has(command)) return true;
  return (
    (command === 'xread' || command === 'xreadgroup') && args.some((word) => /^block$/i.test(String(word)))
  );
}

/** `GET`, `CONFIG SET`: letters only, since a name is whatever the application gave to `call()`. */
export function operationOf({ name, args }: RedisCommandLike): string {
  const command = wordOf(name);
  const word = args[0];
  return CONTAINERS.has(name.toLowerCase()) && typeof word === 'string'
    ? `${command} ${wordOf(word)}`
    : command;
}

function wordOf(word: string): string {
  return /^[\w.-]{1,40}$/.test(word) ? word.toUpperCase() : 'UNKNOWN';
}
