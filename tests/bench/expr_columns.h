/* The columns of workloads A and B, the processor's time, and the speed of reading alone. */
#ifndef TESTS_BENCH_EXPR_COLUMNS_H
#define TESTS_BENCH_EXPR_COLUMNS_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "expr/program.h"

/* Of the processor, not of the wall: other programs' turns do not count. */
static inline double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
  return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static inline uint64_t next_random(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

static inline double uniform(uint64_t *state) { return (double)(next_random(state) >> 11) * 0x1p-53; }

static inline void need(bool good, const char *what) {
  if (good) return;
  fprintf(stderr, "bench: %s\n", what);
  exit(1);
}

/* --- columns --- */

enum { ARR, EMPLOYEES, SEATS, HEALTH, RENEWAL, SINCE, VERTICAL, COUNTRY, PRODUCTS, COLUMNS };
static const char *const names[COLUMNS] = {"arr",   "employees", "seats",   "health",  "renewal",
                                           "since", "vertical",  "country", "products"};

static inline tx_column *number_column(triax_context *context, size_t rows, int which, uint64_t *state) {
  double *numbers = malloc(rows * sizeof *numbers);
  need(numbers != NULL, "out of memory");
  tx_column_builder *builder = tx_column_builder_new(context, TRIAX_TYPE_NUMBER);
  for (size_t i = 0; i < rows; i++) {
    double u = uniform(state);
    double value = which == ARR         ? exp(7 + 7 * u)
                   : which == EMPLOYEES ? exp(2 + 9 * u)
                   : which == SEATS     ? exp(1 + 6 * u)
                                        : 100 * u;
    need(which == HEALTH && next_random(state) % 20 == 0 ? tx_column_builder_missing(builder)
                                                         : tx_column_builder_number(builder, value),
         "out of memory");
  }
  free(numbers);
  tx_column *column = tx_column_builder_finish(builder);
  tx_column_builder_free(builder);
  return column;
}

static inline triax_text text_of(const char *text) { return (triax_text){text, strlen(text)}; }

static inline tx_column *other_column(triax_context *context, size_t rows, int which, uint64_t *state) {
  static const char *const verticals[] = {"finance", "telco",  "retail", "bank",   "insurance", "media",
                                          "public",  "energy", "health", "travel", "food",      "software"};
  static const char *const countries[] = {"US", "GB", "DE", "FR", "ES", "IT", "NL", "SE", "JP", "BR"};
  static const char *const products[] = {"Core", "Analytics", "Mobile", "API", "Support"};
  int32_t type = which <= SINCE ? TRIAX_TYPE_DATE : which == PRODUCTS ? TRIAX_TYPE_STRINGS : TRIAX_TYPE_STRING;
  tx_column_builder *builder = tx_column_builder_new(context, type);
  for (size_t i = 0; i < rows; i++) {
    uint64_t r = next_random(state);
    bool good;
    if (type == TRIAX_TYPE_DATE) {
      good = tx_column_builder_integer(builder, 20000 + (int64_t)(r % 1200));
    } else if (type == TRIAX_TYPE_STRING) {
      good = tx_column_builder_text(builder, text_of(which == VERTICAL ? verticals[r % 12] : countries[r % 10]));
    } else {
      triax_text items[5];
      size_t count = 0;
      for (size_t k = 0; k < 5; k++) {
        if ((r >> k) & 1) items[count++] = text_of(products[k]);
      }
      good = tx_column_builder_list(builder, items, count);
    }
    need(good, "out of memory");
  }
  tx_column *column = tx_column_builder_finish(builder);
  tx_column_builder_free(builder);
  return column;
}

static inline tx_column *metric_column(triax_context *context, size_t rows, uint64_t *state) {
  tx_column_builder *builder = tx_column_builder_new(context, TRIAX_TYPE_NUMBER);
  for (size_t i = 0; i < rows; i++) {
    double value = next_random(state) % 20 == 0 ? (double)NAN : uniform(state) * 1.2 - 0.1;
    need(tx_column_builder_number(builder, value), "out of memory");
  }
  tx_column *column = tx_column_builder_finish(builder);
  tx_column_builder_free(builder);
  need(column != NULL, "out of memory");
  return column;
}

static inline uint64_t xor_bytes(const void *from, size_t bytes) {
  const uint64_t *words = from;
  uint64_t lanes[32] = {0}, all = 0;
  for (size_t i = 0; i + 32 <= bytes / 8; i += 32) {
    for (size_t k = 0; k < 32; k++) lanes[k] ^= words[i + k];
  }
  for (size_t k = 0; k < 32; k++) all ^= lanes[k];
  return all;
}

static inline size_t width_of(const tx_column *column) {
  if (column->code_width) return column->code_width;
  return column->type == TRIAX_TYPE_DATE ? 4 : 8;
}

/* Long runs of one column after the other: what the memory gives at best. */
static inline uint64_t read_columns(tx_column *const *columns, size_t count, size_t rows) {
  const size_t run = 64 * TX_BATCH;
  uint64_t all = 0;
  for (size_t first = 0; first < rows; first += run) {
    const size_t many = rows - first < run ? rows - first : run;
    for (size_t i = 0; i < count; i++) {
      size_t width = width_of(columns[i]);
      all ^= xor_bytes((const char *)columns[i]->data + first * width, many * width);
      if (columns[i]->present) all ^= xor_bytes((const char *)columns[i]->present + first / 8, many / 8);
    }
  }
  return all;
}

#endif
