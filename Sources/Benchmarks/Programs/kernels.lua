-- The kernels of kernels.exp, for Lua 5.4 and LuaJIT: lua5.4 kernels.lua fib 35
--
-- Prints the result, and the nanoseconds of processor time that the work took.
local floor, sqrt = math.floor, math.sqrt
local kernels = {}

local function fib(n)
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end
kernels.fib = fib

function kernels.loop(n)
  local sum = 0
  for i = 0, n - 1 do
    for j = 0, n - 1 do
      sum = sum + i * j
      if sum >= 1000000007 then sum = sum - 1000000007 end
    end
  end
  return sum
end

function kernels.mandelbrot(n)
  local sum = 0
  for y = 0, n - 1 do
    for x = 0, n - 1 do
      local cr = 3.0 * x / n - 2.0
      local ci = 3.0 * y / n - 1.5
      local zr, zi, k = 0.0, 0.0, 0
      while k < 200 and zr * zr + zi * zi <= 4.0 do
        local t = zr * zr - zi * zi + cr
        zi = 2.0 * zr * zi + ci
        zr = t
        k = k + 1
      end
      sum = sum + k
    end
  end
  return sum
end

function kernels.sieve(n)
  local composite = {}
  for i = 1, n do composite[i] = false end
  local count = 0
  for i = 2, n do
    if not composite[i] then
      count = count + 1
      for j = i * i, n, i do composite[j] = true end
    end
  end
  return count
end

function kernels.nbody(n)
  local day, solar = 365.24, 39.47841760435743
  local function body(x, y, z, vx, vy, vz, mass)
    return { x = x, y = y, z = z, vx = vx, vy = vy, vz = vz, mass = mass }
  end
  local bodies = {
    body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, solar),
    body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109, 0.00166007664274403694 * day,
      0.00769901118419740425 * day, -0.0000690460016972063023 * day, 0.000954791938424326609 * solar),
    body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381, -0.00276742510726411970 * day,
      0.00499852801234917238 * day, 0.0000230417297573763929 * day, 0.000285885980666130812 * solar),
    body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734, 0.00296460137564761618 * day,
      0.00237847173959480950 * day, -0.0000296589568540237556 * day, 0.0000436624404335156298 * solar),
    body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181, 0.00268067772490389322 * day,
      0.00162824170038242295 * day, -0.0000951592254519715870 * day, 0.0000515138902046611451 * solar),
  }
  for _ = 1, n do
    for i = 1, 5 do
      local a = bodies[i]
      for j = i + 1, 5 do
        local b = bodies[j]
        local dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
        local square = dx * dx + dy * dy + dz * dz
        local pull = 0.01 / (square * sqrt(square))
        local first, second = a.mass * pull, b.mass * pull
        a.vx = a.vx - dx * second
        a.vy = a.vy - dy * second
        a.vz = a.vz - dz * second
        b.vx = b.vx + dx * first
        b.vy = b.vy + dy * first
        b.vz = b.vz + dz * first
      end
    end
    for i = 1, 5 do
      local a = bodies[i]
      a.x = a.x + 0.01 * a.vx
      a.y = a.y + 0.01 * a.vy
      a.z = a.z + 0.01 * a.vz
    end
  end
  return floor(bodies[1].x * 1e15)
end

-- What stands for the timeline: a ring of the last 128 events.
local channels, times, values, emitted = {}, {}, {}, 0
for i = 0, 127 do channels[i], times[i], values[i] = 0, 0, 0 end

local function emit(channel, time, value)
  local place = emitted % 128
  emitted = emitted + 1
  channels[place], times[place], values[place] = channel, time, value
end

function kernels.feedback(n)
  local cursor, x = 0, 42
  for _ = 1, n do
    x = x * 16807 % 2147483647
    if x < 1073741823 then cursor = cursor + 1000 else cursor = cursor + 2000 end
    emit(0, cursor, 1)
    cursor = cursor + 1000
    emit(0, cursor, 0)
  end
  return cursor * 100 + x
end

local work, n = kernels[arg[1]], floor(tonumber(arg[2]))
local start = os.clock()
local result = work(n)
local time = os.clock() - start
print(string.format("%.0f %.0f", result, time * 1e9))
