/* What characters are, and which differ in case alone: for \p and (?i), as RE2 has them. */
#include "expr/regex_private.h"

/* The next of those that differ from c in case alone, in a ring: K, k, and the sign of Kelvin. */
static uint32_t next_case(uint32_t c) {
  size_t low = 0, high = tx_fold_count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (tx_fold_rows[middle].last < c) low = middle + 1;
    else high = middle;
  }
  if (low == tx_fold_count || tx_fold_rows[low].first > c) return c;
  const tx_fold_row *row = &tx_fold_rows[low];
  if (row->step == 0) return row->first + ((c - row->first) ^ 1);
  return (uint32_t)((int32_t)c + row->step);
}

uint32_t tx_fold_case(uint32_t c) {
  if (c < 128) return c >= 'a' && c <= 'z' ? c - 32 : c;
  uint32_t least = c;
  for (uint32_t other = next_case(c); other != c; other = next_case(other)) least = other < least ? other : least;
  return least;
}

static unsigned category_of(uint32_t c) {
  size_t low = 0, high = tx_category_count;
  while (high - low > 1) {
    size_t middle = (low + high) / 2;
    if (tx_category_rows[middle] >> 6 <= c) low = middle;
    else high = middle;
  }
  uint32_t row = tx_category_rows[low];
  bool turned = (row & 32) && ((c - (row >> 6)) & 1);
  return (row & 31) ^ (turned ? 1u : 0u); /* upper and lower case are 0 and 1 */
}

static bool in_ranges(const tx_class *class, const tx_range *ranges, uint32_t c) {
  for (uint32_t i = 0; i < class->count; i++) {
    if (c >= ranges[class->first + i].low && c <= ranges[class->first + i].high) return true;
  }
  return class->categories && (class->categories >> category_of(c) & 1);
}

/* Whether the class has c, or one that differs from it in case alone; of what is left out, none may. */
bool tx_class_has(const tx_class *class, const tx_range *ranges, uint32_t c) {
  bool has = in_ranges(class, ranges, c), outside = class->left_out && !(class->left_out >> category_of(c) & 1);
  if (class->folds) {
    for (uint32_t other = next_case(c); other != c; other = next_case(other)) {
      has = has || in_ranges(class, ranges, other);
      outside = outside && !(class->left_out >> category_of(other) & 1);
    }
  }
  return (has || outside) != class->negated;
}
