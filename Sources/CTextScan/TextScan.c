#include "CTextScan.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define TANDEM_X86 1
#endif

// One bit a byte of a 64-byte block.
typedef struct {
  uint64_t delimiter, line_feed, carriage_return, quote, nul, non_ascii;
  uint64_t text;  // the bytes that belong to the text
} block_masks;

// What is carried from one block to the next.
typedef struct {
  uint64_t inside;        // all ones inside quotes
  uint64_t closed_before; // 1 if the last byte of the block before closed a quote
  uint64_t opener_before; // 1 if a quote may open at the first byte
} quote_state;

// Bit i of the result is the parity of bits 0...i.
static inline uint64_t prefix_parity(uint64_t mask) {
  mask ^= mask << 1;
  mask ^= mask << 2;
  mask ^= mask << 4;
  mask ^= mask << 8;
  mask ^= mask << 16;
  mask ^= mask << 32;
  return mask;
}

// Updates the quote state and the counts; returns the unquoted separators of the block.
static inline uint64_t unquoted_separators(
  block_masks m, quote_state *state, tandem_text_index *index
) {
  uint64_t separators = m.delimiter | m.line_feed;
  index->has_nul |= m.nul != 0;
  index->has_non_ascii |= m.non_ascii != 0;
  if (__builtin_expect((m.quote | state->inside | state->closed_before) == 0, 1)) {
    state->opener_before = separators >> 63;
    index->line_feeds += (size_t)__builtin_popcountll(m.line_feed);
    index->carriage_returns += (size_t)__builtin_popcountll(m.carriage_return);
    return separators;
  }
  uint64_t inside = prefix_parity(m.quote) ^ state->inside;
  uint64_t opens = m.quote & inside;
  uint64_t closes = m.quote & ~inside;
  separators &= ~inside;
  // A quote opens a field, or is the second of a doubled one.
  uint64_t may_open = ((separators | m.quote) << 1) | state->opener_before;
  // After a closing quote comes a separator, a carriage return, or the second of a doubled quote.
  uint64_t after_close = (closes << 1) | state->closed_before;
  uint64_t may_follow = m.delimiter | m.line_feed | m.carriage_return | m.quote;
  index->has_misplaced_quote |= ((opens & ~may_open) | (after_close & m.text & ~may_follow)) != 0;
  index->has_quotes |= m.quote != 0;
  index->line_feeds += (size_t)__builtin_popcountll(m.line_feed & ~inside);
  index->quoted_line_feeds += (size_t)__builtin_popcountll(m.line_feed & inside);
  index->carriage_returns += (size_t)__builtin_popcountll(m.carriage_return & ~inside);
  state->inside = (uint64_t)((int64_t)inside >> 63);
  state->closed_before = closes >> 63;
  state->opener_before = (separators | m.quote) >> 63;
  return separators;
}

static inline block_masks up_to(block_masks m, size_t count) {
  if (count >= 64) return m;
  uint64_t keep = ((uint64_t)1 << count) - 1;
  m.delimiter &= keep;
  m.line_feed &= keep;
  m.carriage_return &= keep;
  m.quote &= keep;
  m.nul &= keep;
  m.non_ascii &= keep;
  m.text = keep;
  return m;
}

// Walks the blocks with one instruction set's `load_masks` and `write_positions`.
#define TANDEM_WALK(load_masks, write_positions)                                                    \
  quote_state state = {inside_quotes ? ~(uint64_t)0 : 0, 0, 1};                                     \
  uint32_t *out = positions;                                                                        \
  for (size_t done = 0; done < count; done += 64) {                                                 \
    block_masks masks = load_masks(bytes + start + done, delimiter);                                \
    if (__builtin_expect(count - done < 64, 0)) masks = up_to(masks, count - done);                 \
    uint64_t separators = unquoted_separators(masks, &state, index);                                \
    out = write_positions(out, separators, (uint32_t)(start + done));                               \
  }                                                                                                 \
  index->separators = (size_t)(out - positions);                                                    \
  /* Bits past the text are clear, so that the last block's state may lie past its end. */          \
  index->ends_inside_quotes = state.inside != 0;

