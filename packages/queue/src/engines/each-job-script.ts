/** For each job: 1 where the job that has the id is now the one added, 0 where it is another, or why it failed. */
export type EachAnswer = 0 | 1 | string;

/**
 * A script that runs BullMQ's own script `lua`, which adds one job, for each of many. An error of one job is its own
 * answer and keeps none of the others from being added; that of a replica, which refuses all, is that of the command.
 *
 * KEYS: those of `lua`, the same for all jobs. ARGV: how many arguments `lua` has; then, for each job, the key of its
 * hash, the token of its enqueue, and the arguments.
 */
export function forEachJob(lua: string): string {
  return `
local function addOne(KEYS, ARGV)
${lua}
end
local function answerFor(key, token, own)
  local before = redis.call('HGET', key, 'opts')
  local result = addOne(KEYS, own)
  if type(result) == 'number' and result < 0 then error('BullMQ refused it with code ' .. result, 0) end
  if before and not string.find(before, token, 1, true) then return 0 end
  return 1
end
local width = tonumber(ARGV[1])
local answers = {}
for at = 2, #ARGV, width + 2 do
  local own = {}
  for i = 1, width do own[i] = ARGV[at + 1 + i] end
  local ok, answer = pcall(answerFor, ARGV[at], ARGV[at + 1], own)
  if not ok then
    answer = type(answer) == 'table' and answer.err or tostring(answer)
    if string.find(answer, '^READONLY') then return redis.error_reply(answer) end
  end
  answers[#answers + 1] = answer
end
return answers`;
}
