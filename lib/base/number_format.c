/* Numbers to text: the shortest that reads back, and fixed decimals. */
#include <string.h>

#include "base/bignum.h"
#include "base/number.h"
#include "base/powers.h"
#include "base/wide.h"

#define FRACTION_BITS 52
#define HIDDEN_BIT (UINT64_C(1) << FRACTION_BITS)

/* |value| = significand × 2^exponent */
typedef struct parts {
  bool negative;
  uint64_t significand;
  int32_t exponent;
} parts;

static parts take_apart(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  int32_t field = (int32_t)(bits >> FRACTION_BITS & 0x7FF);
  uint64_t fraction = bits & (HIDDEN_BIT - 1);
  return (parts){bits >> 63 != 0, field == 0 ? fraction : fraction | HIDDEN_BIT, (field == 0 ? 1 : field) - 1075};
}

static size_t put_text(char *buffer, const char *text) {
  size_t length = strlen(text);
  memcpy(buffer, text, length + 1);
  return length;
}

/* "nan", "inf" or "-inf", NULL for all other values. */
static const char *name_of_special(double value) {
  parts number = take_apart(value);
  if (number.exponent != 2047 - 1075) {
    return NULL;
  }
  return number.significand != HIDDEN_BIT ? "nan" : number.negative ? "-inf" : "inf";
}

static size_t count_digits(uint64_t value) {
  size_t count = 1;
  for (uint64_t limit = 10; value >= limit; limit *= 10) {
    if (++count == 20) {
      break; /* 10^20 is beyond 64 bits */
    }
  }
  return count;
}

/* Writes `count` digits of value so that they end before `end`. */
static void put_digits(char *end, uint64_t value, size_t count) {
  for (; count > 0; count--) {
    *--end = (char)('0' + value % 10);
    value /= 10;
  }
}

size_t tx_format_int64(int64_t value, char buffer[TX_NUMBER_SIZE]) {
  uint64_t magnitude = value < 0 ? UINT64_C(0) - (uint64_t)value : (uint64_t)value;
  size_t sign = value < 0, digits = count_digits(magnitude);
  buffer[0] = '-';
  put_digits(buffer + sign + digits, magnitude, digits);
  buffer[sign + digits] = '\0';
  return sign + digits;
}

/* A decimal: digits × 10^exponent */
typedef struct decimal {
  uint64_t digits;
  int32_t exponent;
} decimal;

/* power × value / 2^64 with the last bit set when anything was cut ("round to odd"), so that comparing the result with
 * even bounds is as good as comparing the exact product. */
static uint64_t scale_to_odd(tx_power power, uint64_t value) {
  tx_wide lower = tx_multiply(power.low, value), upper = tx_multiply(power.high, value);
  uint64_t middle = upper.low + lower.high;
  return (upper.high + (middle < upper.low)) | (middle > 1);
}

static decimal choose(uint64_t low, uint64_t value, uint64_t high, int32_t exponent) {
  /* All three count quarters of 10^exponent. One digit fewer is better where just one such number lies inside. */
  uint64_t whole = value / 4;
  if (whole >= 10) {
    uint64_t tens = whole / 10;
    bool below_inside = low <= 40 * tens, above_inside = 40 * tens + 40 <= high;
    if (below_inside != above_inside) {
      return (decimal){tens + above_inside, exponent + 1};
    }
  }
  bool below_inside = low <= 4 * whole, above_inside = 4 * whole + 4 <= high;
  if (below_inside != above_inside) {
    return (decimal){whole + above_inside, exponent};
  }
  uint64_t middle = 4 * whole + 2;
  bool up = value > middle || (value == middle && (whole & 1) != 0);
  return (decimal){whole + up, exponent};
}

/* The shortest decimal within the rounding interval of a positive double, the nearest of those (Schubfach, by
 * Raffaele Giulietti: "The Schubfach way to render doubles"). */
