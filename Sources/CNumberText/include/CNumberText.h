#ifndef CNUMBERTEXT_H
#define CNUMBERTEXT_H

// Numbers as decimal text.

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The most bytes that a number's text takes.
#define NUMBER_TEXT_ROOM 32

// Writes the shortest decimal text that reads back as the same double, and returns its length.
//
// Whole numbers below 10^15 in magnitude are written without a point; other numbers from 10^-4 up to 2^53 in positional
// notation with at least one decimal, all others with an exponent of two digits or more: 12, -0.5, 1e-05, 1.5e+300.
// This is the text of Swift's `description`, but for the ".0" of whole numbers. `value` is finite; `room` has
// NUMBER_TEXT_ROOM bytes, of which any may be written.
int32_t number_text_shortest(double value, uint8_t *room);

#ifdef __cplusplus
}
#endif

#endif
