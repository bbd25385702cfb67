import { createHash } from 'node:crypto';

export interface RedisScript {
  readonly source: string;
  readonly sha: string;
}

function script(source: string): RedisScript {
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}

/** KEYS: value, fence. ARGV: the fence that was read, the value, its time to live in ms. */
export const SET_IF_UNCHANGED: RedisScript = script(`
if (redis.call('GET', KEYS[2]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`);

/** KEYS: value, fence. ARGV: a new fence, how long it stands in ms. */
export const REMOVE: RedisScript = script(`
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return redis.call('DEL', KEYS[1])`);
