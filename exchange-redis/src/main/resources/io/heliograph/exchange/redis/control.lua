-- Nodes that share this Redis, commands to them, and revocations. The keys:
--   n   zset: nodes by their last beat            i   hash: node -> description; '' -> version of the membership
--   d   zset: dead nodes by the end of their reaping   x   zset: dead nodes by the time of their death
--   m   hash: w term of the command log, o last offset   l   list: '<term> <offset> <sender> <number> <command>'
--   s:<sender>  string: number of its last command      r:<sender>  hash: '<number> <node>' -> 1 or 0
--   v   zset: revocations by their end
-- All times are milliseconds of this Redis. Terms and numbers are compared as strings where they may exceed 53 bits.

do

-- Term of each command log that this process has written. Empty after a restart or a promotion.
local terms = {}

local MAX_COMMANDS = 4096
local LOG_EXPIRY = 3600000
local REPLY_EXPIRY = 60000
local DEATH_EXPIRY = 300000
local FIRST_PAGE = 256

local function now()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Returns the term of the command log. A process that did not write the current term begins a new one.
local function term_of(meta, candidate)
  local mine = terms[meta]
  if mine == nil or redis.call('HGET', meta, 'w') ~= mine then
    mine = candidate
    terms[meta] = mine
    redis.call('HSET', meta, 'w', mine)
    redis.call('HSETNX', meta, 'o', '0')
  end
  redis.call('PEXPIRE', meta, 24 * LOG_EXPIRY)
  return mine
end

local function members(key, low, high)
  return redis.call('ZRANGEBYSCORE', key, low, high)
end

