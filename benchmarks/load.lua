-- Sends the requests that a file names, one path a line, in turn; ends with one line of JSON.

local requests, sent = {}, 0

function init(arguments)
  local headers = {}
  for index = 2, #arguments do
    local name, value = arguments[index]:match("^([^:]+): (.*)$")
    headers[name] = value
  end
  for path in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("GET", path, headers)
  end
end

function request()
  sent = sent + 1
  return requests[sent % #requests + 1]
end

-- Milliseconds between an answer and the next request of a connection; 0 is full speed.
if tonumber(os.getenv("WRK_PAUSE") or "0") > 0 then
  function delay()
    return tonumber(os.getenv("WRK_PAUSE"))
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %f, "bytes": %d, "p50": %f, "p99": %f, "errors": %d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
