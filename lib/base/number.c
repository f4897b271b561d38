/* Text to numbers. */
#include "base/number.h"

#include <string.h>

#include "base/bignum.h"
#include "base/powers.h"
#include "base/text.h"
#include "base/wide.h"

/* Digits that can decide a rounding: the longest halfway point between doubles has 767. */
#define DECISIVE_DIGITS 770

#define INFINITE_BITS (UINT64_C(0x7FF) << 52)

/* A number as it is written: digits × 10^exponent. */
typedef struct decimal {
  bool negative;
  const char *digits;  /* all of them, from the first that is not 0, with the point among them */
  size_t length;       /* characters of digits */
  uint64_t leading;    /* the first 19 digits */
  int64_t exponent;    /* of `leading` */
  bool cut;            /* digits beyond the 19th were left out */
} decimal;

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Reads a run of digits into the decimal; returns how many characters that was. */
static size_t take_digits(decimal *number, const char *at, const char *end, unsigned *significant, bool fraction) {
  const char *p = at;
  for (; p < end && is_digit(*p); p++) {
    if (*significant == 0 && *p == '0') {
      number->exponent -= fraction;
      continue;
    }
    if (*significant == 0) {
      number->digits = p;
    }
    if (*significant < 19) {
      ++*significant;
      number->leading = number->leading * 10 + (uint64_t)(*p - '0');
      number->exponent -= fraction;
    } else {
      number->cut = true;
      number->exponent += !fraction;
    }
  }
  return (size_t)(p - at);
}

/* [+-] digits after the e, held within bounds that no text can make up for with its digits. */
static bool take_exponent(decimal *number, const char *p, const char *end) {
  bool negative = p < end && *p == '-';
  p += p < end && (*p == '-' || *p == '+');
  if (p == end) {
    return false;
  }
  int64_t exponent = 0;
  for (; p < end; p++) {
    if (!is_digit(*p)) {
      return false;
    }
    exponent = exponent < INT64_MAX / 100 ? exponent * 10 + (*p - '0') : exponent;
  }
  number->exponent += negative ? -exponent : exponent;
  return true;
}

static bool read_decimal(triax_text text, decimal *number) {
  const char *p = text.bytes, *end = p + text.length;
  *number = (decimal){.negative = p < end && *p == '-'};
  p += p < end && (*p == '-' || *p == '+');
  unsigned significant = 0;
  size_t digits = take_digits(number, p, end, &significant, false);
  p += digits;
  if (p < end && *p == '.') {
    size_t fraction = take_digits(number, p + 1, end, &significant, true);
    p += 1 + fraction;
    digits += fraction;
  }
  if (digits == 0) {
    return false;
  }
  number->length = number->digits == NULL ? 0 : (size_t)(p - number->digits);
  return p == end || ((*p == 'e' || *p == 'E') && take_exponent(number, p + 1, end));
}

