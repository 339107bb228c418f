// Bare metal on QEMU's `virt` machine: the start, the UART, memory that is taken once, and what the compiler asks of a runtime on a
// processor of 32 bits.
#include <stddef.h>
#include <stdint.h>

extern char bss_start[], bss_end[], heap_start[], heap_end[];

// The images, from a file that the script makes.
struct image {
  const void *bytes;
  uint32_t count;
};
extern const struct image images[];
extern const uint32_t image_count;

void larmor_runImage(const void *image, int32_t count, void (*put)(uint8_t), uint32_t (*instructions)(void));

static volatile uint8_t *const uart = (volatile uint8_t *)0x10000000;
static volatile uint32_t *const finisher = (volatile uint32_t *)0x100000;

static void put(uint8_t byte) {
  while ((uart[5] & 0x20) == 0) {
  }
  uart[0] = byte;
}

static void put_text(const char *text) {
  while (*text != 0) put(*text++);
}

static void put_number(uint32_t number) {
  if (number >= 10) put_number(number / 10);
  put('0' + number % 10);
}

__attribute__((noreturn)) static void end(uint32_t code) {
  *finisher = code == 0 ? 0x5555 : 0x3333 | code << 16;
  for (;;) {
  }
}

__attribute__((aligned(4), interrupt("machine"))) static void trap(void) {
  uint32_t cause, place, value;
  __asm__ volatile("csrr %0, mcause" : "=r"(cause));
  __asm__ volatile("csrr %0, mepc" : "=r"(place));
  __asm__ volatile("csrr %0, mtval" : "=r"(value));
  put_text("trap ");
  put_number(cause);
  put_text(" at ");
  put_number(place);
  put_text(" value ");
  put_number(value);
  put_text("\n");
  end(1);
}

// QEMU counts 8 for each, the nanoseconds of virtual time that `-icount shift=3` gives an instruction.
static uint32_t instructions(void) {
  uint32_t low, high, again;
  do {
    __asm__ volatile("csrr %0, minstreth" : "=r"(high));
    __asm__ volatile("csrr %0, minstret" : "=r"(low));
    __asm__ volatile("csrr %0, minstreth" : "=r"(again));
  } while (high != again);
  return low >> 3 | high << 29;
}

static char *heap;

__attribute__((used, noreturn)) static void start(void) {
  for (char *byte = bss_start; byte < bss_end; byte++) *byte = 0;
  __asm__ volatile("csrw mtvec, %0" ::"r"(trap));
  for (uint32_t number = 0; number < image_count; number++) {
    heap = heap_start;
    larmor_runImage(images[number].bytes, (int32_t)images[number].count, put, instructions);
  }
  end(0);
}

// The floating-point unit is switched on.
__attribute__((naked, section(".init"), used)) void _start(void) {
  __asm__ volatile(
      "la sp, stack_top\n"
      "li t0, 0x2000\n"
      "csrs mstatus, t0\n"
      "csrw fcsr, zero\n"
      "j %0" ::"i"(start));
}

// Memory: nothing is given back before the next kernel.

int posix_memalign(void **result, size_t alignment, size_t count) {
  char *place = (char *)(((uintptr_t)heap + alignment - 1) & ~(alignment - 1));
  if (count > (size_t)(heap_end - place)) {
    put_text("out of memory\n");
    end(2);
  }
  heap = place + count;
  *result = place;
  return 0;
}

void free(void *memory) { (void)memory; }

// For hash tables, which nobody makes here.
void arc4random_buf(void *buffer, size_t count) {
  for (size_t index = 0; index < count; index++) ((char *)buffer)[index] = 0;
}

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  char *target = to;
  const char *source = from;
  if ((((uintptr_t)target | (uintptr_t)source) & 3) == 0) {
    for (; count >= 4; count -= 4, target += 4, source += 4) *(uint32_t *)target = *(const uint32_t *)source;
  }
  while (count-- > 0) *target++ = *source++;
  return to;
}

void *memmove(void *to, const void *from, size_t count) {
  if ((uintptr_t)to - (uintptr_t)from >= count) return memcpy(to, from, count);
  char *target = to;
  const char *source = from;
  while (count-- > 0) target[count] = source[count];
  return to;
}

void *memset(void *to, int value, size_t count) {
  char *target = to;
  while (count-- > 0) *target++ = (char)value;
  return to;
}