static inline uint32_t *write_each(uint32_t *out, uint64_t mask, uint32_t base) {
  while (mask) {
    *out++ = base + (uint32_t)__builtin_ctzll(mask);
    mask &= mask - 1;
  }
  return out;
}

static inline block_masks load_plain(const uint8_t *bytes, uint8_t delimiter) {
  block_masks m = {0, 0, 0, 0, 0, 0, ~(uint64_t)0};
  for (unsigned i = 0; i < 64; i++) {
    uint64_t bit = (uint64_t)1 << i;
    uint8_t byte = bytes[i];
    if (byte == delimiter) m.delimiter |= bit;
    if (byte == '\n') m.line_feed |= bit;
    if (byte == '\r') m.carriage_return |= bit;
    if (byte == '"') m.quote |= bit;
    if (byte == 0) m.nul |= bit;
    if (byte & 0x80) m.non_ascii |= bit;
  }
  return m;
}

static void index_plain(
  const uint8_t *bytes, size_t start, size_t count, uint8_t delimiter, uint32_t inside_quotes,
  uint32_t *positions, tandem_text_index *index
) {
  TANDEM_WALK(load_plain, write_each)
}

#if TANDEM_X86

static inline uint64_t equal_sse2(__m128i a, __m128i b, __m128i c, __m128i d, char value) {
  __m128i v = _mm_set1_epi8(value);
  uint64_t m0 = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(a, v));
  uint64_t m1 = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(b, v));
  uint64_t m2 = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(c, v));
  uint64_t m3 = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(d, v));
  return m0 | m1 << 16 | m2 << 32 | m3 << 48;
}

static inline block_masks load_sse2(const uint8_t *bytes, uint8_t delimiter) {
  __m128i a = _mm_loadu_si128((const __m128i *)bytes);
  __m128i b = _mm_loadu_si128((const __m128i *)(bytes + 16));
  __m128i c = _mm_loadu_si128((const __m128i *)(bytes + 32));
  __m128i d = _mm_loadu_si128((const __m128i *)(bytes + 48));
  block_masks m;
  m.text = ~(uint64_t)0;
  m.delimiter = equal_sse2(a, b, c, d, (char)delimiter);
  m.line_feed = equal_sse2(a, b, c, d, '\n');
  m.carriage_return = equal_sse2(a, b, c, d, '\r');
  m.quote = equal_sse2(a, b, c, d, '"');
  m.nul = equal_sse2(a, b, c, d, 0);
  m.non_ascii = (uint64_t)(uint32_t)_mm_movemask_epi8(a)
    | (uint64_t)(uint32_t)_mm_movemask_epi8(b) << 16
    | (uint64_t)(uint32_t)_mm_movemask_epi8(c) << 32
    | (uint64_t)(uint32_t)_mm_movemask_epi8(d) << 48;
  return m;
}

static void index_sse2(
  const uint8_t *bytes, size_t start, size_t count, uint8_t delimiter, uint32_t inside_quotes,
  uint32_t *positions, tandem_text_index *index
) {
  TANDEM_WALK(load_sse2, write_each)
}

#define TANDEM_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt")))

TANDEM_AVX2 static inline uint64_t equal_avx2(__m256i a, __m256i b, char value) {
  __m256i v = _mm256_set1_epi8(value);
  uint64_t low = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, v));
  uint64_t high = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, v));
  return low | high << 32;
}

