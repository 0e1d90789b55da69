#!/usr/bin/env python3
"""Writes decimal_doubles.tsv: decimal numbers that are hard to read, with the bits of the nearest double.

    python3 Tests/Reference/CohortTables/decimal_doubles.py

The kinds of cases are those of the literature (Clinger 1990; Gay 1990; Paxson 1991; Lemire 2021): the
middle between two doubles and a hair to each side, subnormals, both ends of the range, powers of two
and their neighbours, products at the limit of exact multiplication, long runs of digits. All are made
here by integer arithmetic. The bits come from exact rational arithmetic (`nearest`), ties to even, and
are checked against Python's own `float` before they are written; `inf` stands where the value rounds
to infinity, which Tandem does not read as a number. Python 3.11, standard library.
"""

import math
import pathlib
import random
import struct
from fractions import Fraction

SEED = 1990
CASES = {}


def nearest(value):
    """The bits of the double nearest to a non-negative fraction, ties to even; None beyond the range."""
    if value == 0:
        return 0
    exponent = value.numerator.bit_length() - value.denominator.bit_length()
    if Fraction(2) ** exponent > value:
        exponent -= 1
    # The unit in the last place: 52 bits below the leading one, but never below 2^-1074.
    unit = max(exponent - 52, -1074)
    scaled = value / Fraction(2) ** unit
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest
    if twice > scaled.denominator or (twice == scaled.denominator and whole % 2 == 1):
        whole += 1
    if whole == 1 << 53:
        whole >>= 1
        unit += 1
    if whole < 1 << 52:
        return whole  # subnormal: the unit is 2^-1074
    biased = unit + 1075
    return None if biased >= 2047 else (biased << 52) | (whole & ((1 << 52) - 1))


def exact(text):
    """The value of a decimal number as a fraction."""
    mantissa, _, exponent = text.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    power = int(exponent or 0) - len(fraction)
    digits = int((whole + fraction) or 0)
    return Fraction(digits * 10**power) if power >= 0 else Fraction(digits, 10**-power)


def add(text):
    """Records a number and, now and then, its negative."""
    if text in CASES:
        return
    bits = nearest(exact(text))
    value = float(text)
    own = None if math.isinf(value) else struct.unpack("<Q", struct.pack("<d", value))[0]
    assert bits == own, text
    CASES[text] = bits
    if len(CASES) % 5 == 0 and bits is not None:
        CASES["-" + text] = bits | 1 << 63


def decimal(numerator, power_of_two):
    """The exact decimal digits of numerator x 2^power_of_two, as an integer and a power of ten."""
    if power_of_two >= 0:
        return numerator << power_of_two, 0
    return numerator * 5**-power_of_two, power_of_two


def spelled(digits, power, style):
    """Digits x 10^power as plain decimal, as a long fraction or in exponent form."""
    text = str(digits)
    if style == 0 and -400 <= power <= 0:
        text = text.rjust(1 - power, "0")
        return text if power == 0 else f"{text[:power]}.{text[power:]}"
    if style == 1:
        return f"{text}e{power}"
    return f"{text[0]}.{text[1:] or '0'}e{power + len(text) - 1}"


def around(numerator, power_of_two, style):
    """A number, and the numbers a hair below and above it."""
    digits, power = decimal(numerator, power_of_two)
    add(spelled(digits, power, style))
    add(spelled(digits * 10 + 1, power - 1, style))
    add(spelled(digits * 10 - 1, power - 1, style))


def significand_and_power(bits):
    biased, fraction = bits >> 52, bits & ((1 << 52) - 1)
    return (fraction, -1074) if biased == 0 else (fraction | 1 << 52, biased - 1075)


def middles(generator):
    """The middles above chosen and random doubles, exact and a hair to each side, up to 800 digits."""
    chosen = [0, 1, 2, 3, (1 << 52) - 2, (1 << 52) - 1, 1 << 52, (1 << 52) + 1, (2046 << 52) | ((1 << 52) - 1),
              (2046 << 52) | ((1 << 52) - 2), 1023 << 52, (1023 << 52) + 1]
    random_bits = [generator.randrange(2047 << 52) for _ in range(60)]
    near_one = [(generator.randrange(1003, 1100) << 52) | generator.randrange(1 << 52) for _ in range(220)]
    subnormal = [generator.randrange(1 << generator.randrange(1, 52)) for _ in range(30)]
    for index, bits in enumerate(chosen + random_bits + near_one + subnormal):
        significand, power = significand_and_power(bits)
        around(2 * significand + 1, power - 1, index % 3)


