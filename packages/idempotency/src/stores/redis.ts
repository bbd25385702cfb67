import type { Clock } from '@holdfast/context/clock';
import { IdempotencyOptionError } from '../errors.ts';
import { loadPeer } from './load-peer.ts';
import { purgeLimit } from './record.ts';
import { CLAIM, COMPLETE, RELEASE, RENEW, type RedisScript } from './redis-scripts.ts';
import type {
  ClaimOutcome,
  ClaimRequest,
  CompleteOutcome,
  IdempotencyStore,
  Lease,
  PurgeResult,
  StorePurgeOptions,
} from './store.ts';

/** The part of an ioredis `Redis` or `Cluster` that is called here. */
export interface RedisClient {
  callBuffer(command: string, ...args: (string | Buffer | number)[]): Promise<unknown>;
}

export interface RedisIdempotencyStoreOptions {
  /** Where Redis is; the store makes the connection with the optional peer `ioredis` and closes it. Default `REDIS_URL`. */
  url?: string | undefined;
  /** A connected ioredis client instead; it stays the caller's to close. */
  client?: RedisClient;
  /**
   * What the keys begin with. Each key is in braces after it, so that Redis Cluster keeps it in one slot.
   * @default 'holdfast:idempotency:'
   */
  keyPrefix?: string;
  /** Default the clock of the Redis server, which all its clients share. */
  clock?: Clock;
}

interface OpenedClient extends RedisClient {
  disconnect(): void;
}

const KEY_PREFIX = 'holdfast:idempotency:';

/** Records in Redis: one script to claim, one to complete. They are as durable as Redis is set up to be. */
export class RedisIdempotencyStore implements IdempotencyStore {
  readonly #options: RedisIdempotencyStoreOptions;
  readonly #prefix: string;
  #client: Promise<RedisClient> | undefined;
  #opened: OpenedClient | undefined;

  /** @throws IdempotencyOptionError */
  constructor(options: RedisIdempotencyStoreOptions = {}) {
    const { url = process.env['REDIS_URL'], client, keyPrefix = KEY_PREFIX } = options;
    if (client === undefined && url === undefined) {
      throw new IdempotencyOptionError(
        'url',
        'RedisIdempotencyStore: neither client nor url is given, and REDIS_URL is not set; give one of them.',
      );
    }
    if (/[{}]/.test(keyPrefix)) {
      throw new IdempotencyOptionError(
        'keyPrefix',
        'RedisIdempotencyStore: keyPrefix has a brace in it; Redis Cluster would take it for a hash tag.',
      );
    }
    this.#options = { ...options, url };
    this.#prefix = keyPrefix;
  }

  async claim({ key, fingerprint, owner, leaseMs, ttlMs, takeOver }: ClaimRequest): Promise<ClaimOutcome> {
    const args = [this.#now(), fingerprint, owner, Math.ceil(leaseMs), Math.ceil(ttlMs), takeOver ? 1 : 0];
    const [status, first, second] = listOf(await this.#run(CLAIM, key, args));
    switch (String(status)) {
      case 'claimed':
        return { status: 'claimed', token: Number(first), takenOver: Number(second) === 1 };
      case 'in-flight':
        return { status: 'in-flight', retryAfterMs: Number(first) };
      case 'completed':
        return { status: 'completed', result: bytesOf(first), leftMs: Number(second) };
      case 'mismatch':
        return { status: 'mismatch' };
      default:
        return { status: 'expired' };
    }
  }

  async complete({ key, owner }: Lease, result: Uint8Array, ttlMs: number): Promise<CompleteOutcome> {
    const bytes = Buffer.from(result.buffer, result.byteOffset, result.byteLength);
    const [status, kept] = listOf(
      await this.#run(COMPLETE, key, [this.#now(), owner, Math.ceil(ttlMs), bytes]),
    );
    if (String(status) === 'kept') return { status: 'kept', result: bytesOf(kept) };
    return { status: String(status) === 'stored' ? 'stored' : 'lost' };
  }

  async renew({ key, owner }: Lease, leaseMs: number): Promise<boolean> {
    return (await this.#run(RENEW, key, [this.#now(), owner, Math.ceil(leaseMs)])) === 1;
  }

  async release({ key, owner }: Lease): Promise<boolean> {
    return (await this.#run(RELEASE, key, [owner])) === 1;
  }

  /** Redis removes records itself when their time has come. */
  async purge(options?: StorePurgeOptions): Promise<PurgeResult> {
    purgeLimit(options);
    return { removed: 0, more: false };
  }

  async close(): Promise<void> {
    await this.#client?.catch(() => undefined);
    this.#opened?.disconnect();
    this.#opened = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #now(): number {
    return this.#options.clock?.wallTime() ?? -1;
  }

  async #run(
    { sha, source }: RedisScript,
    key: string,
    args: (string | Buffer | number)[],
  ): Promise<unknown> {
    const client = await (this.#client ??= this.#connect());
    const rest = [1, `${this.#prefix}{${key}}`, ...args];
    try {
      return await client.callBuffer('EVALSHA', sha, ...rest);
    } catch (error) {
      // Redis was restarted, or this is its first call: EVAL also makes it known.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return client.callBuffer('EVAL', source, ...rest);
    }
  }

  async #connect(): Promise<RedisClient> {
    const { client, url = '' } = this.#options;
    if (client !== undefined) return client;
    const { Redis } = await loadPeer('ioredis', () => import('ioredis'));
    const opened = new Redis(url);
    // Each call fails with its own error; without a listener this one would be written to the console.
    opened.on('error', () => undefined);
    this.#opened = opened;
    return opened;
  }
}

function listOf(reply: unknown): unknown[] {
  return Array.isArray(reply) ? reply : [];
}

function bytesOf(value: unknown): Uint8Array {
  return Buffer.isBuffer(value) ? value : Buffer.from(String(value));
}
