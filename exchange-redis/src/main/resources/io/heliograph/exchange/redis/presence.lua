-- Members of channels. The keys of a partition:
--   p:<channel>         set: nodes with members in the channel
--   q:<channel>:<node>  hash: id of a member -> member; written by this node only
--   o:<node>            set: channels in which the node has members
--   w:<channel>         pub/sub: '+ <length> <node> <length> <id> <member>', '- <length> <node> <length> <id> ', or '~': read again
do

local EXPIRY = 24 * 60 * 60 * 1000

local function named(sign, node, id, member)
  return sign .. ' ' .. #node .. ' ' .. node .. ' ' .. #id .. ' ' .. id .. ' ' .. member
end

local function touch(keys)
  for i = 1, 3 do
    redis.call('PEXPIRE', keys[i], EXPIRY)
  end
end

-- enter  KEYS p, q, o, w   ARGV node, channel, maximum, prefix of q for this channel, id, member   Returns 'ok' or 'full'.
local function enter(keys, args)
  local node, id = args[1], args[5]
  local before = redis.call('HGET', keys[2], id)
  if not before then
    local count = 0
    for _, each in ipairs(redis.call('SMEMBERS', keys[1])) do
      count = count + redis.call('HLEN', args[4] .. each)
    end
    if count >= tonumber(args[3]) then
      return 'full'
    end
  end
  redis.call('HSET', keys[2], id, args[6])
  redis.call('SADD', keys[1], node)
  redis.call('SADD', keys[3], args[2])
  touch(keys)
  if before ~= args[6] then
    redis.call('SPUBLISH', keys[4], named('+', node, id, args[6]))
  end
  return 'ok'
end

-- leave  KEYS p, q, o, w   ARGV node, channel, id
local function leave(keys, args)
  local node, id = args[1], args[3]
  if redis.call('HDEL', keys[2], id) == 1 then
    redis.call('SPUBLISH', keys[4], named('-', node, id, ''))
  end
  if redis.call('EXISTS', keys[2]) == 0 then
    redis.call('SREM', keys[1], node)
    redis.call('SREM', keys[3], args[2])
  end
  return 'ok'
end

-- renew  KEYS p, q, o, w   ARGV node, channel, (id, member)*   Replaces all members of the node in the channel.
local function renew(keys, args)
  local changed = redis.call('HLEN', keys[2]) ~= (#args - 2) / 2
  for i = 3, #args, 2 do
    changed = changed or redis.call('HGET', keys[2], args[i]) ~= args[i + 1]
  end
  if changed then
    redis.call('DEL', keys[2])
    for i = 3, #args, 2 do
      redis.call('HSET', keys[2], args[i], args[i + 1])
    end
    redis.call('SPUBLISH', keys[4], '~')
  end
  redis.call('SADD', keys[1], args[1])
  redis.call('SADD', keys[3], args[2])
  touch(keys)
  return 'ok'
end

-- members  KEYS p   ARGV prefix of q for this channel   Returns a list of each node and its members.
local function presence(keys, args)
  local found = {}
  for _, node in ipairs(redis.call('SMEMBERS', keys[1])) do
    found[#found + 1] = node
    found[#found + 1] = redis.call('HGETALL', args[1] .. node)
  end
  return found
end

-- count  KEYS p   ARGV prefix of q for this channel   Returns a list of each node and the number of its members.
local function counts(keys, args)
  local found = {}
  for _, node in ipairs(redis.call('SMEMBERS', keys[1])) do
    found[#found + 1] = node
    found[#found + 1] = redis.call('HLEN', args[1] .. node)
  end
  return found
end

-- forget  KEYS o   ARGV node, prefix of all keys, maximum of channels   Deletes members of a node. Returns the number of channels left.
local function forget(keys, args)
  local node, prefix = args[1], args[2]
  for _, channel in ipairs(redis.call('SRANDMEMBER', keys[1], args[3])) do
    redis.call('DEL', prefix .. 'q:' .. channel .. ':' .. node)
    redis.call('SREM', prefix .. 'p:' .. channel, node)
    redis.call('SREM', keys[1], channel)
    redis.call('SPUBLISH', prefix .. 'w:' .. channel, '~')
  end
  return redis.call('SCARD', keys[1])
end

redis.register_function('helio_HASH_enter', enter)
redis.register_function('helio_HASH_leave', leave)
redis.register_function('helio_HASH_renew', renew)
redis.register_function('helio_HASH_members', presence)
redis.register_function('helio_HASH_counts', counts)
redis.register_function('helio_HASH_forget', forget)

end
