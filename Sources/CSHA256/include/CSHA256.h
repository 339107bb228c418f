#ifndef LARMOR_CSHA256_H
#define LARMOR_CSHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Whether this processor has instructions for SHA-256 that `csha256_compress` knows.
bool csha256_is_available(void);

/// Takes `count` blocks of 64 bytes into the eight words of `state`, by the processor's
/// instructions; only where `csha256_is_available` says so.
void csha256_compress(uint32_t *_Nonnull state, const void *_Nonnull blocks, size_t count);

#endif
