#include "allocation/solve_mark.h"

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
  add_bytes(mark, measure->amount, books->customers, sizeof *measure->amount);
  add_bytes(mark, measure->limit, books->csms, sizeof *measure->limit);
  add_bytes(mark, measure->from, books->csms * measure->pieces, sizeof *measure->from);
  add_bytes(mark, measure->slope, books->csms * measure->pieces, sizeof *measure->slope);
}

void tx_part_mark(const tx_part *part, size_t dimensions, uint64_t mark[2]) {
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
  add_bytes(mark, books->offer_csm, entries, sizeof *books->offer_csm);
  add_bytes(mark, books->offer_points, entries, sizeof *books->offer_points);
  add_bytes(mark, books->class_load, books->classes, sizeof *books->class_load);
  add_bytes(mark, books->class_offer, books->classes, sizeof *books->class_offer);
  add_bytes(mark, books->customer_class, books->customers, sizeof *books->customer_class);
  add_bytes(mark, books->value, books->customers, sizeof *books->value);
  add_bytes(mark, books->owner, books->customers, sizeof *books->owner);
  add_bytes(mark, books->owner_points, books->customers, sizeof *books->owner_points);
  for (size_t j = 0; books->more_begin != NULL && j <= books->customers; j++) {
    add_word(mark, books->more_begin[j]);
  }
  size_t more = books->more_begin == NULL ? 0 : books->more_begin[books->customers];
  add_bytes(mark, books->more_csm, more, sizeof *books->more_csm);
  add_bytes(mark, books->more_points, more, sizeof *books->more_points);
  for (size_t j = 0; books->struck_begin != NULL && j <= books->customers; j++) {
    add_word(mark, books->struck_begin[j]);
  }
  if (books->struck_begin != NULL) {
    add_bytes(mark, books->struck_csm, books->struck_begin[books->customers], sizeof *books->struck_csm);
  }
  add_word(mark, books->measures);
  for (size_t m = 0; m < books->measures; m++) {
    add_measure(mark, books, &books->measure[m]);
  }
}
