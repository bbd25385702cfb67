import { loadPeer } from '../engines/load-peer.ts';
import type { LetterRedisClient } from './clients.ts';
import type { DeadLetterStore, Entry, EntryKey } from './store.ts';

interface OpenedRedis extends LetterRedisClient {
  disconnect(): void;
}

/** The set that tells which event types have dead letters, for whoever looks with redis-cli. */
export const INDEX_KEY = 'dlq:index';

const CONNECT_TIMEOUT_MS = 2000;
const COMMAND_TIMEOUT_MS = 5000;
const SCAN_COUNT = 200;

const INSERT = `return redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])`;
const REPLACE = `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[3] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1`;
const REMOVE_SAME = `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])`;

/**
 * Dead letters in Redis: a hash for each event type, and a set of the types. A script touches one key only, so it is
 * the same in a cluster, where hash and set have no slot in common: the hashes are the truth, and the set is mended
 * by whoever finds it wrong.
 */
export async function openRedisStore(
  place: LetterRedisClient | { url: string },
  prefix: string,
): Promise<DeadLetterStore> {
  const opened = 'url' in place ? await openClient(place.url) : undefined;
  return new RedisStore(opened ?? (place as LetterRedisClient), prefix, () => opened?.disconnect());
}

class RedisStore implements DeadLetterStore {
  readonly #client: LetterRedisClient;
  readonly #prefix: string;
  readonly #disconnect: () => void;

  constructor(client: LetterRedisClient, prefix: string, disconnect: () => void) {
    this.#client = client;
    this.#prefix = prefix;
    this.#disconnect = disconnect;
  }

  async insert({ eventType, id, text }: Entry): Promise<void> {
    // First the set: cut off between the two, it names a type too many rather than one too few.
    await this.#client.call('SADD', INDEX_KEY, eventType);
    await this.#client.call('EVAL', INSERT, 1, this.#key(eventType), id, text);
  }

  async read({ eventType, id }: EntryKey): Promise<string | undefined> {
    return (
      ((await this.#client.call('HGET', this.#key(eventType), id)) as string | undefined | null) ?? undefined
    );
  }

  async page(eventType: string, before: string | undefined, limit: number): Promise<Entry[]> {
    const key = this.#key(eventType);
    const all = (await this.#client.call('HKEYS', key)) as string[];
    const ids = all.filter((id) => before === undefined || id < before);
    const wanted = ids.sort().reverse().slice(0, limit);
    if (wanted.length === 0) return [];
    const texts = (await this.#client.call('HMGET', key, ...wanted)) as (string | null)[];
    return wanted.flatMap((id, index) => {
      const text = texts[index];
      return typeof text === 'string' ? [{ eventType, id, text }] : [];
    });
  }

  async replace({ eventType, id, text }: Entry, from: string): Promise<boolean> {
    return (await this.#client.call('EVAL', REPLACE, 1, this.#key(eventType), id, text, from)) === 1;
  }

  async remove({ eventType, id }: EntryKey, from?: string): Promise<boolean> {
    const key = this.#key(eventType);
    const removed =
      from === undefined
        ? await this.#client.call('HDEL', key, id)
        : await this.#client.call('EVAL', REMOVE_SAME, 1, key, id, from);
    if (removed === 1 && (await this.count(eventType)) === 0) await this.#leaveIndex(eventType);
    return removed === 1;
  }

  async types(): Promise<string[]> {
    const types = new Set<string>();
    const pattern = `${escapePattern(this.#prefix)}*`;
    for (const node of this.#client.nodes?.('master') ?? [this.#client]) {
      for await (const key of scan(node, pattern)) {
        if (key !== INDEX_KEY) types.add(key.slice(this.#prefix.length));
      }
    }
    const sorted = [...types].sort();
    if (sorted.length > 0) await this.#client.call('SADD', INDEX_KEY, ...sorted);
    return sorted;
  }

  async count(eventType: string): Promise<number> {
    return Number(await this.#client.call('HLEN', this.#key(eventType)));
  }

  async older(before: string, limit: number): Promise<Entry[]> {
    const found: Entry[] = [];
    for (const eventType of await this.types()) {
      const key = this.#key(eventType);
      let cursor = '0';
      do {
        const [next, pairs] = (await this.#client.call('HSCAN', key, cursor, 'COUNT', SCAN_COUNT)) as [
          string,
          string[],
        ];
        for (let index = 0; index + 1 < pairs.length; index += 2) {
          const [id = '', text = ''] = pairs.slice(index, index + 2);
          if (id < before) found.push({ eventType, id, text });
        }
        cursor = next;
        if (found.length >= limit) return found.slice(0, limit);
      } while (cursor !== '0');
    }
    return found;
  }

  async close(): Promise<void> {
    this.#disconnect();
  }

  #key(eventType: string): string {
    return `${this.#prefix}${eventType}`;
  }

  /** A letter of the type may arrive between the look and the removal: it puts the type back, or we do. */
  async #leaveIndex(eventType: string): Promise<void> {
    await this.#client.call('SREM', INDEX_KEY, eventType);
    if ((await this.count(eventType)) > 0) await this.#client.call('SADD', INDEX_KEY, eventType);
  }
}

async function* scan(node: LetterRedisClient, pattern: string): AsyncGenerator<string> {
  let cursor = '0';
  do {
    const args = [cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT, 'TYPE', 'hash'];
    const [next, keys] = (await node.call('SCAN', ...args)) as [string, string[]];
    yield* keys;
    cursor = next;
  } while (cursor !== '0');
}

function escapePattern(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}

async function openClient(url: string): Promise<OpenedRedis> {
  const { Redis } = await loadPeer('ioredis', () => import('ioredis'));
  // A dead letter must not wait for ever for a server that is away: the caller has to know.
  const client = new Redis(url, {
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 1,
  });
  // Each call fails with its own error; without a listener this one would be written to the console.
  client.on('error', () => undefined);
  return client as unknown as OpenedRedis;
}
