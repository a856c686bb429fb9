-- wrk script: GET <prefix><reader><suffix>, one reader per request.
-- arguments: file with one reader per line, prefix, suffix, "once" (each reader at most once, from an offset) or "zipf"
-- (rank r of the file with weight 1/r), offset, milliseconds to wait before each request of a connection
local n_threads = 0

function setup(thread)
  thread:set("nth", n_threads)
  n_threads = n_threads + 1
end

function init(args)
  readers = {}
  for line in io.lines(args[1]) do
    readers[#readers + 1] = line
  end
  prefix, suffix, is_zipf = args[2], args[3], args[4] == "zipf"
  at = tonumber(args[5]) + nth
  pause = tonumber(args[6])
  math.randomseed(at * 7919 + 1)
end

function request()
  local place
  if is_zipf then
    place = math.floor(math.exp(math.random() * math.log(#readers)))
  else
    at = at + 2
    place = (at - 1) % #readers + 1
  end
  return wrk.format("GET", prefix .. readers[place] .. suffix)
end

function delay()
  return pause
end
