/* Cells: distinct values, neighbours taken together where there are too many, and edges of tops found through them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "aggregates/aggregates.h"

#define COUNT 20000

static uint32_t draw(uint64_t *seed, uint32_t below) {
  *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)((*seed >> 33) % below);
}

/* A tenth of the values are 5000; the rest are all over the place. */
static void make_values(double *values) {
  uint64_t seed = 3;
  for (size_t i = 0; i < COUNT; i++) values[i] = i % 10 == 0 ? 5000 : draw(&seed, 1000000) / 64.0;
}

static void free_item(triax_context *context, tx_whole *item) {
  tx_free_array(context, item->cells, item->cell_count, sizeof *item->cells);
  memset(item, 0, sizeof *item);
}

/* Parts of 1,000 values, each brought down to `most` cells, merged and brought down again. */
static void gather(triax_context *context, const double *values, size_t most, tx_whole *all) {
  static tx_cell kept[COUNT];
  size_t count = 0;
  memset(all, 0, sizeof *all);
  for (size_t first = 0; first < COUNT; first += 1000) {
    tx_whole part = {.present = 1000};
    assert_true(tx_whole_cells(context, &part, 1000));
    for (size_t i = 0; i < 1000; i++) {
      double value = values[first + i];
      part.cells[i] = (tx_cell){value, value, 1, value};
      tx_exact_add(&all->sum, value);
    }
    assert_int_equal(tx_cells_finish(context, &part, most, NULL), TRIAX_OK);
    assert_true(part.cell_count <= most);
    memcpy(kept + count, part.cells, part.cell_count * sizeof *kept);
    count += part.cell_count;
    free_item(context, &part);
  }
  all->present = COUNT;
  assert_true(tx_whole_cells(context, all, count));
  memcpy(all->cells, kept, count * sizeof *kept);
  assert_int_equal(tx_cells_finish(context, all, most, NULL), TRIAX_OK);
}

/* As policy.md defines it, by counting. */
static double percentile(const double *values, double x) {
  double below = 0, equal = 0;
  for (size_t i = 0; i < COUNT; i++) {
    below += values[i] < x;
    equal += values[i] == x;
  }
  return (below + equal / 2) / COUNT;
}

static double compare(triax_context *context, const double *values, const tx_whole *all) {
  tx_aggregate aggregate = {.op = TX_OP_PERCENTILE, .known = true, .present = COUNT};
  tx_aggregates holder = {context, 1, &aggregate};
  double worst = 0;
  uint64_t seed = 11;
  (void)holder;
  assert_int_equal(tx_cells_apply(context, all, &aggregate, NULL), TRIAX_OK);
  for (size_t i = 0; i < 600; i++) {
    double x = i % 3 ? values[draw(&seed, COUNT)] : draw(&seed, 17000) - 500.0;
    double off = fabs(tx_aggregate_percentile(&aggregate, x) - percentile(values, x));
    if (off > worst) worst = off;
  }
  tx_free_array(context, aggregate.sorted, aggregate.distinct, sizeof *aggregate.sorted);
  tx_free_array(context, aggregate.below, aggregate.distinct, sizeof *aggregate.below);
  tx_free_array(context, aggregate.equal, aggregate.distinct, sizeof *aggregate.equal);
  return worst;
}

static triax_context *new_context(void) {
  triax_context *context;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  return context;
}

static void test_percentiles(void **state) {
  (void)state;
  static double values[COUNT];
  triax_context *context = new_context();
  tx_whole all;
  make_values(values);
  gather(context, values, 1000000, &all);
  assert_true(all.error == 0);
  assert_true(compare(context, values, &all) == 0);
  free_item(context, &all);
  for (size_t most = 20; most <= 500; most *= 5) {
    gather(context, values, most, &all);
    assert_true(all.error > 0 && all.error < 8.0 / (double)most);
    assert_true(compare(context, values, &all) <= all.error);
    free_item(context, &all);
  }
  triax_context_unref(context);
}

/* The value that a top's last customer has, by trying all. */
static double edge_of(const double *values, double share, bool sums) {
  double best = -(double)INFINITY, total = 0;
  for (size_t i = 0; i < COUNT; i++) total += values[i];
  for (size_t i = 0; i < COUNT; i += 7) {
    double above = 0;
    for (size_t k = 0; k < COUNT; k++) above += values[k] >= values[i] ? (sums ? values[k] : 1) : 0;
    bool enough = sums ? above >= share * total : above >= floor(share * COUNT);
    if (enough && values[i] > best) best = values[i];
  }
  return best;
}

/* Of every seventh value, none that would still be inside lies above the bracket; and the edge is not below it. */
static void test_brackets(void **state) {
  (void)state;
  static double values[COUNT];
  triax_context *context = new_context();
  make_values(values);
  for (size_t most = 40; most <= 1000000; most *= 158) {
    tx_whole all;
    gather(context, values, most, &all);
    for (int sums = 0; sums < 2; sums++) {
      for (double share = 0.03; share < 1; share += 0.31) {
        double low, high, edge = edge_of(values, share, sums);
        bool any;
        assert_int_equal(tx_cells_bracket(context, &all, share, sums, &low, &high, &any, NULL), TRIAX_OK);
        assert_true(any && low <= high && edge <= high);
        if (most > COUNT && !sums) assert_true(low == high);
        double above = 0, total = 0;
        for (size_t k = 0; k < COUNT; k++) {
          above += values[k] >= low ? (sums ? values[k] : 1) : 0;
          total += sums ? values[k] : 1;
        }
        assert_true(above >= floor(share * total));
      }
    }
    free_item(context, &all);
  }
  triax_context_unref(context);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_percentiles), cmocka_unit_test(test_brackets)};
  return cmocka_run_group_tests_name("aggregates", tests, NULL, NULL);
}
