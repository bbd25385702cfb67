import { randomUUID } from 'node:crypto';
import { CacheMissingPeerError, CacheOptionError } from '../errors.ts';
import type { CacheStore, CacheStoreFactory, Invalidation, Stored } from '../store.ts';
import { REMOVE, type RedisScript, SET_IF_UNCHANGED } from './redis-scripts.ts';

/** The part of an ioredis `Redis` or `Cluster` that is called here. */
export interface RedisClient {
  /** Sends a command and gives the answer as bytes. */
  callBuffer(command: string, ...args: (string | Buffer | number)[]): Promise<unknown>;
  /** A second connection to the same server, with the same options. */
  duplicate(): RedisSubscriber;
  /** Of a Cluster: its masters, each with a part of the keys. */
  nodes?(role: 'master'): RedisClient[];
}

/** A connection that does nothing but listen. */
export interface RedisSubscriber {
  readonly status: string;
  /** Connects, where it is not connected yet. */
  connect(): Promise<unknown>;
  /** Listens to a channel. */
  subscribe(channel: string): Promise<unknown>;
  /** Hears of messages and of trouble. */
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  /** Ends the connection. */
  disconnect(): void;
}

export interface RedisCacheStoreOptions {
  /** Where Redis is; the store makes the connection with the optional peer `ioredis` and closes it. Default `REDIS_URL`. */
  url?: string | undefined;
  /** A connected ioredis client instead, which stays the caller's to close. A duplicate of it listens. */
  client?: RedisClient;
  /**
   * What the keys begin with, without braces.
   * @default 'holdfast:cache:'
   */
  keyPrefix?: string;
}

interface OpenedClient extends RedisClient {
  disconnect(): void;
}

const KEY_PREFIX = 'holdfast:cache:';
/** Longer than any load: a removal has to be seen by each that began before it. */
const FENCE_MS = 3_600_000;
const SCAN_COUNT = 500;

/**
 * Values in Redis, single or Cluster, and news of what is removed by pub/sub.
 * @throws CacheOptionError
 */
export function redisCacheStore(options: RedisCacheStoreOptions = {}): CacheStoreFactory {
  const { url = process.env['REDIS_URL'], client, keyPrefix = KEY_PREFIX } = options;
  if (client === undefined && url === undefined) {
    throw new CacheOptionError(
      'url',
      'redisCacheStore: neither client nor url is given, and REDIS_URL is not set; give one of them.',
    );
  }
  if (/[{}]/.test(keyPrefix)) {
    throw new CacheOptionError(
      'keyPrefix',
      'redisCacheStore: keyPrefix has a brace in it; Redis Cluster would take it for a hash tag.',
    );
  }
  return (name) => new RedisCacheStore(`${keyPrefix}${name}:`, url, client);
}

class RedisCacheStore implements CacheStore {
  /** Tells our own messages from those of others. */
  readonly #id = randomUUID();
  readonly #prefix: string;
  readonly #url: string | undefined;
  #client: Promise<RedisClient> | undefined;
  #opened: OpenedClient | undefined;
  #subscriber: RedisSubscriber | undefined;

  constructor(prefix: string, url: string | undefined, client: RedisClient | undefined) {
    this.#prefix = prefix;
    this.#url = url;
    this.#client = client === undefined ? undefined : Promise.resolve(client);
  }