int memcmp(const void *first, const void *second, size_t count) {
  const uint8_t *a = first, *b = second;
  for (; count > 0; count--, a++, b++) {
    if (*a != *b) return *a < *b ? -1 : 1;
  }
  return 0;
}

// Whole numbers of 64 bits.

typedef union {
  uint64_t all;
  struct {
    uint32_t low, high;
  };
} wide;

uint64_t __ashldi3(uint64_t number, int count) {
  wide w = {.all = number};
  if (count == 0) return number;
  if (count >= 32) return (wide){.low = 0, .high = w.low << (count - 32)}.all;
  return (wide){.low = w.low << count, .high = w.high << count | w.low >> (32 - count)}.all;
}

uint64_t __lshrdi3(uint64_t number, int count) {
  wide w = {.all = number};
  if (count == 0) return number;
  if (count >= 32) return (wide){.low = w.high >> (count - 32), .high = 0}.all;
  return (wide){.low = w.low >> count | w.high << (32 - count), .high = w.high >> count}.all;
}

int64_t __ashrdi3(int64_t number, int count) {
  wide w = {.all = (uint64_t)number};
  const int32_t high = (int32_t)w.high;
  if (count == 0) return number;
  if (count >= 32) {
    return (int64_t)(wide){.low = (uint32_t)(high >> (count - 32)), .high = (uint32_t)(high >> 31)}.all;
  }
  return (int64_t)(wide){.low = w.low >> count | w.high << (32 - count), .high = (uint32_t)(high >> count)}.all;
}

static uint64_t divide(uint64_t dividend, uint64_t divisor, uint64_t *rest) {
  wide a = {.all = dividend}, b = {.all = divisor};
  if (a.high == 0 && b.high == 0) {
    *rest = a.low % b.low;
    return a.low / b.low;
  }
  uint64_t remainder = 0;
  for (int bit = 0; bit < 64; bit++) {
    const int carries = remainder >> 63 != 0;
    remainder = remainder << 1 | a.all >> 63;
    a.all <<= 1;
    if (carries || remainder >= divisor) {
      remainder -= divisor;
      a.low |= 1;
    }
  }
  *rest = remainder;
  return a.all;
}

static uint64_t magnitude(int64_t number) { return number < 0 ? -(uint64_t)number : (uint64_t)number; }

uint64_t __udivdi3(uint64_t a, uint64_t b) {
  uint64_t rest;
  return divide(a, b, &rest);
}

uint64_t __umoddi3(uint64_t a, uint64_t b) {
  uint64_t rest;
  divide(a, b, &rest);
  return rest;
}

int64_t __divdi3(int64_t a, int64_t b) {
  const uint64_t quotient = __udivdi3(magnitude(a), magnitude(b));
  return (int64_t)((a < 0) != (b < 0) ? -quotient : quotient);
}

int64_t __moddi3(int64_t a, int64_t b) {
  const uint64_t rest = __umoddi3(magnitude(a), magnitude(b));
  return (int64_t)(a < 0 ? -rest : rest);
}

// Between them and floats; the sum is rounded once.

double __floatundidf(uint64_t number) {
  wide w = {.all = number};
  return (double)w.high * 4294967296.0 + (double)w.low;
}

double __floatdidf(int64_t number) {
  wide w = {.all = (uint64_t)number};
  return (double)(int32_t)w.high * 4294967296.0 + (double)w.low;
}

uint64_t __fixunsdfdi(double number) {
  const uint32_t high = (uint32_t)(number * (1 / 4294967296.0));
  const uint32_t low = (uint32_t)(number - (double)high * 4294967296.0);
  return (wide){.low = low, .high = high}.all;
}

int64_t __fixdfdi(double number) {
  const uint64_t whole = __fixunsdfdi(number < 0 ? -number : number);
  return (int64_t)(number < 0 ? -whole : whole);
}

double sqrt(double number) {
  double root;
  __asm__("fsqrt.d %0, %1" : "=f"(root) : "f"(number));
  return root;
}

double floor(double number) {
  // From 2 to the power of 52 on there are whole numbers only; and what is no number stays so.
  if (!(__builtin_fabs(number) < 4503599627370496.0)) return number;
  double whole = __floatdidf(__fixdfdi(number));
  if (whole > number) whole -= 1;
  return __builtin_copysign(whole, number);
}
