/**
 * Each is one step for everyone. KEYS: 1 log (stream), 2 ids (hash), 3 times (sorted set), 4 sequence, 5 feeds (hash),
 * 6 cursors (hash), 7 lined (hash), 8 lines in use (set), 9 what waits in them (sorted set), 10 epoch (hash); one line is a sorted set of its own, with the same tag.
 */
export interface RedisScript {
  readonly name: string;
  readonly lua: string;
}

/**
 * Where a clock has gone back, the first by time is not the first in the log. A script holds up everyone, so that it
 * looks at so many that follow, and not at all.
 */
const LOOKED_AT = 1000;

const HEAD = `local head = tonumber(redis.call('GET', KEYS[4]) or '0')`;
const START = `${HEAD}
local function start(from)
  if from == 'now' then return head end
  if tonumber(from) <= 0 then
    local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
    return oldest and tonumber(string.match(oldest[1], '%d+')) - 1 or head
  end
  local first
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], from, '+inf', 'LIMIT', 0, ${LOOKED_AT})) do
    local position = tonumber(member)
    if not first or position < first then first = position end
  end
  return first and first - 1 or head
end`;
/**
 * The epoch of the log: another one begins where there is none, or where the log is behind what the caller has seen of
 * it, so that Redis came back without it or with an older copy. The positions of a new epoch are above all those of
 * the one before: what still runs from there must not be taken for an event of the new one.
 * ARGV: 1 name of a new epoch, 2 the furthest position that the caller has seen, 3 where a new epoch begins, 0 where the
 * caller knows of none before it
 */
const EPOCH = `local epoch = redis.call('HGET', KEYS[10], 'name')
local reached = tonumber(redis.call('GET', KEYS[4]) or '0')
if not epoch or reached < tonumber(ARGV[2]) then
  if reached < tonumber(ARGV[3]) then redis.call('SET', KEYS[4], ARGV[3]) end
  epoch = ARGV[1]
  redis.call('HSET', KEYS[10], 'name', epoch, 'start', redis.call('GET', KEYS[4]) or '0')
end`;
const FIRST = `local function first(line) return redis.call('ZRANGE', line, 0, 0)[1] end`;

/** ARGV: those of the epoch. @returns epoch, head */
export const OPEN: RedisScript = {
  name: 'holdfastEventsOpen',
  lua: `${EPOCH}
return {epoch, redis.call('GET', KEYS[4]) or '0'}`,
};

/** ARGV: those of the epoch, 4 wall time, then id, type, key, body of each. @returns epoch, head, the ids that were new */
export const APPEND: RedisScript = {
  name: 'holdfastEventsAppend',
  lua: `${EPOCH}
local new = {epoch, '0'}
for i = 5, #ARGV, 4 do
  if redis.call('HEXISTS', KEYS[2], ARGV[i]) == 0 then
    -- As text: a large number is rounded by the sign for joining.
    local position = string.format('%d', redis.call('INCR', KEYS[4]))
    redis.call('HSET', KEYS[2], ARGV[i], position)
    redis.call('XADD', KEYS[1], position .. '-0', 'i', ARGV[i], 't', ARGV[i + 1], 'k', ARGV[i + 2], 'b', ARGV[i + 3])
    -- Members of one time are in the order of their text.
    redis.call('ZADD', KEYS[3], ARGV[4], string.format('%016d', position))
    new[#new + 1] = ARGV[i]
  end
end
new[2] = redis.call('GET', KEYS[4]) or '0'
return new`,
};

/** ARGV: those of the epoch, 4 feed, 5 its description, 6 from, 7 `1` for a group that was there before the epoch. @returns epoch, head */
export const JOIN: RedisScript = {
  name: 'holdfastEventsJoin',
  lua: `${EPOCH}
${START}
redis.call('HSET', KEYS[5], ARGV[4], ARGV[5])
local at = start(ARGV[6])
if ARGV[7] == '1' then at = math.min(at, tonumber(redis.call('HGET', KEYS[10], 'start'))) end
if redis.call('HSETNX', KEYS[6], ARGV[4], at) == 1 then
  redis.call('HSET', KEYS[7], ARGV[4], redis.call('HGET', KEYS[6], ARGV[4]))
end
return {epoch, redis.call('GET', KEYS[4]) or '0'}`,
};

/** ARGV: group, feed of the replay, from. @returns whether the group is known */
export const REPLAY: RedisScript = {
  name: 'holdfastEventsReplay',
  lua: `${START}
local feed = redis.call('HGET', KEYS[5], ARGV[1])
if not feed then return 0 end
local at = start(ARGV[3])
local ending = string.gsub(feed, '^{', '{"until":' .. string.format('%d', head) .. ',', 1)
redis.call('HSET', KEYS[5], ARGV[2], ending)
redis.call('HSET', KEYS[6], ARGV[2], at)
redis.call('HSET', KEYS[7], ARGV[2], at)
return 1`,
};

