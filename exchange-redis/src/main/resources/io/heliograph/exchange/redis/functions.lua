#!lua name=helio_HASH

-- Functions of Heliograph. HASH is the hash of this text, so libraries of different versions do not replace each other.

local RESULTS = 16 -- batches whose results a pipeline keeps
local SEQUENCES = 16 -- sequences that the ids of a publisher keep
local DAY = 24 * 60 * 60 * 1000

-- The writer of each partition as this process set it. Neither stored nor replicated: empty after a restart and a promotion.
local writers = {}
local probes = 0

-- Returns the writer of a partition: that of this process, or the candidate if another process has written since.
local function writer(key, candidate)
  local mine = writers[key]
  if mine == nil or redis.call('GET', key) ~= mine then
    mine = candidate
    writers[key] = mine
    redis.call('SET', key, mine)
  end
  return mine
end

local function decimal(number)
  return string.format('%.0f', number)
end

-- Returns the position of an earlier publication with the same id, '?' if it is forgotten, or nil.
-- The ids of the present batch are stored after its messages: a batch that fails must not remember what it has not published.
local function published(key, sequence, fresh)
  local position = fresh.positions[sequence] or redis.call('HGET', key, sequence)
  if position then
    return position
  end
  local highest = fresh.highest or redis.call('HGET', key, 'highest')
  if highest and sequence < highest then
    return '?'
  end
  return nil
end

local function remember(key, sequence, position, window)
  local order = redis.call('HGET', key, 'order')
  order = order and order .. ',' .. sequence or sequence
  local _, commas = string.gsub(order, ',', '')
  if commas >= SEQUENCES then
    local oldest, rest = string.match(order, '^([^,]*),(.*)$')
    redis.call('HDEL', key, oldest)
    order = rest
  end
  redis.call('HSET', key, sequence, position, 'highest', sequence, 'order', order)
  redis.call('PEXPIRE', key, window)
end

-- Begins to append to a channel. Its epoch changes if the log is new, or if another process wrote it.
local function open(keys, channel, term, candidate)
  local meta, log = keys[3 * channel], keys[3 * channel + 1]
  local found = redis.call('HMGET', meta, 'e', 'o', 'r', 'x')
  local state = {meta = meta, log = log, topic = keys[3 * channel + 2], expiry = tonumber(found[4] or 0), entries = {}, bundle = {}}
  if not found[1] then
    redis.call('DEL', log)
    state.epoch, state.offset, state.expiry = candidate, 0, 0
  else
    state.epoch, state.offset = found[1], tonumber(found[2])
  end
  state.previous = state.epoch
  if found[1] and found[3] ~= term then
    state.epoch = candidate
  end
  state.first = state.offset + 1
  return state
end

