// Runs the native code of a machine on arm64, under qemu-user, for tests whose machine is in another process: that one and this
// share the machine's memory at the same address, and what native code leaves to the interpreter is done there, by what is sent
// through standard input and output. Usage: arm64 FILE ADDRESS BYTES
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// What is sent: what it is, and its words.
struct message { uint64_t kind, words[4]; };
// To here: code to load, where and how much; a machine to run, where, and the code's entry; the outcome of an operation; the end.
enum { LOAD = 1, RUN, OUTCOME, END };
// From here: where the code is; an operation, its place and frame; a function that returns, its frame and results; the end.
enum { LOADED = 1, OPERATION, RETURNED, ENDED };

static void fail(const char *why) {
  fprintf(stderr, "arm64: %s\n", why);
  exit(1);
}

static void send(struct message message) {
  if (write(1, &message, sizeof message) != sizeof message) fail("nobody listens");
}

static struct message receive(void) {
  struct message message;
  for (size_t count = 0; count < sizeof message;) {
    ssize_t more = read(0, (char *)&message + count, sizeof message - count);
    if (more <= 0) exit(0);
    count += more;
  }
  return message;
}

// What a C function may leave in registers, it leaves there: native code must not count on them.
static void spoil(void) {
  asm volatile(
      "movn x1, #1\n movn x2, #2\n movn x3, #3\n movn x4, #4\n movn x5, #5\n movn x6, #6\n movn x7, #7\n"
      "movn x8, #8\n movn x9, #9\n movn x10, #10\n movn x11, #11\n movn x12, #12\n movn x13, #13\n movn x14, #14\n"
      "movn x15, #15\n movn x16, #16\n movn x17, #17\n"
      "fmov d0, x1\n fmov d1, x1\n fmov d2, x1\n fmov d3, x1\n fmov d4, x1\n fmov d5, x1\n fmov d6, x1\n fmov d7, x1\n"
      "fmov d16, x1\n fmov d17, x1\n fmov d18, x1\n fmov d19, x1\n fmov d20, x1\n fmov d21, x1\n fmov d22, x1\n"
      "fmov d23, x1\n fmov d24, x1\n fmov d25, x1\n fmov d26, x1\n fmov d27, x1\n fmov d28, x1\n fmov d29, x1\n"
      "fmov d30, x1\n fmov d31, x1\n cmp x1, x1\n" ::
          : "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
            "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24",
            "v25", "v26", "v27", "v28", "v29", "v30", "v31", "cc");
}

static void checkStack(void) {
  if ((uintptr_t)__builtin_frame_address(0) % 16) fail("the stack pointer is no multiple of 16");
}

// A byte, and above it what C leaves undefined.
static uint64_t operation(uint64_t place, uint64_t frame, uint64_t machine, uint64_t table) {
  checkStack();
  send((struct message){OPERATION, {place, frame, machine, table}});
  uint64_t outcome = receive().words[0] | 0xABCDEF00;
  spoil();
  return outcome;
}

static void returned(uint64_t machine, uint64_t frame, uint64_t first, uint64_t second, uint64_t third) {
  checkStack();
  send((struct message){RETURNED, {frame, first, second, third}});
  receive();
  spoil();
}

// Calls the code with `before` in the registers that it must keep, and writes what is there then to `after`.
uint8_t call(uint64_t entry, uint64_t machine, const uint64_t before[18], uint64_t after[18]);
asm("call:\n"
    "stp x29, x30, [sp, #-192]!\n stp x19, x20, [sp, #16]\n stp x21, x22, [sp, #32]\n stp x23, x24, [sp, #48]\n"
    "stp x25, x26, [sp, #64]\n stp x27, x28, [sp, #80]\n stp d8, d9, [sp, #96]\n stp d10, d11, [sp, #112]\n"
    "stp d12, d13, [sp, #128]\n stp d14, d15, [sp, #144]\n str x3, [sp, #160]\n"
    "ldp x19, x20, [x2]\n ldp x21, x22, [x2, #16]\n ldp x23, x24, [x2, #32]\n ldp x25, x26, [x2, #48]\n"
    "ldp x27, x28, [x2, #64]\n ldp d8, d9, [x2, #80]\n ldp d10, d11, [x2, #96]\n ldp d12, d13, [x2, #112]\n"
    "ldp d14, d15, [x2, #128]\n mov x9, x0\n mov x0, x1\n blr x9\n ldr x3, [sp, #160]\n"
    "stp x19, x20, [x3]\n stp x21, x22, [x3, #16]\n stp x23, x24, [x3, #32]\n stp x25, x26, [x3, #48]\n"
    "stp x27, x28, [x3, #64]\n stp d8, d9, [x3, #80]\n stp d10, d11, [x3, #96]\n stp d12, d13, [x3, #112]\n"
    "stp d14, d15, [x3, #128]\n"
    "ldp x19, x20, [sp, #16]\n ldp x21, x22, [sp, #32]\n ldp x23, x24, [sp, #48]\n ldp x25, x26, [sp, #64]\n"
    "ldp x27, x28, [sp, #80]\n ldp d8, d9, [sp, #96]\n ldp d10, d11, [sp, #112]\n ldp d12, d13, [sp, #128]\n"
    "ldp d14, d15, [sp, #144]\n ldp x29, x30, [sp], #192\n ret\n");

static void *operations[256];
static void *code;
static size_t codeBytes;

// Code in memory that is writable first and executable then; its first words are the addresses that it calls.
static void load(const void *bytes, size_t count) {
  if (code) munmap(code, codeBytes);
  code = mmap(NULL, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (code == MAP_FAILED) fail("no memory for code");
  codeBytes = count;
  memcpy(code, bytes, count);
  ((void **)code)[0] = operations;
  ((void **)code)[1] = NULL;
  ((void **)code)[2] = (void *)returned;
  if (mprotect(code, count, PROT_READ | PROT_EXEC)) fail("memory does not become executable");
  __builtin___clear_cache((char *)code, (char *)code + count);
}

static uint8_t run(uint64_t machine, uint64_t entry) {
  uint64_t before[18], after[18];
  for (int i = 0; i < 18; i++) before[i] = 0x123456789ABCDEF0u + i;
  uint8_t signal = call(entry, machine, before, after);
  if (memcmp(before, after, sizeof before)) fail("registers were not kept");
  return signal;
}

int main(int count, char **arguments) {
  if (count != 4) fail("usage: arm64 FILE ADDRESS BYTES");
  for (int i = 0; i < 256; i++) operations[i] = (void *)operation;
  int file = open(arguments[1], O_RDWR);
  if (file < 0) fail("no such file");
  void *address = (void *)strtoull(arguments[2], NULL, 0);
  if (mmap(address, strtoull(arguments[3], NULL, 0), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) != address)
    fail("the memory cannot be where it is");
  while (1) {
    struct message message = receive();
    switch (message.kind) {
      case LOAD:
        load((const void *)message.words[0], message.words[1]);
        send((struct message){LOADED, {(uint64_t)code}});
        break;
      case RUN:
        send((struct message){ENDED, {run(message.words[0], message.words[1])}});
        break;
      case END: return 0;
      default: fail("a message that means nothing");
    }
  }
}