static decimal shortest(parts number) {
  uint64_t significand = number.significand;
  /* Below a power of two the doubles lie twice as dense. */
  bool dense_below = significand == HIDDEN_BIT && number.exponent > -1074;
  bool even = (significand & 1) == 0; /* then the bounds themselves read back as this double */
  /* floor(log10(2^e)), of 3/4 × 2^e where the interval is narrower. */
  int64_t scaled = (int64_t)number.exponent * 1262611 - (dense_below ? 524031 : 0);
  int32_t exponent = (int32_t)((scaled >= 0 ? scaled : scaled - 4194303) / 4194304);
  int shift = number.exponent + tx_floor_log2_pow10(-exponent) + 1;
  tx_power power = tx_power_of_ten(-exponent);
  if (!tx_power_is_exact(-exponent)) {
    power.low++; /* rounded up, as the proof asks; */
    power.high += power.low == 0;
  }
  uint64_t low = scale_to_odd(power, (4 * significand - 2 + dense_below) << shift);
  uint64_t value = scale_to_odd(power, (4 * significand) << shift);
  uint64_t high = scale_to_odd(power, (4 * significand + 2) << shift);
  return choose(low + !even, value, high - !even, exponent);
}

static decimal without_trailing_zeros(decimal number) {
  while (number.digits % 10 == 0) {
    number.digits /= 10;
    number.exponent++;
  }
  return number;
}

static decimal to_decimal(parts number) {
  if (number.exponent <= 0 && number.exponent > -53) {
    int bits = -number.exponent;
    if ((number.significand & ((UINT64_C(1) << bits) - 1)) == 0) {
      return without_trailing_zeros((decimal){number.significand >> bits, 0}); /* a whole number below 2^53 */
    }
  }
  return without_trailing_zeros(shortest(number));
}

static size_t put_plain(char *buffer, decimal number, size_t digits) {
  if (number.exponent >= 0) {
    put_digits(buffer + digits, number.digits, digits);
    memset(buffer + digits, '0', (size_t)number.exponent);
    return digits + (size_t)number.exponent;
  }
  size_t decimals = (size_t)-number.exponent;
  if (decimals >= digits) {
    buffer[0] = '0';
    buffer[1] = '.';
    memset(buffer + 2, '0', decimals - digits);
    put_digits(buffer + 2 + decimals, number.digits, digits);
    return 2 + decimals;
  }
  size_t whole = digits - decimals;
  put_digits(buffer + digits + 1, number.digits, digits);
  memmove(buffer, buffer + 1, whole);
  buffer[whole] = '.';
  return digits + 1;
}

static size_t put_scientific(char *buffer, decimal number, size_t digits) {
  int32_t exponent = number.exponent + (int32_t)digits - 1;
  size_t length = 1;
  put_digits(buffer + digits + 1, number.digits, digits);
  buffer[0] = buffer[1];
  if (digits > 1) {
    buffer[1] = '.';
    length = digits + 1;
  }
  buffer[length++] = 'e';
  buffer[length++] = exponent < 0 ? '-' : '+';
  uint64_t magnitude = (uint64_t)(exponent < 0 ? -exponent : exponent);
  size_t width = magnitude < 100 ? 2 : 3;
  put_digits(buffer + length + width, magnitude, width);
  return length + width;
}

/* The shortest, without exponent from 10^least to below 10^most. */
static size_t format_within(double value, int32_t least, int32_t most, char *buffer) {
  const char *special = name_of_special(value);
  if (special != NULL) {
    return put_text(buffer, special);
  }
  parts number = take_apart(value);
  if (number.significand == 0) {
    return put_text(buffer, number.negative ? "-0" : "0");
  }
  decimal written = to_decimal(number);
  size_t digits = count_digits(written.digits);
  int32_t magnitude = written.exponent + (int32_t)digits; /* value < 10^magnitude */
  char *at = buffer;
  if (number.negative) {
    *at++ = '-';
  }
  bool plain = magnitude > least && magnitude <= most;
  at += plain ? put_plain(at, written, digits) : put_scientific(at, written, digits);
  *at = '\0';
  return (size_t)(at - buffer);
}

size_t tx_format_double(double value, char buffer[TX_NUMBER_SIZE]) { return format_within(value, -5, 16, buffer); }

size_t tx_format_general(double value, char buffer[TX_NUMBER_SIZE]) { return format_within(value, -4, 6, buffer); }

/* Fixed decimals. More than this many would not fit the buffer beside 309 digits. */
#define MOST_DECIMALS 30

/* Puts the point before the last `decimals` of `digits` digits, with zeros in front as needed. */
static size_t put_point(char *buffer, bool negative, const char *digits, size_t count, size_t decimals) {
  bool zero = true;
  for (size_t i = 0; i < count; i++) {
    zero = zero && digits[i] == '0';
  }
  char *at = buffer;
  if (negative && !zero) {
    *at++ = '-'; /* what rounds to nothing has no sign */
  }
  size_t whole = count > decimals ? count - decimals : 0;
  if (whole == 0) {
    *at++ = '0';
  } else {
    memcpy(at, digits, whole);
    at += whole;
  }
  if (decimals > 0) {
    size_t written = count - whole;
    *at++ = '.';
    memset(at, '0', decimals - written);
    memcpy(at + decimals - written, digits + whole, written);
    at += decimals;
  }
  *at = '\0';
  return (size_t)(at - buffer);
}