local function append(state, body)
  state.offset = state.offset + 1
  local offset = decimal(state.offset)
  local previous = #state.entries == 0 and state.previous or state.epoch
  state.entries[#state.entries + 1] = offset .. ' ' .. state.epoch .. ' ' .. (previous == state.epoch and '=' or previous) .. ' ' .. body
  state.bundle[#state.bundle + 1] = ' ' .. #body .. ' ' .. body
  return state.epoch .. ':' .. offset
end

local function finish(state, term, now, limit, age, retention)
  if limit > 0 then
    local length = redis.call('RPUSH', state.log, unpack(state.entries))
    if length > limit * 1.25 then
      redis.call('LTRIM', state.log, -limit, -1)
    end
  end
  redis.call('HSET', state.meta, 'e', state.epoch, 'o', decimal(state.offset), 'r', term)
  if now < state.expiry or now - state.expiry > age / 8 then
    redis.call('HSET', state.meta, 'x', decimal(now))
    redis.call('PEXPIRE', state.meta, retention)
    redis.call('PEXPIRE', state.log, math.ceil(age * 1.25))
  end
  redis.call('SPUBLISH', state.topic,
    decimal(state.first) .. ' ' .. state.epoch .. ' ' .. state.previous .. table.concat(state.bundle))
end

-- Applies a batch of a pipeline, once.
-- KEYS: term, pipeline, (meta, log, topic) of each channel, ids
-- ARGV: candidate, number, base, now, window of ids, count of channels, (limit, age, retention) of each channel,
--       (index of the channel, body, index of the key of the id or 0, sequence) of each message
local function publish(keys, args)
  local candidate, number, base, now = args[1], tonumber(args[2]), tonumber(args[3]), tonumber(args[4])
  local last = tonumber(redis.call('HGET', keys[2], 'n') or 0)
  if number <= last then
    local kept = redis.call('HGET', keys[2], 'r' .. number % RESULTS)
    local of, results = string.match(kept or '', '^(%d+) (.*)$')
    return {'again', of == args[2] and results or ''}
  end
  if number ~= base and number ~= last + 1 then
    return {'missing', decimal(last)}
  end
  local term = writer(keys[1], candidate)
  local channels = tonumber(args[6])
  local states, results, ids, order = {}, {}, {}, {}
  for i = 7 + 3 * channels, #args, 4 do
    local channel, id, sequence = tonumber(args[i]), tonumber(args[i + 2]), args[i + 3]
    local key, fresh, result = keys[id], nil, nil
    if id > 0 then
      fresh = ids[key] or {positions = {}}
      ids[key] = fresh
      result = published(key, sequence, fresh)
    end
    if not result then
      local state = states[channel]
      if not state then
        state = open(keys, channel, term, candidate)
        states[channel] = state
      end
      result = append(state, args[i + 1])
      if id > 0 then
        fresh.positions[sequence] = result
        fresh.highest = sequence
        order[#order + 1] = {key, sequence, result}
      end
    end
    results[#results + 1] = result
  end
  for channel = 1, channels do
    local state = states[channel]
    if state then
      local i = 4 + 3 * channel
      finish(state, term, now, tonumber(args[i]), tonumber(args[i + 1]), args[i + 2])
    end
  end
  for _, each in ipairs(order) do
    remember(each[1], each[2], each[3], args[5])
  end
  local joined = table.concat(results, ',')
  redis.call('HSET', keys[2], 'n', args[2], 'r' .. number % RESULTS, args[2] .. ' ' .. joined)
  redis.call('PEXPIRE', keys[2], DAY)
  return {'ok', joined}
end

-- Returns the position of a channel, which begins if it is not there.
-- KEYS: term, meta, log. ARGV: candidate, retention
local function join(keys, args)
  local found = redis.call('HMGET', keys[2], 'e', 'o')
  if not found[1] then
    redis.call('DEL', keys[3])
    redis.call('HSET', keys[2], 'e', args[1], 'o', '0', 'r', writer(keys[1], args[1]))
    found = {args[1], '0'}
  end
  redis.call('PEXPIRE', keys[2], args[2])
  return found[1] .. ':' .. found[2]
end

-- Returns the indexes of the channels whose head differs from a position.
-- KEYS: meta of each channel. ARGV: (epoch, offset, retention) of each channel
local function check(keys, args)
  local different = {}
  for i, key in ipairs(keys) do
    local found = redis.call('HMGET', key, 'e', 'o')
    if found[1] ~= args[3 * i - 2] or found[2] ~= args[3 * i - 1] then
      different[#different + 1] = i
    end
    redis.call('PEXPIRE', key, args[3 * i])
  end
  return different
end

-- Counts its calls, which shows that variables survive between calls.
local function probe()
  probes = probes + 1
  return probes
end

redis.register_function('helio_HASH_publish', publish)
redis.register_function('helio_HASH_join', join)
-- A full server still finds gaps: the function stores nothing.
redis.register_function{function_name = 'helio_HASH_check', callback = check, flags = {'allow-oom'}}
redis.register_function{function_name = 'helio_HASH_probe', callback = probe, flags = {'no-writes', 'allow-oom'}}
