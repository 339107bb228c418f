// The kernels of kernels.exp in C, for the processor and for WebAssembly (WASI):
//
//     cc -O2 -ffp-contract=off kernels.c -o kernels && ./kernels fib 35
//     clang --target=wasm32 -O2 -ffp-contract=off -nostdlib kernels.c -o kernels.wasm && wasmkit run kernels.wasm fib 35
//
// Prints the result, and the nanoseconds that the work took: of processor time; WASI as WasmKit has it has only a clock.
typedef long long Int;

#define WORK __attribute__((noinline)) static Int

WORK fib(Int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

WORK loop(Int n) {
  Int sum = 0;
  for (Int i = 0; i < n; i++)
    for (Int j = 0; j < n; j++) {
      sum += i * j;
      if (sum >= 1000000007) sum -= 1000000007;
    }
  return sum;
}

WORK mandelbrot(Int n) {
  Int sum = 0;
  for (Int y = 0; y < n; y++)
    for (Int x = 0; x < n; x++) {
      double cr = 3.0 * (double)x / (double)n - 2.0;
      double ci = 3.0 * (double)y / (double)n - 1.5;
      double zr = 0, zi = 0;
      Int k = 0;
      while (k < 200 && zr * zr + zi * zi <= 4.0) {
        double t = zr * zr - zi * zi + cr;
        zi = 2.0 * zr * zi + ci;
        zr = t;
        k++;
      }
      sum += k;
    }
  return sum;
}

#define SIEVE_MAX 5000000
static unsigned char composite[SIEVE_MAX + 1];

WORK sieve(Int n) {
  if (n > SIEVE_MAX) return -1;
  for (Int i = 0; i <= n; i++) composite[i] = 0;
  Int count = 0;
  for (Int i = 2; i <= n; i++)
    if (!composite[i]) {
      count++;
      for (Int j = i * i; j <= n; j += i) composite[j] = 1;
    }
  return count;
}

typedef struct {
  double x, y, z, vx, vy, vz, mass;
} Body;

#define DAY 365.24
#define SOLAR 39.47841760435743

WORK nbody(Int n) {
  Body bodies[5] = {
      {0, 0, 0, 0, 0, 0, SOLAR},
      {4.84143144246472090, -1.16032004402742839, -0.103622044471123109, 0.00166007664274403694 * DAY,
       0.00769901118419740425 * DAY, -0.0000690460016972063023 * DAY, 0.000954791938424326609 * SOLAR},
      {8.34336671824457987, 4.12479856412430479, -0.403523417114321381, -0.00276742510726411970 * DAY,
       0.00499852801234917238 * DAY, 0.0000230417297573763929 * DAY, 0.000285885980666130812 * SOLAR},
      {12.8943695621391310, -15.1111514016986312, -0.223307578892655734, 0.00296460137564761618 * DAY,
       0.00237847173959480950 * DAY, -0.0000296589568540237556 * DAY, 0.0000436624404335156298 * SOLAR},
      {15.3796971148509165, -25.9193146099879641, 0.179258772950371181, 0.00268067772490389322 * DAY,
       0.00162824170038242295 * DAY, -0.0000951592254519715870 * DAY, 0.0000515138902046611451 * SOLAR},
  };
  for (Int step = 0; step < n; step++) {
    for (int i = 0; i < 5; i++)
      for (int j = i + 1; j < 5; j++) {
        double dx = bodies[i].x - bodies[j].x;
        double dy = bodies[i].y - bodies[j].y;
        double dz = bodies[i].z - bodies[j].z;
        double square = dx * dx + dy * dy + dz * dz;
        double pull = 0.01 / (square * __builtin_sqrt(square));
        double first = bodies[i].mass * pull, second = bodies[j].mass * pull;
        bodies[i].vx -= dx * second;
        bodies[i].vy -= dy * second;
        bodies[i].vz -= dz * second;
        bodies[j].vx += dx * first;
        bodies[j].vy += dy * first;
        bodies[j].vz += dz * first;
      }
    for (int i = 0; i < 5; i++) {
      bodies[i].x += 0.01 * bodies[i].vx;
      bodies[i].y += 0.01 * bodies[i].vy;
      bodies[i].z += 0.01 * bodies[i].vz;
    }
  }
  return (Int)(bodies[0].x * 1e15);
}

// What stands for the timeline: a ring of the last 128 events, and the time of the last.
static struct {
  Int time;
  int channel, value;
} ring[128];
static unsigned emitted;

__attribute__((noinline)) static void emit(int channel, Int time, int value) {
  unsigned place = emitted++ & 127;
  ring[place].time = time;
  ring[place].channel = channel;
  ring[place].value = value;
}

WORK feedback(Int n) {
  Int cursor = 0, x = 42;
  for (Int i = 0; i < n; i++) {
    x = x * 16807 % 2147483647;
    cursor += x < 1073741823 ? 1000 : 2000;
    emit(0, cursor, 1);
    cursor += 1000;
    emit(0, cursor, 0);
  }
  return cursor * 100 + x;
}

static int same(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

static Int work(const char *name, Int n) {
  if (same(name, "fib")) return fib(n);
  if (same(name, "loop")) return loop(n);
  if (same(name, "mandelbrot")) return mandelbrot(n);
  if (same(name, "sieve")) return sieve(n);
  if (same(name, "nbody")) return nbody(n);
  if (same(name, "feedback")) return feedback(n);
  return -1;
}

static Int number(const char *text) {
  Int value = 0;
  while (*text >= '0' && *text <= '9') value = value * 10 + (*text++ - '0');
  return value;
}

#ifdef __wasm__

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name))) extern int name
WASI(clock_time_get)(int clock, Int precision, Int *time);
WASI(fd_write)(int descriptor, const void *vectors, int count, int *written);
WASI(args_sizes_get)(int *count, int *size);
WASI(args_get)(char **arguments, char *texts);

static Int nanoseconds(void) {
  Int time = 0;
  clock_time_get(1, 1, &time);
  return time;
}

static char *append(char *end, Int value) {
  char digits[24];
  int count = 0;
  if (value < 0) *end++ = '-', value = -value;
  do digits[count++] = '0' + (int)(value % 10);
  while (value /= 10);
  while (count) *end++ = digits[--count];
  return end;
}

static void print(Int result, Int time) {
  char line[64], *end = append(line, result);
  *end++ = ' ';
  end = append(end, time);
  *end++ = '\n';
  struct {
    const char *start;
    int count;
  } vector = {line, (int)(end - line)};
  int written;
  fd_write(1, &vector, 1, &written);
}

#else

#include <stdio.h>
#include <time.h>

static Int nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void print(Int result, Int time) { printf("%lld %lld\n", result, time); }

#endif

static void measure(const char *name, const char *size) {
  Int n = number(size), start = nanoseconds();
  Int result = work(name, n);
  print(result, nanoseconds() - start);
}

#ifdef __wasm__

void _start(void) {
  static char *arguments[8], texts[256];
  int count, size;
  if (args_sizes_get(&count, &size) || count < 3 || count > 8 || size > 256) return;
  args_get(arguments, texts);
  measure(arguments[1], arguments[2]);
}

#else

int main(int count, char **arguments) {
  if (count < 3) return 64;
  measure(arguments[1], arguments[2]);
  return 0;
}

#endif
