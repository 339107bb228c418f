"""The kernels of kernels.exp: python3 kernels.py fib 35

Prints the result, and the nanoseconds of processor time that the work took.
"""

import sys
import time
from math import sqrt


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def loop(n):
    sum = 0
    for i in range(n):
        for j in range(n):
            sum += i * j
            if sum >= 1000000007:
                sum -= 1000000007
    return sum


def mandelbrot(n):
    sum = 0
    for y in range(n):
        for x in range(n):
            cr = 3.0 * x / n - 2.0
            ci = 3.0 * y / n - 1.5
            zr = zi = 0.0
            k = 0
            while k < 200 and zr * zr + zi * zi <= 4.0:
                t = zr * zr - zi * zi + cr
                zi = 2.0 * zr * zi + ci
                zr = t
                k += 1
            sum += k
    return sum


def sieve(n):
    composite = bytearray(n + 1)
    count = 0
    for i in range(2, n + 1):
        if not composite[i]:
            count += 1
            for j in range(i * i, n + 1, i):
                composite[j] = 1
    return count


class Body:
    __slots__ = ("x", "y", "z", "vx", "vy", "vz", "mass")

    def __init__(self, x, y, z, vx, vy, vz, mass):
        self.x, self.y, self.z = x, y, z
        self.vx, self.vy, self.vz = vx, vy, vz
        self.mass = mass


def nbody(n):
    day = 365.24
    solar = 39.47841760435743
    bodies = [
        Body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, solar),
        Body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109, 0.00166007664274403694 * day,
             0.00769901118419740425 * day, -0.0000690460016972063023 * day, 0.000954791938424326609 * solar),
        Body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381, -0.00276742510726411970 * day,
             0.00499852801234917238 * day, 0.0000230417297573763929 * day, 0.000285885980666130812 * solar),
        Body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734, 0.00296460137564761618 * day,
             0.00237847173959480950 * day, -0.0000296589568540237556 * day, 0.0000436624404335156298 * solar),
        Body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181, 0.00268067772490389322 * day,
             0.00162824170038242295 * day, -0.0000951592254519715870 * day, 0.0000515138902046611451 * solar),
    ]
    for _ in range(n):
        for i in range(5):
            a = bodies[i]
            for j in range(i + 1, 5):
                b = bodies[j]
                dx = a.x - b.x
                dy = a.y - b.y
                dz = a.z - b.z
                square = dx * dx + dy * dy + dz * dz
                pull = 0.01 / (square * sqrt(square))
                first = a.mass * pull
                second = b.mass * pull
                a.vx -= dx * second
                a.vy -= dy * second
                a.vz -= dz * second
                b.vx += dx * first
                b.vy += dy * first
                b.vz += dz * first
        for a in bodies:
            a.x += 0.01 * a.vx
            a.y += 0.01 * a.vy
            a.z += 0.01 * a.vz
    return int(bodies[0].x * 1e15)


# What stands for the timeline: a ring of the last 128 events.
ring = [(0, 0, 0)] * 128
emitted = 0


def emit(channel, time, value):
    global emitted
    ring[emitted & 127] = (channel, time, value)
    emitted += 1


def feedback(n):
    cursor = 0
    x = 42
    for _ in range(n):
        x = x * 16807 % 2147483647
        cursor += 1000 if x < 1073741823 else 2000
        emit(0, cursor, 1)
        cursor += 1000
        emit(0, cursor, 0)
    return cursor * 100 + x


kernels = {f.__name__: f for f in (fib, loop, mandelbrot, sieve, nbody, feedback)}
work, n = kernels[sys.argv[1]], int(sys.argv[2])
start = time.process_time_ns()
result = work(n)
print(result, time.process_time_ns() - start)
