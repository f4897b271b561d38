#include "solver/mark.h"

#include <string.h>

static uint64_t turn(uint64_t x, int by) { return x << by | x >> (64 - by); }

static void add_word(uint64_t mark[2], uint64_t word) {
  mark[0] = turn((mark[0] ^ word) * UINT64_C(0x9E3779B97F4A7C15), 29);
  mark[1] = turn((mark[1] + word) * UINT64_C(0xC2B2AE3D27D4EB4F), 31) ^ mark[0];
}

static void add_bytes(uint64_t mark[2], const void *bytes, size_t count, size_t size) {
  const char *at = bytes;
  size_t left = bytes == NULL ? 0 : count * size;
  add_word(mark, bytes == NULL ? UINT64_MAX : count);
  for (; left >= 8; at += 8, left -= 8) {
    uint64_t word;
    memcpy(&word, at, 8);
    add_word(mark, word);
  }
  if (left > 0) {
    uint64_t word = 0;
    memcpy(&word, at, left);
    add_word(mark, word);
  }
}

static void add_measure(uint64_t mark[2], const tx_books *books, const tx_books_measure *measure) {
  add_word(mark, measure->pieces);
  add_bytes(mark, measure->limit, books->csms, sizeof *measure->limit);
  add_bytes(mark, measure->from, books->csms * measure->pieces, sizeof *measure->from);
  add_bytes(mark, measure->slope, books->csms * measure->pieces, sizeof *measure->slope);
}

static uint64_t mix(uint64_t x) {
  x = (x ^ x >> 32) * UINT64_C(0xD6E8FEB86659FD93);
  return x ^ x >> 29;
}

/* The CSM's number within the part, or TX_BOOKS_NONE: not one of it. */
static uint64_t local_of(const tx_split *split, size_t part, uint32_t csm) {
  bool here = csm != TX_BOOKS_NONE && split->csm_part[csm] == part;
  return here ? split->csm_local[csm] : TX_BOOKS_NONE;
}

/* What the customer is an exception for; those outside the part come to nothing. */
static void add_exceptions(uint64_t mark[2], const tx_split *split, size_t part, uint32_t j) {
  const tx_books *books = split->books;
  for (size_t x = tx_books_from(books->more_begin, j); x < tx_books_to(books->more_begin, j); x++) {
    if (split->csm_part[books->more_csm[x]] == part) {
      add_word(mark, split->csm_local[books->more_csm[x]]);
      add_word(mark, (uint64_t)books->more_points[x]);
    }
  }
  add_word(mark, UINT64_MAX);
  for (size_t x = tx_books_from(books->turned_begin, j); x < tx_books_to(books->turned_begin, j); x++) {
    if (split->csm_part[books->turned_csm[x]] == part) {
      add_word(mark, split->csm_local[books->turned_csm[x]]);
    }
  }
  add_word(mark, UINT64_MAX);
}

/* Straight from the whole problem: most parts are as they were, and need not be built. One word a customer, so that
 * they do not have to wait for each other. */
static void add_customers(uint64_t mark[2], const tx_split *split, size_t part) {
  const tx_books *books = split->books;
  bool excepted = books->more_begin != NULL || books->turned_begin != NULL;
  add_word(mark, (uint64_t)(books->value != NULL) << 2 | (uint64_t)(books->owner != NULL) << 1 |
                     (books->owner_points != NULL));
  add_word(mark, split->customer_begin[part + 1] - split->customer_begin[part]);
  for (size_t x = split->customer_begin[part]; x < split->customer_begin[part + 1]; x++) {
    uint32_t j = split->customer_order[x];
    uint64_t owner = books->owner == NULL ? 0 : local_of(split, part, books->owner[j]);
    uint64_t word = mix(owner << 32 | split->class_local[books->customer_class[j]]);
    word = mix(word + (books->value == NULL ? 1 : (uint64_t)books->value[j]));
    word = mix(word + (books->owner_points == NULL ? 0 : (uint64_t)books->owner_points[j]));
    for (size_t m = 0; m < books->measures; m++) {
      word = books->measure[m].amount == NULL ? word : mix(word + (uint64_t)books->measure[m].amount[j]);
    }
    add_word(mark, word);
    if (excepted) {
      add_exceptions(mark, split, part, j);
    }
  }
}

void tx_part_mark(const tx_split *split, size_t number, const tx_part *part, uint64_t mark[2]) {
  size_t dimensions = split->dimensions;
  const tx_books *books = &part->books;
  size_t entries = books->offers == 0 ? 0 : books->offer_begin[books->offers];
  mark[0] = UINT64_C(0x2545F4914F6CDD1D);
  mark[1] = UINT64_C(0x94D049BB133111EB);
  add_bytes(mark, &books->effort, 1, sizeof books->effort);
  add_word(mark, books->seed);
  add_bytes(mark, books->capacity, books->csms, sizeof *books->capacity);
  add_bytes(mark, books->hard, books->csms, sizeof *books->hard);
  add_bytes(mark, part->base, books->csms * dimensions, sizeof *part->base);
  for (size_t o = 0; o <= books->offers; o++) {
    add_word(mark, books->offer_begin[o]);
  }
  add_bytes(mark, books->offer_open, books->offers, sizeof *books->offer_open);
  add_bytes(mark, books->offer_csm, entries, sizeof *books->offer_csm);
  add_bytes(mark, books->offer_points, entries, sizeof *books->offer_points);
  add_bytes(mark, books->class_load, books->classes, sizeof *books->class_load);
  add_bytes(mark, books->class_offer, books->classes, sizeof *books->class_offer);
  add_word(mark, books->measures);
  for (size_t m = 0; m < books->measures; m++) {
    add_measure(mark, books, &books->measure[m]);
  }
  add_word(mark, UINT64_MAX);
  add_customers(mark, split, number);
}
