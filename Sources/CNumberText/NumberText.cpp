#include "CNumberText.h"

#include <charconv>
#include <cmath>
#include <cstring>

namespace {

char *copy(char *place, const char *digits, int count) {
  std::memcpy(place, digits, static_cast<size_t>(count));
  return place + count;
}

char *zeros(char *place, int count) {
  std::memset(place, '0', static_cast<size_t>(count));
  return place + count;
}

}  // namespace

int32_t number_text_shortest(double value, uint8_t *room) {
  char *const start = reinterpret_cast<char *>(room);
  char *place = start;
  if (std::signbit(value)) *place++ = '-';
  const double size = std::fabs(value);
  if (size < 1e15 && size == std::trunc(size)) {
    return static_cast<int32_t>(std::to_chars(place, start + NUMBER_TEXT_ROOM, static_cast<int64_t>(size)).ptr - start);
  }
  // Digits with a point after the first, and the exponent of ten: d.ddde-dd.
  char scientific[NUMBER_TEXT_ROOM];
  char *const end =
      std::to_chars(scientific, scientific + sizeof scientific, size, std::chars_format::scientific).ptr;
  char *mark = end - 3;
  while (*mark != 'e') --mark;
  int exponent = 0;
  std::from_chars(mark + (mark[1] == '+' ? 2 : 1), end, exponent);
  const bool isPositional = size >= 1e-4 && size <= 0x1p53;
  if (!isPositional) return static_cast<int32_t>(copy(place, scientific, static_cast<int>(end - scientific)) - start);
  // The digits without their point.
  char digits[NUMBER_TEXT_ROOM];
  digits[0] = scientific[0];
  int count = 1;
  if (mark > scientific + 1) {
    count += static_cast<int>(mark - scientific) - 2;
    std::memcpy(digits + 1, scientific + 2, static_cast<size_t>(count - 1));
  }
  if (exponent < 0) {
    place = copy(place, "0.", 2);
    place = zeros(place, -exponent - 1);
    place = copy(place, digits, count);
  } else if (count <= exponent + 1) {
    place = copy(place, digits, count);
    place = zeros(place, exponent + 1 - count);
    place = copy(place, ".0", 2);
  } else {
    place = copy(place, digits, exponent + 1);
    *place++ = '.';
    place = copy(place, digits + exponent + 1, count - exponent - 1);
  }
  return static_cast<int32_t>(place - start);
}
