// The compression function of SHA-256 (FIPS 180-4) by the processor's own instructions: four words
// of the schedule at a time, two or four rounds for each instruction.
#include "CSHA256.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif
#endif

#if defined(__x86_64__) || defined(__aarch64__)
static const uint32_t constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
#endif

#if defined(__x86_64__)

bool csha256_is_available(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return false;
  const unsigned needed = bit_SSSE3 | bit_SSE4_1;
  if ((c & needed) != needed) return false;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
  return (b & bit_SHA) != 0;
}

__attribute__((target("sha,sse4.1,ssse3")))
void csha256_compress(uint32_t *state, const void *blocks, size_t count) {
  // The instructions want the state as ABEF and CDGH, the first letter in the highest lane.
  __m128i abef = _mm_set_epi32(state[0], state[1], state[4], state[5]);
  __m128i cdgh = _mm_set_epi32(state[2], state[3], state[6], state[7]);
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  const __m128i *input = blocks;
  for (; count > 0; count--, input += 4) {
    const __m128i abef_before = abef;
    const __m128i cdgh_before = cdgh;
    // The last sixteen words of the schedule.
    __m128i w[4];
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) w[i] = _mm_shuffle_epi8(_mm_loadu_si128(input + i), swap);
#pragma clang loop unroll(full)
    for (int group = 0; group < 16; group++) {
      const int i = group & 3;
      if (group >= 4) {
        const __m128i seventh = _mm_alignr_epi8(w[(i + 3) & 3], w[(i + 2) & 3], 4);
        const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w[i], w[(i + 1) & 3]), seventh);
        w[i] = _mm_sha256msg2_epu32(sum, w[(i + 3) & 3]);
      }
      const __m128i key = _mm_load_si128((const __m128i *)constants + group);
      const __m128i words = _mm_add_epi32(w[i], key);
      // Two rounds make the new ABEF; the old one is then CDGH.
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, words);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(words, 0x0e));
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  state[0] = _mm_extract_epi32(abef, 3);
  state[1] = _mm_extract_epi32(abef, 2);
  state[2] = _mm_extract_epi32(cdgh, 3);
  state[3] = _mm_extract_epi32(cdgh, 2);
  state[4] = _mm_extract_epi32(abef, 1);
  state[5] = _mm_extract_epi32(abef, 0);
  state[6] = _mm_extract_epi32(cdgh, 1);
  state[7] = _mm_extract_epi32(cdgh, 0);
}

#elif defined(__aarch64__)

bool csha256_is_available(void) {
#if defined(__APPLE__)
  return true;
#elif defined(__linux__)
  const unsigned long sha2 = 1 << 6;
  return (getauxval(AT_HWCAP) & sha2) != 0;
#else
  return false;
#endif
}

#if defined(__clang__)
__attribute__((target("sha2")))
#else
__attribute__((target("+crypto")))
#endif
void csha256_compress(uint32_t *state, const void *blocks, size_t count) {
  uint32x4_t abcd = vld1q_u32(state);
  uint32x4_t efgh = vld1q_u32(state + 4);
  const uint8_t *input = blocks;
  for (; count > 0; count--, input += 64) {
    const uint32x4_t abcd_before = abcd;
    const uint32x4_t efgh_before = efgh;
    // The last sixteen words of the schedule.
    uint32x4_t w[4];
    for (int i = 0; i < 4; i++) {
      w[i] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(input + 16 * i)));
    }
    for (int group = 0; group < 16; group++) {
      const int i = group & 3;
      if (group >= 4) {
        const uint32x4_t sum = vsha256su0q_u32(w[i], w[(i + 1) & 3]);
        w[i] = vsha256su1q_u32(sum, w[(i + 2) & 3], w[(i + 3) & 3]);
      }
      const uint32x4_t words = vaddq_u32(w[i], vld1q_u32(constants + 4 * group));
      const uint32x4_t abcd_old = abcd;
      abcd = vsha256hq_u32(abcd, efgh, words);
      efgh = vsha256h2q_u32(efgh, abcd_old, words);
    }
    abcd = vaddq_u32(abcd, abcd_before);
    efgh = vaddq_u32(efgh, efgh_before);
  }
  vst1q_u32(state, abcd);
  vst1q_u32(state + 4, efgh);
}

#else

bool csha256_is_available(void) { return false; }

void csha256_compress(uint32_t *state, const void *blocks, size_t count) {
  (void)state;
  (void)blocks;
  (void)count;
}

#endif