-- beat  KEYS n, i, d, x, m, s:<sender>, w
--       ARGV candidate, node, description, joined (1: the node has joined before), node ttl, reap time, version, maximum of nodes
-- Returns {state, term, offset, last number of the sender, dead nodes to reap, version [, nodes and descriptions, recent deaths]}.
-- state: 'alive', 'rejoined' (this Redis lost the node), 'dead' (declared dead: the node needs a new id) or 'full'.
local function beat(keys, args)
  local n, i, d, x, m, s = keys[1], keys[2], keys[3], keys[4], keys[5], keys[6]
  local candidate, node = args[1], args[2]
  local time = now()
  local known = redis.call('ZSCORE', n, node)
  if not known and (redis.call('ZSCORE', d, node) or redis.call('ZSCORE', x, node)) then
    return {'dead'}
  end
  if not known and redis.call('ZCARD', n) >= tonumber(args[8]) then
    return {'full'}
  end
  local latest = redis.call('ZRANGE', n, -1, -1, 'WITHSCORES')[2]
  if latest and time - tonumber(latest) > tonumber(args[5]) / 2 then
    -- Nobody beat: this Redis was away, not the nodes.
    for _, each in ipairs(redis.call('ZRANGE', n, 0, -1)) do
      redis.call('ZADD', n, time, each)
    end
  end
  local changed = not known
  redis.call('ZADD', n, time, node)
  redis.call('HSET', i, node, args[3])
  local reap = {}
  for _, dead in ipairs(members(n, '-inf', '(' .. string.format('%.0f', time - tonumber(args[5])))) do
    redis.call('ZREM', n, dead)
    redis.call('HDEL', i, dead)
    redis.call('ZADD', d, time + tonumber(args[6]), dead)
    redis.call('ZADD', x, time, dead)
    reap[#reap + 1] = dead
    changed = true
  end
  for _, dead in ipairs(members(d, '-inf', string.format('%.0f', time))) do
    redis.call('ZADD', d, time + tonumber(args[6]), dead)
    reap[#reap + 1] = dead
  end
  redis.call('ZREMRANGEBYSCORE', x, '-inf', string.format('%.0f', time - DEATH_EXPIRY))
  local version = redis.call('HGET', i, '')
  if changed or not version then
    version = candidate
    redis.call('HSET', i, '', version)
    redis.call('SPUBLISH', keys[7], 'n')
  end
  local term = term_of(m, candidate)
  local state = (args[4] == '1' and not known) and 'rejoined' or 'alive'
  local reply = {state, term, redis.call('HGET', m, 'o'), redis.call('GET', s) or '0', reap, version}
  if version ~= args[7] then
    local nodes = {}
    for _, each in ipairs(redis.call('ZRANGE', n, 0, -1)) do
      nodes[#nodes + 1] = each
      nodes[#nodes + 1] = redis.call('HGET', i, each) or ''
    end
    reply[7] = nodes
    reply[8] = redis.call('ZRANGE', x, 0, -1)
  end
  return reply
end

-- depart  KEYS n, i, w   ARGV candidate, node
local function depart(keys, args)
  local left = redis.call('ZREM', keys[1], args[2])
  redis.call('HDEL', keys[2], args[2])
  redis.call('HSET', keys[2], '', args[1])
  redis.call('SPUBLISH', keys[3], 'n')
  return left
end

-- reaped  KEYS d   ARGV node
local function reaped(keys, args)
  return redis.call('ZREM', keys[1], args[1])
end

local function add_revocation(v, text, until_ms, max)
  local time = now()
  if tonumber(until_ms) <= time then
    return true
  end
  redis.call('ZREMRANGEBYSCORE', v, '-inf', string.format('%.0f', time))
  if redis.call('ZCARD', v) >= tonumber(max) and not redis.call('ZSCORE', v, text) then
    return false
  end
  redis.call('ZADD', v, until_ms, text)
  return true
end

-- command  KEYS m, l, s:<sender>, r:<sender>, v, w
--          ARGV candidate, sender, base, number, command, end of the revocation ('' for other commands), maximum of revocations
-- base: first number that the sender still has. Returns {'sent', last number} or {'missing', last number}.
-- A revocation above the maximum is not added; the reply '<number> ' -> full says so, also to a sender that repeats the command.
local function command(keys, args)
  local m, l, s, r, v, w = keys[1], keys[2], keys[3], keys[4], keys[5], keys[6]
  local number = tonumber(args[4])
  local last = tonumber(redis.call('GET', s) or '0')
  if number <= last then
    return {'sent', string.format('%.0f', last)}
  end
  if number ~= last + 1 and args[4] ~= args[3] then
    return {'missing', string.format('%.0f', last)}
  end
  redis.call('SET', s, args[4], 'PX', LOG_EXPIRY)
  if args[6] ~= '' and not add_revocation(v, args[5], args[6], args[7]) then
    redis.call('HSET', r, args[4] .. ' ', 'full')
    redis.call('PEXPIRE', r, REPLY_EXPIRY)
    redis.call('SPUBLISH', w, 'r ' .. args[2])
    return {'sent', args[4]}
  end
  local term = term_of(m, args[1])
  local offset = redis.call('HINCRBY', m, 'o', 1)
  redis.call('RPUSH', l, term .. ' ' .. string.format('%.0f', offset) .. ' ' .. args[2] .. ' ' .. args[4] .. ' ' .. args[5])
  redis.call('LTRIM', l, -MAX_COMMANDS, -1)
  redis.call('PEXPIRE', l, LOG_EXPIRY)
  redis.call('SPUBLISH', w, 'c')
  return {'sent', args[4]}
end

-- commands  KEYS m, l   ARGV candidate, offset after which to read
-- Returns {term, last offset, entries}, from the entry with the given offset on if the log has it, else from the oldest on.
local function commands(keys, args)
  local term = term_of(keys[1], args[1])
  local last = tonumber(redis.call('HGET', keys[1], 'o'))
  local length = redis.call('LLEN', keys[2])
  local index = tonumber(args[2]) - (last - length + 1)
  if index < 0 or index >= length then
    index = 0
  end
  return {term, string.format('%.0f', last), redis.call('LRANGE', keys[2], index, index + FIRST_PAGE)}
end

-- executed  KEYS r:<sender>, w   ARGV sender, node, (number, 1 or 0)*
local function executed(keys, args)
  for j = 3, #args, 2 do
    redis.call('HSET', keys[1], args[j] .. ' ' .. args[2], args[j + 1])
  end
  redis.call('PEXPIRE', keys[1], REPLY_EXPIRY)
  redis.call('SPUBLISH', keys[2], 'r ' .. args[1])
  return 'OK'
end

-- replies  KEYS r:<sender>   ARGV (field to delete)*
local function replies(keys, args)
  if #args > 0 then
    redis.call('HDEL', keys[1], unpack(args))
  end
  return redis.call('HGETALL', keys[1])
end

-- revoke  KEYS v   ARGV maximum, (revocation, end)*   Adds revocations that a restarted or promoted Redis may lack. Returns the added ones.
local function revoke(keys, args)
  local added = 0
  for j = 2, #args, 2 do
    if add_revocation(keys[1], args[j], args[j + 1], args[1]) then
      added = added + 1
    end
  end
  return added
end

-- revocations  KEYS v   ARGV number to skip, limit   Latest end first, so that an expiry in between skips none.
local function revocations(keys, args)
  return redis.call('ZREVRANGEBYSCORE', keys[1], '+inf', '(' .. string.format('%.0f', now()), 'LIMIT', args[1], args[2])
end

-- A full Redis refuses new commands and revocations only: its nodes stay alive and execute what was sent.
redis.register_function{function_name = 'helio_HASH_beat', callback = beat, flags = {'allow-oom'}}
redis.register_function{function_name = 'helio_HASH_depart', callback = depart, flags = {'allow-oom'}}
redis.register_function{function_name = 'helio_HASH_reaped', callback = reaped, flags = {'allow-oom'}}
redis.register_function('helio_HASH_command', command)
redis.register_function{function_name = 'helio_HASH_commands', callback = commands, flags = {'allow-oom'}}
redis.register_function{function_name = 'helio_HASH_executed', callback = executed, flags = {'allow-oom'}}
redis.register_function{function_name = 'helio_HASH_replies', callback = replies, flags = {'allow-oom'}}
redis.register_function('helio_HASH_revoke', revoke)
redis.register_function('helio_HASH_revocations', revocations)

end
