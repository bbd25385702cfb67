import type { Cluster, Redis } from 'ioredis';
import { EvictionPolicyError } from '../errors.ts';
import type { ResolvedOptions } from '../options.ts';
import type { AnyRedis } from './redis-connect.ts';
import { reportSafety } from './store-safety.ts';

/** What a Redis says of itself; a part is undefined where it may not be asked. */
export interface RedisSettings {
  /** `maxmemory-policy`. */
  readonly evictionPolicy: string | undefined;
  /** Whether anything is written to disk. */
  readonly persistent: boolean | undefined;
}

export interface RedisSafety {
  /** Resolves at once unless `requireNoEviction` is set. @throws EvictionPolicyError */
  require(): Promise<void>;
}

/** Looks at the server's settings each time the connection comes up: it may be another server by then. */
export function watchRedisSafety(client: AnyRedis, options: ResolvedOptions): RedisSafety {
  let looked: Promise<RedisSettings | undefined> | undefined;
  const look = async (): Promise<RedisSettings | undefined> => {
    try {
      const settings = await readSettings(client);
      report(settings, options);
      return settings;
    } catch {
      // A connection that was lost in between: the next one is looked at.
      looked = undefined;
      return undefined;
    }
  };
  client.on('ready', () => void (looked = look()));
  return {
    require: async () => {
      if (!options.requireNoEviction) return;
      looked ??= look();
      const policy = (await looked)?.evictionPolicy;
      if (policy === 'noeviction') return;
      // Looked at again by the next one, since the policy can be set while the server runs.
      looked = undefined;
      throw new EvictionPolicyError(options.queueName, policy);
    },
  };
}

function report({ evictionPolicy, persistent }: RedisSettings, options: ResolvedOptions): void {
  if (evictionPolicy === undefined) {
    reportSafety(
      options,
      'eviction-unknown',
      'Redis does not tell its maxmemory-policy. Make sure that it is noeviction: any other one loses jobs.',
    );
  } else if (evictionPolicy !== 'noeviction') {
    reportSafety(
      options,
      'eviction',
      `Redis has the maxmemory-policy ${evictionPolicy}, which loses jobs when its memory is full. Set maxmemory-policy to noeviction.`,
    );
  }
  if (persistent === undefined) {
    reportSafety(
      options,
      'persistence-unknown',
      'Redis does not tell whether it writes to disk. Make sure that appendonly is yes: else a restart loses every job.',
    );
  } else if (!persistent) {
    reportSafety(
      options,
      'no-persistence',
      'Redis writes nothing to disk, so a restart loses every job. Set appendonly to yes.',
    );
  }
}

/** Of the worst of the masters, in a Cluster. */
async function readSettings(client: AnyRedis): Promise<RedisSettings> {
  const nodes = client.isCluster ? (client as Cluster).nodes('master') : [client as Redis];
  const all = await Promise.all(nodes.map(readNode));
  const policies = all.map(({ evictionPolicy }) => evictionPolicy);
  const persistent = all.map((settings) => settings.persistent);
  return {
    evictionPolicy:
      policies.find((policy) => policy !== undefined && policy !== 'noeviction') ??
      (policies.includes(undefined) ? undefined : 'noeviction'),
    persistent: persistent.includes(false) ? false : persistent.includes(undefined) ? undefined : true,
  };
}

/** INFO tells nearly all of it and is seldom forbidden; CONFIG often is. */
async function readNode(node: Redis): Promise<RedisSettings> {
  const [memory, persistence, policy, save] = await Promise.all([
    answerOf(node, () => node.info('memory')),
    answerOf(node, () => node.info('persistence')),
    answerOf(node, () => node.config('GET', 'maxmemory-policy')),
    answerOf(node, () => node.config('GET', 'save')),
  ]);
  const appendOnly = infoField(persistence, 'aof_enabled');
  const saves = configValue(save);
  return {
    evictionPolicy: configValue(policy) ?? infoField(memory, 'maxmemory_policy'),
    persistent: appendOnly === '1' || (saves === undefined ? undefined : saves !== ''),
  };
}

/** Undefined where the server refuses the command; what fails with the connection fails here too. */
async function answerOf<T>(node: Redis, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (node.status !== 'ready') throw error;
    return undefined;
  }
}

function infoField(info: string | undefined, field: string): string | undefined {
  return info === undefined ? undefined : new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(info)?.[1];
}

function configValue(answer: unknown): string | undefined {
  if (Array.isArray(answer)) return typeof answer[1] === 'string' ? answer[1] : undefined;
  if (typeof answer !== 'object' || answer === null) return undefined;
  const [value] = Object.values(answer);
  return typeof value === 'string' ? value : undefined;
}