TANDEM_AVX2 static inline block_masks load_avx2(const uint8_t *bytes, uint8_t delimiter) {
  __m256i a = _mm256_loadu_si256((const __m256i *)bytes);
  __m256i b = _mm256_loadu_si256((const __m256i *)(bytes + 32));
  block_masks m;
  m.text = ~(uint64_t)0;
  m.delimiter = equal_avx2(a, b, (char)delimiter);
  m.line_feed = equal_avx2(a, b, '\n');
  m.carriage_return = equal_avx2(a, b, '\r');
  m.quote = equal_avx2(a, b, '"');
  m.nul = equal_avx2(a, b, 0);
  m.non_ascii = (uint64_t)(uint32_t)_mm256_movemask_epi8(a)
    | (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
  return m;
}

// Writes eight positions at a time, past the last one if need be: the array has room for that.
TANDEM_AVX2 static inline uint32_t *write_eights(uint32_t *out, uint64_t mask, uint32_t base) {
  unsigned count = (unsigned)__builtin_popcountll(mask);
  for (unsigned done = 0; done < count; done += 8) {
    for (unsigned i = 0; i < 8; i++) {
      out[done + i] = base + (uint32_t)__builtin_ctzll(mask | (uint64_t)1 << 63);
      mask &= mask - 1;
    }
  }
  return out + count;
}

TANDEM_AVX2 static void index_avx2(
  const uint8_t *bytes, size_t start, size_t count, uint8_t delimiter, uint32_t inside_quotes,
  uint32_t *positions, tandem_text_index *index
) {
  TANDEM_WALK(load_avx2, write_eights)
}

#define TANDEM_AVX512 \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,avx2,bmi,bmi2,popcnt,lzcnt")))

TANDEM_AVX512 static inline block_masks load_avx512(const uint8_t *bytes, uint8_t delimiter) {
  __m512i a = _mm512_loadu_si512((const void *)bytes);
  block_masks m;
  m.text = ~(uint64_t)0;
  m.delimiter = _mm512_cmpeq_epi8_mask(a, _mm512_set1_epi8((char)delimiter));
  m.line_feed = _mm512_cmpeq_epi8_mask(a, _mm512_set1_epi8('\n'));
  m.carriage_return = _mm512_cmpeq_epi8_mask(a, _mm512_set1_epi8('\r'));
  m.quote = _mm512_cmpeq_epi8_mask(a, _mm512_set1_epi8('"'));
  m.nul = _mm512_testn_epi8_mask(a, a);
  m.non_ascii = _mm512_movepi8_mask(a);
  return m;
}

// Packs the numbers of the set bits, then widens them sixteen at a time.
TANDEM_AVX512 static inline uint32_t *write_packed(uint32_t *out, uint64_t mask, uint32_t base) {
  const __m512i numbers = _mm512_set_epi8(
    63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40, 39,
    38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14,
    13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  unsigned count = (unsigned)__builtin_popcountll(mask);
  __m512i packed = _mm512_maskz_compress_epi8(mask, numbers);
  __m512i bases = _mm512_set1_epi32((int)base);
  __m512i first = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(packed));
  _mm512_storeu_si512((void *)out, _mm512_add_epi32(first, bases));
  if (__builtin_expect(count > 16, 0)) {
    __m512i second = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 1));
    _mm512_storeu_si512((void *)(out + 16), _mm512_add_epi32(second, bases));
    if (count > 32) {
      __m512i third = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 2));
      _mm512_storeu_si512((void *)(out + 32), _mm512_add_epi32(third, bases));
      __m512i fourth = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 3));
      _mm512_storeu_si512((void *)(out + 48), _mm512_add_epi32(fourth, bases));
    }
  }
  return out + count;
}

TANDEM_AVX512 static void index_avx512(
  const uint8_t *bytes, size_t start, size_t count, uint8_t delimiter, uint32_t inside_quotes,
  uint32_t *positions, tandem_text_index *index
) {
  TANDEM_WALK(load_avx512, write_packed)
}

#endif

int32_t tandem_scan_level(void) {
#if TANDEM_X86
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
      && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2")) {
    return TANDEM_SCAN_AVX512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return TANDEM_SCAN_AVX2;
  return TANDEM_SCAN_SSE2;
#else
  return TANDEM_SCAN_PLAIN;
#endif
}

void tandem_index_text(
  int32_t level, const uint8_t *bytes, size_t start, size_t count, uint8_t delimiter,
  uint32_t inside_quotes, uint32_t *positions, tandem_text_index *index
) {
  memset(index, 0, sizeof *index);
#if TANDEM_X86
  switch (level) {
  case TANDEM_SCAN_AVX512:
    index_avx512(bytes, start, count, delimiter, inside_quotes, positions, index);
    return;
  case TANDEM_SCAN_AVX2:
    index_avx2(bytes, start, count, delimiter, inside_quotes, positions, index);
    return;
  case TANDEM_SCAN_SSE2:
    index_sse2(bytes, start, count, delimiter, inside_quotes, positions, index);
    return;
  default: break;
  }
#endif
  index_plain(bytes, start, count, delimiter, inside_quotes, positions, index);
}
