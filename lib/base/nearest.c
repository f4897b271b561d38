/* Suggestions: which known name did the writer mean? */
#include "base/text.h"

#define LONGEST 64

/* Distances are counted in half edits here, so that a change of case alone costs one and all else two. */
enum { CASE_COST = 1, EDIT_COST = 2 };

static uint32_t lower(uint32_t c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; }

static bool decode(triax_text text, uint32_t points[LONGEST], size_t *count) {
  *count = 0;
  for (size_t offset = 0; offset < text.length;) {
    if (*count == LONGEST) {
      return false;
    }
    points[(*count)++] = tx_utf8_next(text, &offset);
  }
  return true;
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

static size_t change_cost(uint32_t a, uint32_t b) {
  return a == b ? 0 : lower(a) == lower(b) ? CASE_COST : EDIT_COST;
}

/* Three rows of the table suffice: a transposition looks two rows back. */
static size_t distance(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count) {
  size_t rows[3][LONGEST + 1];
  for (size_t j = 0; j <= b_count; j++) {
    rows[0][j] = j * EDIT_COST;
  }
  for (size_t i = 1; i <= a_count; i++) {
    size_t *row = rows[i % 3];
    const size_t *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
    row[0] = i * EDIT_COST;
    for (size_t j = 1; j <= b_count; j++) {
      size_t best = above[j - 1] + change_cost(a[i - 1], b[j - 1]);
      best = least(best, least(above[j], row[j - 1]) + EDIT_COST);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        best = least(best, two_above[j - 2] + EDIT_COST);
      }
      row[j] = best;
    }
  }
  return rows[a_count % 3][b_count];
}

/* In half edits; SIZE_MAX when a text is too long to compare. */
static size_t half_distance(triax_text a, triax_text b) {
  uint32_t a_points[LONGEST], b_points[LONGEST];
  size_t a_count, b_count;
  if (!decode(a, a_points, &a_count) || !decode(b, b_points, &b_count)) {
    return SIZE_MAX;
  }
  return distance(a_points, a_count, b_points, b_count);
}

size_t tx_text_distance(triax_text a, triax_text b, size_t limit) {
  size_t halves = half_distance(a, b);
  size_t edits = halves == SIZE_MAX ? SIZE_MAX : (halves + 1) / 2;
  return edits > limit ? limit + 1 : edits;
}

static bool same_but_case(triax_text a, triax_text b) {
  if (a.length != b.length) {
    return false;
  }
  for (size_t i = 0; i < a.length; i++) {
    if (lower((unsigned char)a.bytes[i]) != lower((unsigned char)b.bytes[i])) {
      return false;
    }
  }
  return true;
}

size_t tx_text_nearest(triax_text word, const triax_text *names, size_t count) {
  size_t third = tx_utf8_count(word) / 3;
  size_t limit = (third > 1 ? third : 1) * EDIT_COST;
  size_t nearest = SIZE_MAX, nearest_distance = limit + 1;
  for (size_t i = 0; i < count; i++) {
    size_t halves = same_but_case(word, names[i]) ? !tx_text_equal(word, names[i]) : half_distance(word, names[i]);
    if (halves < nearest_distance) {
      nearest = i;
      nearest_distance = halves;
    }
  }
  return nearest;
}
