/* Upper and lower case for (?i): ASCII, Latin, Greek and Cyrillic as far as they pair one to one. */
#include "expr/regex_private.h"

static bool in(uint32_t c, uint32_t low, uint32_t high) { return c >= low && c <= high; }

uint32_t tx_fold_lower(uint32_t c) {
  if (in(c, 'A', 'Z') || (in(c, 0xC0, 0xDE) && c != 0xD7) || (in(c, 0x391, 0x3A9) && c != 0x3A2) ||
      in(c, 0x410, 0x42F)) {
    return c + 32;
  }
  if (in(c, 0x400, 0x40F)) return c + 80;
  if (in(c, 0x100, 0x12F) || in(c, 0x132, 0x137) || in(c, 0x14A, 0x177)) return c | 1;
  if (in(c, 0x139, 0x148) || in(c, 0x179, 0x17E)) return c + (c & 1);
  return c;
}

static uint32_t fold_upper(uint32_t c) {
  if (in(c, 'a', 'z') || (in(c, 0xE0, 0xFE) && c != 0xF7) || (in(c, 0x3B1, 0x3C9) && c != 0x3C2) ||
      in(c, 0x430, 0x44F)) {
    return c - 32;
  }
  if (in(c, 0x450, 0x45F)) return c - 80;
  if (in(c, 0x100, 0x12F) || in(c, 0x132, 0x137) || in(c, 0x14A, 0x177)) return c & ~UINT32_C(1);
  if (in(c, 0x139, 0x148) || in(c, 0x179, 0x17E)) return c - 1 + (c & 1);
  return c;
}

static bool in_ranges(const tx_class *class, const tx_range *ranges, uint32_t c) {
  for (uint32_t i = 0; i < class->count; i++) {
    if (in(c, ranges[class->first + i].low, ranges[class->first + i].high)) return true;
  }
  return false;
}

bool tx_class_has(const tx_class *class, const tx_range *ranges, uint32_t c) {
  bool has = in_ranges(class, ranges, c);
  if (!has && class->folds) {
    has = in_ranges(class, ranges, tx_fold_lower(c)) || in_ranges(class, ranges, fold_upper(c));
  }
  return has != class->negated;
}