def powers_of_two():
    """Powers of two, where the spacing changes, with the middles on both sides."""
    for exponent in [*range(-1075, -1060), *range(-1030, -1015), *range(-60, 130, 3), *range(1015, 1025)]:
        digits, power = decimal(1, exponent)
        add(spelled(digits, power, 1))
        if -1021 < exponent < 1025:
            around((1 << 54) - 1, exponent - 54, 1)
            around((1 << 54) + 2, exponent - 54, 1)


def limits():
    """Both ends of the range, to the digit."""
    largest = (2**53 - 1) * 2**971
    infinite = largest + 2**970
    for value in (largest, infinite - 1, infinite, infinite + 1, 10**308, 10**309, 2**1024):
        add(str(value))
        add(f"{value}.0")
    for text in ["1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "1e308", "1e309", "9e307",
                 "179769313486231580793e289", "1e400", "1e9999", "0.1e310", "100e306", "100e307",
                 "4.9406564584124654e-324", "5e-324", "3e-324", "2.5e-324", "2.4703282292062328e-324",
                 "2.4703282292062327e-324", "2e-324", "1e-324", "1e-400", "0.000001e-318", "1e-9999", "0e400", "0e-400",
                 "0.0e9999", "2.2250738585072014e-308", "2.2250738585072011e-308", "2.2250738585072012e-308",
                 "2.225073858507201e-308", "2.2250738585072009e-308", "1e-307", "1e-308", "1e-310", "1e-320"]:
        add(text)
    for zeros in (1, 20, 300, 340, 700):
        add("0." + "0" * zeros + "1")
        add("1" + "0" * zeros + f"e-{zeros}")
        add("0." + "0" * zeros + f"1e{zeros}")
        add("0" * zeros + "1.5")


def products():
    """Mantissas near 2^53 and 2^64 times powers of ten near those that are exact."""
    for mantissa in [2**53 - 1, 2**53, 2**53 + 1, 2**53 + 2, 2**53 + 3, 2**54 + 2, 2**63 - 1, 2**63, 2**63 + 1024,
                     2**63 + 1025, 2**64 - 1, 2**64, 2**64 + 1, 10**15 - 1, 10**16 + 1, 10**19 - 1, 10**19 + 1,
                     9999999999999999999, 12345678901234567890]:
        for power in [*range(-25, -18), -1, 0, 1, *range(19, 27), -307, -324, -342, 285, 289]:
            add(f"{mantissa}e{power}")


def close_to_middles(generator):
    """Short decimals very close to a double or to a middle, found through continued fractions.

    For a power of ten p and a power of two q the digits d with d x 10^p close to a multiple of 2^q are
    the denominators of the convergents of 10^p / 2^q.
    """
    for power in range(-320, 290, 4):
        ratio_exponent = math.floor(power * math.log2(10))
        for bits in (52, 53, 54):
            ratio = Fraction(10) ** power / Fraction(2) ** (ratio_exponent + generator.randrange(3, 9) - bits + 52)
            numerator, denominator = ratio.numerator, ratio.denominator
            before, last = (0, 1), (1, 0)
            while denominator and last[1] < 10**19:
                whole, rest = divmod(numerator, denominator)
                before, last = last, (whole * last[0] + before[0], whole * last[1] + before[1])
                numerator, denominator = denominator, rest
            if 10**14 < before[1] < 10**20:
                add(f"{before[1]}e{power}")


def long_digits(generator):
    """Random digits, 17 to 800 of them, and runs of nines and zeros."""
    for count in [17, 18, 19, 20, 21, 25, 30, 40] * 60 + [60, 100, 200, 400, 767, 768, 769, 800] * 8:
        digits = str(generator.randrange(1, 10)) + "".join(generator.choices("0123456789", k=count - 1))
        point = generator.randrange(0, count)
        text = f"{digits[:point]}.{digits[point:]}"
        add(text + ("" if generator.random() < 0.4 else f"e{generator.randrange(-320, 290)}"))
    for count in (15, 16, 17, 18, 19, 20, 30, 100, 308, 309, 310, 768, 800):
        add("9" * count)
        add("0." + "9" * count)
        add("1." + "0" * count + "1")
        add("0." + "3" * count)
        add("9007199254740993." + "0" * count)
        add("9007199254740993." + "0" * count + "1")
        add("9007199254740992." + "9" * count)


def main():
    generator = random.Random(SEED)
    limits()
    products()
    powers_of_two()
    middles(generator)
    close_to_middles(generator)
    long_digits(generator)
    lines = [f"{text}\t{'inf' if bits is None else format(bits, '016x')}" for text, bits in CASES.items()]
    path = pathlib.Path(__file__).with_name("decimal_doubles.tsv")
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
    print(len(CASES), "cases,", path.stat().st_size, "bytes, longest", max(map(len, CASES)))


if __name__ == "__main__":
    main()
