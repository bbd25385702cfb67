import type { Clock } from '@holdfast/context/clock';
import type { AnyRedis } from '../engines/redis-client.ts';
import {
  type EventLog,
  type EventToLog,
  type Feed,
  feedName,
  type GroupSettings,
  type Join,
  type LeaseAnswer,
  type LoggedEvent,
  type LookAtLines,
  type OrderedEvent,
} from './event-log.ts';
import { RedisEpoch } from './redis-epoch.ts';
import {
  ADVANCE,
  APPEND,
  FORGET,
  JOIN,
  LEASE,
  LINE,
  OPEN,
  RELEASE,
  REPLAY,
  type RedisScript,
  SETTLE,
  TRIM,
} from './redis-scripts.ts';

/** Between the parts of a line's name: a group cannot hold it. */
const PART = '~~';
const LINES_AT_ONCE = 100;

interface FeedText {
  readonly until?: number;
  readonly types: readonly string[] | null;
  readonly settings: GroupSettings;
}

export interface RedisLogOptions {
  readonly bus: string;
  readonly clock: Clock;
  readonly pollIntervalMs: number;
  readonly onError: (error: Error) => void;
}

/** The log in a stream of Redis, with what belongs to it under one hash tag. */
export class RedisLog implements EventLog {
  readonly #redis: AnyRedis;
  readonly #options: RedisLogOptions;
  readonly #prefix: string;
  readonly #keys: readonly string[];
  readonly #epoch: RedisEpoch;
  readonly #watches = new Set<NodeJS.Timeout>();
  #beats = 0;

  constructor(redis: AnyRedis, options: RedisLogOptions) {
    this.#redis = redis;
    this.#options = options;
    this.#prefix = `{holdfast:events:${options.bus}}:`;
    this.#keys = [
      'log',
      'ids',
      'times',
      'sequence',
      'feeds',
      'cursors',
      'lined',
      'lines',
      'waiting',
      'epoch',
    ].map((name) => this.#prefix + name);
    this.#epoch = new RedisEpoch(options);
  }

  /** Has to be called first. */
  async open(): Promise<void> {
    await this.#runInEpoch(OPEN, []);
  }

  async append(events: readonly EventToLog[]): Promise<ReadonlySet<string>> {
    const values = events.flatMap(({ id, type, key, body }) => [id, type, key ?? '', body]);
    const added = await this.#runInEpoch(APPEND, [this.#options.clock.wallTime(), ...values]);
    return new Set(added as string[]);
  }

  async read(after: number, limit: number): Promise<readonly LoggedEvent[]> {
    const entries = await this.#redis.xrange(this.#key('log'), `(${after}-0`, '+', 'COUNT', limit);
    return entries.map(([id, [, eventId = '', , type = '', , key = '', , body = '']]) => ({
      position: Number.parseInt(id, 10),
      id: eventId,
      type,
      key: key === '' ? null : key,
      body,
    }));
  }

  async join({ group, types, settings, from, isLost = false }: Join): Promise<void> {
    const text: FeedText = { types: types ?? null, settings };
    await this.#runInEpoch(JOIN, [group, JSON.stringify(text), startOf(from), isLost ? 1 : 0]);
  }

  async replay(group: string, replay: string, from: number): Promise<boolean> {
    return (await this.#run(REPLAY, this.#keys, [group, feedName({ group, replay }), startOf(from)])) === 1;
  }

  async leave(group: string): Promise<boolean> {
    const feeds = Object.keys(await this.#redis.hgetall(this.#key('feeds'))).filter(
      (name) => name === group || name.startsWith(`${group}~`),
    );
    const isTheirs = (line: string) => feeds.some((name) => line.startsWith(name + PART));
    for (const name of feeds)
      for (const hash of ['feeds', 'cursors', 'lined']) await this.#redis.hdel(this.#key(hash), name);
    const lines = (await this.#redis.smembers(this.#key('lines'))).filter(isTheirs);
    for (let from = 0; from < lines.length; from += LINES_AT_ONCE) {
      const some = lines.slice(from, from + LINES_AT_ONCE);
      await this.#run(FORGET, this.#keys, [this.#linePrefix, this.#deadPrefix, ...some]);
    }
    return feeds.includes(group);
  }

  async feeds(): Promise<readonly Feed[]> {
    const [feeds, cursors] = await Promise.all([
      this.#redis.hgetall(this.#key('feeds')),
      this.#redis.hgetall(this.#key('cursors')),
    ]);
    return Object.entries(feeds).map(([name, text]) => {
      const { types, settings, until } = JSON.parse(text) as FeedText;
      const [group = '', replay = ''] = name.split('~');
      return {
        group,
        replay,
        types: types ?? undefined,
        settings,
        cursor: Number(cursors[name] ?? 0),
        until,
      };
    });
  }

  async advance(moves: readonly { readonly feed: Feed; readonly to: number }[]): Promise<void> {
    if (moves.length === 0) return;
    const values = moves.flatMap(({ feed, to }) => [
      feedName(feed),
      to,
      feed.until !== undefined && to >= feed.until ? 1 : 0,
    ]);
    await this.#run(ADVANCE, this.#keys, values);
  }

  async head(): Promise<number> {
    // Of the newest event: the sequence of a new epoch is far beyond it.
    const [newest] = await this.#redis.xrevrange(this.#key('log'), '+', '-', 'COUNT', 1);
    return newest === undefined ? 0 : Number.parseInt(newest[0], 10);
  }

  async line(feed: Feed, events: readonly OrderedEvent[], to: number): Promise<ReadonlyMap<string, number>> {
    const pairs = events.flatMap(({ key, position }) => [key, position]);
    const answer = (await this.#run(LINE, this.#keys, [
      feedName(feed),
      to,
      this.#linePrefix,
      ...pairs,
    ])) as string[];
    const heads = new Map<string, number>();
    for (let index = 0; index < answer.length; index += 2)
      heads.set(answer[index] ?? '', Number(answer[index + 1]));
    return heads;
  }

