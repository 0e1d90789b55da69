#ifndef TANDEM_TEXT_SCAN_H
#define TANDEM_TEXT_SCAN_H

#include <stddef.h>
#include <stdint.h>

/// What a stretch of delimited text holds.
typedef struct {
  /// Unquoted delimiters and line feeds: the number of positions written.
  size_t separators;
  /// Unquoted line feeds, which are among the separators.
  size_t line_feeds;
  /// Line feeds inside quotes.
  size_t quoted_line_feeds;
  /// Carriage returns outside quotes.
  size_t carriage_returns;
  /// Whether the text ends inside quotes.
  uint32_t ends_inside_quotes;
  /// Whether a quote occurs.
  uint32_t has_quotes;
  /// Whether a quote opens inside a field, or anything but a separator follows a closing quote.
  ///
  /// The first and the last byte are judged by the caller, who knows what stands beside them.
  uint32_t has_misplaced_quote;
  /// Whether a NUL byte occurs.
  uint32_t has_nul;
  /// Whether a byte above 127 occurs.
  uint32_t has_non_ascii;
} tandem_text_index;

/// Instruction sets that the kernel is compiled for.
enum { TANDEM_SCAN_PLAIN = 0, TANDEM_SCAN_SSE2 = 1, TANDEM_SCAN_AVX2 = 2, TANDEM_SCAN_AVX512 = 3 };

/// The best instruction set that this processor has.
int32_t tandem_scan_level(void);

/// Writes the positions of the unquoted separators in `bytes[start ..< start + count]`.
///
/// `positions` needs room for `count + 64` numbers, and 64 bytes after the text must be readable.
/// `level` is at most what `tandem_scan_level` returns.
void tandem_index_text(
  int32_t level, const uint8_t *bytes, size_t start, size_t count, uint8_t delimiter,
  uint32_t inside_quotes, uint32_t *positions, tandem_text_index *index);

#endif
