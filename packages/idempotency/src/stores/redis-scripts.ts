import { createHash } from 'node:crypto';

/** A Lua script and the name under which Redis keeps it. */
export interface RedisScript {
  readonly source: string;
  readonly sha: string;
}

function script(source: string): RedisScript {
  let sha: string | undefined;
  return {
    source,
    get sha(): string {
      sha ??= createHash('sha1').update(source).digest('hex');
      return sha;
    },
  };
}

/** The time of the server, which all its clients share, unless the caller gives its own. */
const NOW = `
local now = tonumber(ARGV[1])
if now < 0 then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end`;

/** ARGV: now, fingerprint, owner, leaseMs, ttlMs, takeOver. Fields: f, o, t(oken), l(ease until), e(xpires at), r(esult). */
export const CLAIM: RedisScript = script(`${NOW}
local f, o, t, l, e, r = unpack(redis.call('HMGET', KEYS[1], 'f', 'o', 't', 'l', 'e', 'r'))
local takenOver = 0
local token = now * 1000
if f and tonumber(e) > now then
  if o == ARGV[3] and not r then return {'claimed', t, 0} end
  if f ~= ARGV[2] then return {'mismatch'} end
  if r then return {'completed', r, e - now} end
  if tonumber(l) > now then return {'in-flight', l - now} end
  if ARGV[6] == '0' then return {'expired'} end
  takenOver = 1
end
if t and tonumber(t) >= token then token = tonumber(t) + 1 end
local keep = math.max(tonumber(ARGV[4]), tonumber(ARGV[5]))
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'f', ARGV[2], 'o', ARGV[3], 't', string.format('%.0f', token),
  'l', string.format('%.0f', now + ARGV[4]), 'e', string.format('%.0f', now + keep))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', keep))
return {'claimed', string.format('%.0f', token), takenOver}`);

/** ARGV: now, owner, ttlMs, result. */
export const COMPLETE: RedisScript = script(`${NOW}
local o, r = unpack(redis.call('HMGET', KEYS[1], 'o', 'r'))
if o ~= ARGV[2] then return {'lost'} end
if r then return {'kept', r} end
redis.call('HSET', KEYS[1], 'r', ARGV[4], 'e', string.format('%.0f', now + ARGV[3]))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {'stored'}`);

/** ARGV: now, owner, leaseMs. */
export const RENEW: RedisScript = script(`${NOW}
local o, r, e = unpack(redis.call('HMGET', KEYS[1], 'o', 'r', 'e'))
if o ~= ARGV[2] or r then return 0 end
local l = now + ARGV[3]
redis.call('HSET', KEYS[1], 'l', string.format('%.0f', l))
if l > tonumber(e) then
  redis.call('HSET', KEYS[1], 'e', string.format('%.0f', l))
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return 1`);

/** ARGV: owner. */
export const RELEASE: RedisScript = script(`
local o, r = unpack(redis.call('HMGET', KEYS[1], 'o', 'r'))
if o ~= ARGV[1] or r then return 0 end
return redis.call('DEL', KEYS[1])`);