  async place({ feed, key, position }: OrderedEvent): Promise<'waiting' | 'dead' | undefined> {
    const line = feed + PART + key;
    const [score, dead] = await Promise.all([
      this.#redis.zscore(this.#linePrefix + line, String(position)),
      this.#redis.sismember(this.#deadPrefix + line, String(position)),
    ]);
    if (score !== null) return 'waiting';
    return dead === 1 ? 'dead' : undefined;
  }

  async settle({ feed, key, position }: OrderedEvent, as: 'handled' | 'dead'): Promise<number | undefined> {
    const next = await this.#run(SETTLE, this.#keys, [feed, key, this.#linePrefix, position, as]);
    return next === null ? undefined : Number(next);
  }

  async firstInLine(limit: number, after = 0): Promise<LookAtLines> {
    const members = await this.#redis.zrangebyscore(
      this.#key('waiting'),
      `(${after}`,
      '+inf',
      'LIMIT',
      0,
      limit,
    );
    const waiting = members.map(readWaiting);
    const heads = await Promise.all(
      waiting.map(({ line }) => this.#redis.zrange(this.#linePrefix + line, '0', '0')),
    );
    const first = waiting.filter(({ event }, index) => heads[index]?.[0] === String(event.position));
    const last = waiting.at(-1)?.event.position;
    return { first: first.map(({ event }) => event), to: members.length < limit ? undefined : last };
  }

  async lease(name: string, owner: string, leaseMs: number, stale = ''): Promise<LeaseAnswer> {
    this.#beats += 1;
    const values = [owner, leaseMs, this.#beats, stale];
    const [isHeld, beat] = await this.#runInEpoch(LEASE, values, [this.#key(`lease:${name}`)]);
    return { isHeld: isHeld === 1, beat: String(beat) };
  }

  async release(name: string, owner: string): Promise<void> {
    await this.#run(RELEASE, [this.#key(`lease:${name}`)], [owner]);
  }

  async trim(before: number, limit: number): Promise<number> {
    const feeds = await this.feeds();
    const upTo = Math.min(...feeds.map(({ cursor }) => cursor), Number.MAX_SAFE_INTEGER);
    return Number(await this.#run(TRIM, this.#keys, [before, upTo, limit]));
  }

  onLost(recover: () => Promise<void>): void {
    this.#epoch.onLost(recover);
  }

  /** Those who watch ask soon enough. */
  announce(): void {}

  /** Asks, since a stream that is read with BLOCK would need a connection of its own. */
  watch(onChange: () => void): () => void {
    const timer = setInterval(onChange, this.#options.pollIntervalMs).unref();
    this.#watches.add(timer);
    return () => {
      clearInterval(timer);
      this.#watches.delete(timer);
    };
  }

  async close(): Promise<void> {
    this.#epoch.close();
    for (const timer of this.#watches) clearInterval(timer);
    this.#redis.disconnect();
  }

  get #linePrefix(): string {
    return this.#key('line:');
  }

  get #deadPrefix(): string {
    return this.#key('log:dead:');
  }

  #key(name: string): string {
    return this.#prefix + name;
  }

  /** @returns what the script answers behind its epoch */
  async #runInEpoch(
    script: RedisScript,
    values: readonly (string | number)[],
    moreKeys: readonly string[] = [],
  ): Promise<readonly unknown[]> {
    const keys = moreKeys.length === 0 ? this.#keys : [...this.#keys, ...moreKeys];
    const answer = await this.#run(script, keys, [...this.#epoch.arguments(), ...values]);
    const [name, head, ...rest] = answer as readonly [string, string, ...unknown[]];
    this.#epoch.heard(name, Number(head));
    return rest;
  }

  #run(
    { name, lua }: RedisScript,
    keys: readonly string[],
    values: readonly (string | number)[],
  ): Promise<unknown> {
    const redis = this.#redis as AnyRedis & Record<string, (...args: unknown[]) => Promise<unknown>>;
    if (redis[name] === undefined) redis.defineCommand(name, { lua });
    return redis[name]?.(keys.length, ...keys, ...values) ?? Promise.resolve();
  }
}

/** A key may hold the sign between the parts, a feed and a position not. */
function readWaiting(member: string): { readonly line: string; readonly event: OrderedEvent } {
  const [feed = '', ...rest] = member.split(PART);
  const position = Number(rest.pop());
  const key = rest.join(PART);
  return { line: feed + PART + key, event: { feed, key, position } };
}

function startOf(from: number): string | number {
  return Number.isFinite(from) ? from : 'now';
}