static double from_bits(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* The double nearest to (top + rest) × 2^exponent, 0 <= rest < 1 and not 0 where `sticky`; top has its highest bit
 * set. INFINITE_BITS when too large. */
static uint64_t round_bits(uint64_t top, bool sticky, int32_t exponent) {
  /* Normal doubles keep 53 bits of the 64; subnormal ones as many as lie above 2^-1074. */
  int32_t dropped = exponent + 11 >= -1074 ? 11 : -1074 - exponent;
  if (dropped > 64) {
    return 0;
  }
  uint64_t kept = dropped == 64 ? 0 : top >> dropped;
  uint64_t half = UINT64_C(1) << (dropped - 1);
  uint64_t below = dropped == 64 ? top : top & ((half << 1) - 1);
  kept += below > half || (below == half && (sticky || (kept & 1) != 0));
  if (dropped > 11) {
    return kept; /* subnormal; a carry makes the least normal, whose bits come next */
  }
  int32_t biased = exponent + 11 + 1075;
  if (biased >= 2047) {
    return INFINITE_BITS;
  }
  /* The hidden bit adds one to the exponent field, and so does a carry out of all ones. */
  uint64_t bits = ((uint64_t)(biased - 1) << 52) + kept;
  return bits > INFINITE_BITS ? INFINITE_BITS : bits;
}

/* digits × 10^exponent to the nearest double's bits by one wide multiplication (after Eisel and Lemire). False where
 * the product, which may be short of the truth in its last bits, lies too near to a rounding point to tell: the nearest
 * is then *bits or the next. */
static bool from_product(uint64_t digits, int32_t exponent, uint64_t *bits) {
  tx_power power = tx_power_of_ten(exponent);
  int zeros = tx_leading_zeros(digits);
  uint64_t factor = digits << zeros;
  tx_wide upper = tx_multiply(factor, power.high), lower = tx_multiply(factor, power.low);
  uint64_t middle = upper.low + lower.high;
  uint64_t top = upper.high + (middle < lower.high);
  bool exact = tx_power_is_exact(exponent);
  bool sticky = !exact || middle != 0 || lower.low != 0;
  int32_t scale = tx_floor_log2_pow10(exponent) + 1 - zeros;
  if ((top >> 63) == 0) {
    top = top << 1 | middle >> 63;
    middle = middle << 1 | 1;
    scale--;
  }
  *bits = round_bits(top, sticky, scale);
  /* What the table left out is less than 1, so the product is short by less than factor < 2^64, that is one unit of
   * middle. Only all ones there could carry that into top, and then both roundings must agree. */
  if (exact || middle != UINT64_MAX) {
    return true;
  }
  uint64_t next = top == UINT64_MAX ? round_bits(UINT64_C(1) << 63, true, scale + 1) : round_bits(top + 1, true, scale);
  return next == *bits;
}

/* All decisive digits of the number, with the power of ten that goes with them. */
static void read_digits(const decimal *number, tx_bignum *digits, int64_t *exponent) {
  tx_bignum_set(digits, 0);
  int64_t taken = 0;
  bool rest = false;
  for (size_t i = 0; i < number->length; i++) {
    char c = number->digits[i];
    if (!is_digit(c)) {
      continue;
    }
    if (taken < DECISIVE_DIGITS) {
      tx_bignum_multiply_add(digits, 10, (uint32_t)(c - '0'));
      taken++;
    } else {
      rest = rest || c != '0';
    }
  }
  *exponent = number->exponent - (number->cut ? taken - 19 : 0);
  if (rest) {
    /* Any digit below the decisive ones stands for all of them. */
    tx_bignum_multiply_add(digits, 10, 1);
    --*exponent;
  }
}

/* Of the neighbours `bits` and bits + 1 the one nearest to the number, by exact comparison with their middle. */
static uint64_t decide(const decimal *number, uint64_t bits) {
  uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
  int32_t field = (int32_t)(bits >> 52);
  uint64_t significand = field == 0 ? fraction : fraction | UINT64_C(1) << 52;
  int64_t binary = (field == 0 ? 1 : field) - 1075 - 1;
  tx_bignum middle, digits;
  int64_t exponent;
  tx_bignum_set(&middle, 2 * significand + 1);
  read_digits(number, &digits, &exponent);
  /* digits × 10^exponent against middle × 2^binary, with all negative powers moved to the other side. */
  tx_bignum_multiply_pow5(exponent >= 0 ? &digits : &middle, (uint32_t)(exponent >= 0 ? exponent : -exponent));
  int64_t twos = exponent - binary;
  tx_bignum_shift_left(twos >= 0 ? &digits : &middle, (uint32_t)(twos >= 0 ? twos : -twos));
  int order = tx_bignum_compare(&digits, &middle);
  return order > 0 || (order == 0 && (bits & 1) != 0) ? bits + 1 : bits;
}

/* Of the number without its sign. */
static uint64_t to_bits(const decimal *number) {
  uint64_t bits = 0, above = 0;
  if (number->leading == 0 || number->exponent < TX_POWER_MIN) {
    bits = 0;
  } else if (number->exponent > 308) {
    bits = INFINITE_BITS;
  } else {
    int32_t exponent = (int32_t)number->exponent;
    bool sure = from_product(number->leading, exponent, &bits);
    if (sure && number->cut) {
      /* The digits left out put the number between leading and leading + 1. */
      sure = from_product(number->leading + 1, exponent, &above) && above == bits;
    }
    if (!sure) {
      bits = decide(number, bits);
    }
  }
  return bits;
}

static bool is_word(triax_text text, const char *word) {
  size_t i = 0;
  for (; i < text.length && word[i] != '\0'; i++) {
    if ((text.bytes[i] | 0x20) != word[i]) {
      return false;
    }
  }
  return i == text.length && word[i] == '\0';
}

static bool parse_special(triax_text text, double *value) {
  bool negative = text.length > 0 && text.bytes[0] == '-';
  if (negative || (text.length > 0 && text.bytes[0] == '+')) {
    text.bytes++;
    text.length--;
  }
  if (is_word(text, "nan")) {
    *value = from_bits(INFINITE_BITS | UINT64_C(1) << 51);
    return true;
  }
  if (is_word(text, "inf") || is_word(text, "infinity")) {
    *value = from_bits(INFINITE_BITS | (uint64_t)negative << 63);
    return true;
  }
  return false;
}

/* As tx_parse_double, times 10^power. */
static bool parse_scaled(triax_text text, int64_t power, double *value) {
  decimal number;
  if (text.length == 0 || !read_decimal(text, &number)) {
    return false;
  }
  number.exponent += power;
  uint64_t bits = to_bits(&number);
  if (bits == INFINITE_BITS) {
    return false;
  }
  *value = from_bits(bits | (uint64_t)number.negative << 63);
  return true;
}

bool tx_parse_double(triax_text text, bool special, double *value) {
  return parse_scaled(text, 0, value) || (special && parse_special(text, value));
}

bool tx_parse_suffixed(triax_text text, double *value) {
  char last = text.length > 0 ? (char)(text.bytes[text.length - 1] | 0x20) : '0';
  size_t suffix = 0;
  int64_t power = 0;
  if (last == 'k' || last == 'm') {
    suffix = 1;
    power = last == 'k' ? 3 : 6;
  } else if (last == 'n' && text.length > 1 && (text.bytes[text.length - 2] | 0x20) == 'b') {
    suffix = 2;
    power = 9;
  }
  text.length -= suffix;
  return parse_scaled(text, power, value);
}

bool tx_parse_int64(triax_text text, int64_t *value) {
  bool negative = text.length > 0 && text.bytes[0] == '-';
  size_t i = negative || (text.length > 0 && text.bytes[0] == '+');
  if (i == text.length) {
    return false;
  }
  uint64_t most = (uint64_t)INT64_MAX + negative, magnitude = 0;
  for (; i < text.length; i++) {
    if (!is_digit(text.bytes[i])) {
      return false;
    }
    uint64_t digit = (uint64_t)(text.bytes[i] - '0');
    if (magnitude > (most - digit) / 10) {
      return false;
    }
    magnitude = magnitude * 10 + digit;
  }
  /* Negating magnitude - 1 keeps INT64_MIN within range on the way. */
  *value = !negative || magnitude == 0 ? (int64_t)magnitude : -(int64_t)(magnitude - 1) - 1;
  return true;
}