/* significand × 10^decimals / 2^shift rounded half to even, within 128 bits; false when it does not fit 64. */
static bool scale_small(parts number, int decimals, uint64_t *result) {
  uint64_t power = 1;
  for (int i = 0; i < decimals; i++) {
    power *= 10;
  }
  tx_wide product = tx_multiply(number.significand, power);
  int shift = -number.exponent;
  if (shift > 127) {
    *result = 0; /* the product has less than 53 + 64 bits: it is less than a half */
    return true;
  }
  uint64_t rest_high = 0, rest_low = product.low, half_high = 0, half_low = 0;
  if (shift == 0) {
    *result = product.low;
    return product.high == 0;
  }
  if (shift >= 64) {
    *result = shift == 64 ? product.high : product.high >> (shift - 64);
    rest_high = shift == 64 ? 0 : product.high & ((UINT64_C(1) << (shift - 64)) - 1);
    half_high = shift == 64 ? 0 : UINT64_C(1) << (shift - 65);
    half_low = shift == 64 ? UINT64_C(1) << 63 : 0;
  } else {
    *result = product.high << (64 - shift) | product.low >> shift;
    if (product.high >> shift != 0 || *result == UINT64_MAX) {
      return false; /* no room, or none to round up */
    }
    rest_low = product.low & ((UINT64_C(1) << shift) - 1);
    half_low = UINT64_C(1) << (shift - 1);
  }
  bool above = rest_high > half_high || (rest_high == half_high && rest_low > half_low);
  bool tie = rest_high == half_high && rest_low == half_low;
  *result += above || (tie && (*result & 1) != 0);
  return true;
}

/* Halves number `bits` times, rounding half to even at the end. */
static void shift_right_to_even(tx_bignum *number, uint32_t bits) {
  bool sticky = false, half = false;
  while (bits > 0) {
    uint32_t step = bits < 31 ? bits : 31;
    sticky = sticky || half;
    uint32_t rest = tx_bignum_divide(number, (uint32_t)1 << step);
    half = (rest >> (step - 1)) != 0;
    sticky = sticky || (rest & (((uint32_t)1 << (step - 1)) - 1)) != 0;
    bits -= step;
  }
  bool odd = number->count > 0 && (number->limbs[0] & 1) != 0;
  if (half && (sticky || odd)) {
    if (number->count == 0) {
      tx_bignum_set(number, 1);
    } else {
      tx_bignum_multiply_add(number, 1, 1);
    }
  }
}

static size_t format_large(parts number, int decimals, char *buffer) {
  tx_bignum scaled;
  tx_bignum_set(&scaled, number.significand);
  for (int i = 0; i < decimals; i++) {
    tx_bignum_multiply_add(&scaled, 10, 0);
  }
  if (number.exponent >= 0) {
    tx_bignum_shift_left(&scaled, (uint32_t)number.exponent);
  } else {
    shift_right_to_even(&scaled, (uint32_t)-number.exponent);
  }
  char digits[360];
  size_t begin = sizeof digits;
  do {
    uint32_t nine = tx_bignum_divide(&scaled, 1000000000);
    size_t width = scaled.count > 0 ? 9 : count_digits(nine);
    put_digits(digits + begin, nine, width);
    begin -= width;
  } while (scaled.count > 0);
  return put_point(buffer, number.negative, digits + begin, sizeof digits - begin, (size_t)decimals);
}

size_t tx_format_fixed(double value, int decimals, char buffer[TX_NUMBER_SIZE + 320]) {
  const char *special = name_of_special(value);
  if (special != NULL) {
    return put_text(buffer, special);
  }
  decimals = decimals < 0 ? 0 : decimals > MOST_DECIMALS ? MOST_DECIMALS : decimals;
  parts number = take_apart(value);
  uint64_t scaled;
  if (decimals <= 18 && number.exponent <= 0 && scale_small(number, decimals, &scaled)) {
    char digits[20];
    size_t count = count_digits(scaled);
    put_digits(digits + count, scaled, count);
    return put_point(buffer, number.negative, digits, count, (size_t)decimals);
  }
  return format_large(number, decimals, buffer);
}