  async get(key: string): Promise<Stored> {
    const client = await this.#connected();
    const [value, fence] = (await client.callBuffer('MGET', ...this.#keys(key))) as (Buffer | null)[];
    return { value: value ?? undefined, fence: fence?.toString() ?? '' };
  }

  async set(key: string, value: Uint8Array, ttlMs: number, fence: string | undefined): Promise<void> {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    if (fence !== undefined) {
      await this.#run(SET_IF_UNCHANGED, this.#keys(key), [fence, bytes, ttlMs]);
      return;
    }
    const client = await this.#connected();
    await client.callBuffer('SET', this.#keys(key)[0], bytes, 'PX', ttlMs);
  }

  async delete(key: string): Promise<void> {
    await this.#run(REMOVE, this.#keys(key), [randomUUID(), FENCE_MS]);
    await this.#tell({ kind: 'key', key });
  }

  async deleteMatching(text: string): Promise<void> {
    await this.#removeWhere(`*${globOf(encode(text))}*`);
    await this.#tell({ kind: 'matching', text });
  }

  async clear(): Promise<void> {
    await this.#removeWhere('*');
    await this.#tell({ kind: 'all' });
  }

  async listen(listener: (invalidation: Invalidation) => void): Promise<void> {
    const subscriber = await this.#openSubscriber();
    this.#subscriber = subscriber;
    subscriber.on('error', () => undefined);
    subscriber.on('message', (_channel, message) => {
      const invalidation = this.#read(String(message));
      if (invalidation !== undefined) listener(invalidation);
    });
    // Whatever was removed while the connection was down was not heard of.
    subscriber.on('close', () => listener({ kind: 'reset' }));
    await new Promise<void>((resolve) => {
      const subscribe = () =>
        subscriber.subscribe(this.#channel).then(
          () => {
            listener({ kind: 'reset' });
            resolve();
          },
          // The connection broke again; the next `ready` tries once more.
          () => undefined,
        );
      subscriber.on('ready', () => void subscribe());
      if (subscriber.status === 'ready') void subscribe();
    });
  }

  async close(): Promise<void> {
    await this.#client?.catch(() => undefined);
    this.#subscriber?.disconnect();
    this.#opened?.disconnect();
  }

  get #channel(): string {
    return `${this.#prefix}removed`;
  }

  /** Both in one slot of a Cluster: what is in the braces decides, where it is not empty. */
  #keys(key: string): [value: string, fence: string] {
    const value = `${this.#prefix}{=${encode(key)}}`;
    return [value, `${value}:fence`];
  }

  async #tell(invalidation: Invalidation): Promise<void> {
    const client = await this.#connected();
    await client.callBuffer('PUBLISH', this.#channel, JSON.stringify({ from: this.#id, ...invalidation }));
  }

  /** @returns undefined for our own messages, which were acted on already, and for what is none */
  #read(message: string): Invalidation | undefined {
    try {
      const { from, kind, key, text } = JSON.parse(message) as Record<string, unknown>;
      if (from === this.#id) return undefined;
      if (kind === 'key' && typeof key === 'string') return { kind, key };
      if (kind === 'matching' && typeof text === 'string') return { kind, text };
      return { kind: 'all' };
    } catch {
      return { kind: 'all' };
    }
  }

  /** @param glob of the encoded key */
  async #removeWhere(glob: string): Promise<void> {
    const client = await this.#connected();
    const pattern = `${globOf(this.#prefix)}{=${glob}}`;
    for (const node of client.nodes?.('master') ?? [client]) {
      let cursor = '0';
      do {
        const answer = await node.callBuffer('SCAN', cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT);
        const [next, keys] = answer as [Buffer, Buffer[]];
        cursor = next.toString();
        await Promise.all(
          keys.map((key) =>
            this.#run(REMOVE, [key, Buffer.concat([key, Buffer.from(':fence')])], [randomUUID(), FENCE_MS]),
          ),
        );
      } while (cursor !== '0');
    }
  }

  async #run(
    { sha, source }: RedisScript,
    keys: readonly (string | Buffer)[],
    args: readonly (string | Buffer | number)[],
  ): Promise<unknown> {
    const client = await this.#connected();
    try {
      return await client.callBuffer('EVALSHA', sha, keys.length, ...keys, ...args);
    } catch (error) {
      // Redis was restarted, or this is its first call: EVAL also makes it known.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return client.callBuffer('EVAL', source, keys.length, ...keys, ...args);
    }
  }

  #connected(): Promise<RedisClient> {
    return (this.#client ??= this.#connect());
  }

  async #openSubscriber(): Promise<RedisSubscriber> {
    const subscriber = (await this.#connected()).duplicate();
    // One that connects on its own says that it does so already.
    subscriber.connect().catch(() => undefined);
    return subscriber;
  }

  async #connect(): Promise<RedisClient> {
    const { Redis } = await import('ioredis').catch((cause: unknown) => {
      throw new CacheMissingPeerError('ioredis', { cause });
    });
    // Fails at once while there is no connection: the cache does better without the store than waiting for it.
    const options = { enableOfflineQueue: false, lazyConnect: true, maxRetriesPerRequest: 0 };
    const client = new Redis(this.#url ?? '', options);
    client.on('error', () => undefined);
    this.#opened = client;
    await client.connect().catch(() => undefined);
    return client;
  }
}

/** A brace in a key would end the hash tag. */
function encode(key: string): string {
  return key.replace(/[%{}]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}

/** Takes the meaning from the characters that Redis reads as a pattern. */
function globOf(text: string): string {
  return text.replace(/[*?[\]^\\]/g, '\\$&');
}