/** ARGV: prefix of lines, of dead letters, then the lines. */
export const FORGET: RedisScript = {
  name: 'holdfastEventsForget',
  lua: `for i = 3, #ARGV do
  for _, position in ipairs(redis.call('ZRANGE', ARGV[1] .. ARGV[i], 0, -1)) do
    redis.call('ZREM', KEYS[9], ARGV[i] .. '~~' .. position)
  end
  redis.call('DEL', ARGV[1] .. ARGV[i], ARGV[2] .. ARGV[i])
  redis.call('SREM', KEYS[8], ARGV[i])
end
return 1`,
};

/** ARGV: feed, position, 1 where it ends there */
export const ADVANCE: RedisScript = {
  name: 'holdfastEventsAdvance',
  lua: `for i = 1, #ARGV, 3 do
  if ARGV[i + 2] == '1' then
    for k = 5, 7 do redis.call('HDEL', KEYS[k], ARGV[i]) end
  else
    local at = redis.call('HGET', KEYS[6], ARGV[i])
    if at and tonumber(at) < tonumber(ARGV[i + 1]) then redis.call('HSET', KEYS[6], ARGV[i], ARGV[i + 1]) end
  end
end
return 1`,
};

/** ARGV: feed, to, prefix of lines, then key and position of each. @returns key, position of the first of each */
export const LINE: RedisScript = {
  name: 'holdfastEventsLine',
  lua: `${FIRST}
local lined = tonumber(redis.call('HGET', KEYS[7], ARGV[1]) or '9007199254740991')
local answer = {}
for i = 4, #ARGV, 2 do
  local line = ARGV[3] .. ARGV[1] .. '~~' .. ARGV[i]
  if tonumber(ARGV[i + 1]) > lined then
    redis.call('ZADD', line, ARGV[i + 1], ARGV[i + 1])
    redis.call('ZADD', KEYS[9], ARGV[i + 1], ARGV[1] .. '~~' .. ARGV[i] .. '~~' .. ARGV[i + 1])
    redis.call('SADD', KEYS[8], ARGV[1] .. '~~' .. ARGV[i])
  end
  local head = first(line)
  if head then answer[#answer + 1] = ARGV[i]; answer[#answer + 1] = head end
end
if lined < tonumber(ARGV[2]) then redis.call('HSET', KEYS[7], ARGV[1], ARGV[2]) end
return answer`,
};

/** ARGV: feed, key, prefix of lines, position, handled or dead. @returns the position of the next, or nil */
export const SETTLE: RedisScript = {
  name: 'holdfastEventsSettle',
  lua: `${FIRST}
local line = ARGV[3] .. ARGV[1] .. '~~' .. ARGV[2]
local dead = KEYS[1] .. ':dead:' .. ARGV[1] .. '~~' .. ARGV[2]
redis.call('ZREM', line, ARGV[4])
redis.call('ZREM', KEYS[9], ARGV[1] .. '~~' .. ARGV[2] .. '~~' .. ARGV[4])
if ARGV[5] == 'dead' then redis.call('SADD', dead, ARGV[4]) else redis.call('SREM', dead, ARGV[4]) end
local head = first(line)
if not head then redis.call('SREM', KEYS[8], ARGV[1] .. '~~' .. ARGV[2]) end
return head`,
};

/** Removes nothing that waits in a line. ARGV: before, up to, limit. @returns how many */
export const TRIM: RedisScript = {
  name: 'holdfastEventsTrim',
  lua: `local removed = 0
local waiting = redis.call('ZRANGE', KEYS[9], 0, 0, 'WITHSCORES')[2]
local upTo = math.min(tonumber(ARGV[2]), waiting and tonumber(waiting) - 1 or math.huge)
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[3])) do
  local position = string.format('%d', tonumber(member))
  if tonumber(member) <= upTo then
    local entry = redis.call('XRANGE', KEYS[1], position .. '-0', position .. '-0')[1]
    if entry then redis.call('HDEL', KEYS[2], entry[2][2]) end
    redis.call('XDEL', KEYS[1], position .. '-0')
    redis.call('ZREM', KEYS[3], member)
    removed = removed + 1
  end
end
return removed`,
};

/**
 * KEYS: 11 the lease, which holds its owner and a word that is another one at each renewal. ARGV: those of the epoch,
 * 4 owner, 5 ms, 6 the word, 7 what the lease may be taken over from. @returns epoch, head, 1 where it is held, what it holds
 */
export const LEASE: RedisScript = {
  name: 'holdfastEventsLease',
  lua: `${EPOCH}
local head = redis.call('GET', KEYS[4]) or '0'
local beat = redis.call('GET', KEYS[11])
if beat and beat ~= ARGV[7] and string.match(beat, '^%S*') ~= ARGV[4] then return {epoch, head, 0, beat} end
beat = ARGV[4] .. ' ' .. ARGV[6]
redis.call('SET', KEYS[11], beat, 'PX', ARGV[5])
return {epoch, head, 1, beat}`,
};

/** KEYS: 1 the lease. ARGV: owner */
export const RELEASE: RedisScript = {
  name: 'holdfastEventsRelease',
  lua: `local beat = redis.call('GET', KEYS[1])
if beat and string.match(beat, '^%S*') == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`,
};
