/* Whole-set functions: total, mean, stddev, percentile over a column's present values.
 *
 * Sums are exact and rounded once, so that they depend neither on threads and batches nor on the parts that a set may
 * be judged in. */
#include <math.h>
#include <string.h>

#include "expr/program_private.h"

/* Rows that one sum is taken over before sums are put together. */
#define BLOCK ((size_t)1 << 16)

/* --- sums --- */

typedef struct summing {
  const tx_column *column;
  tx_exact_sum *blocks; /* squares behind sums */
  size_t count;
  bool squares;
} summing;

static void sum_block(const summing *work, size_t block) {
  size_t first = block * BLOCK, rows = work->column->rows;
  size_t end = rows - first < BLOCK ? rows : first + BLOCK;
  const double *numbers = work->column->numbers;
  tx_exact_clear(&work->blocks[block]);
  for (size_t row = first; row < end; row++) {
    if (numbers[row] == numbers[row]) tx_exact_add(&work->blocks[block], numbers[row]);
  }
  if (!work->squares) return;
  tx_exact_sum *squares = &work->blocks[work->count + block];
  tx_exact_clear(squares);
  for (size_t row = first; row < end; row++) {
    if (numbers[row] == numbers[row]) tx_exact_add_square(squares, numbers[row]);
  }
}

static triax_status sum_blocks(void *user, size_t worker, size_t begin, size_t end, triax_error *error) {
  (void)worker;
  (void)error;
  for (size_t block = begin; block < end; block++) sum_block(user, block);
  return TRIAX_OK;
}

void tx_aggregate_conclude(tx_aggregate *aggregate) {
  if (!aggregate->known) return;
  if (aggregate->op == TX_OP_TOTAL) aggregate->value = tx_exact_total(aggregate->sum);
  if (aggregate->op == TX_OP_MEAN) aggregate->value = tx_exact_mean(aggregate->sum, aggregate->present);
  if (aggregate->op == TX_OP_STDDEV) {
    aggregate->value = tx_exact_deviation(aggregate->sum, aggregate->squares, aggregate->present);
  }
}

static bool sum_room(triax_context *context, tx_aggregate *aggregate, summing *work) {
  work->count = (work->column->rows + BLOCK - 1) / BLOCK;
  work->squares = aggregate->op == TX_OP_STDDEV;
  work->blocks = tx_alloc_array(context, work->count, 2 * sizeof(tx_exact_sum));
  aggregate->sum = tx_calloc(context, 1, sizeof *aggregate->sum);
  if (work->squares) aggregate->squares = tx_calloc(context, 1, sizeof *aggregate->squares);
  return work->blocks && aggregate->sum && (aggregate->squares || !work->squares);
}

static triax_status make_sum(triax_context *context, const tx_column *column, tx_aggregate *aggregate,
                             triax_error *error) {
  summing work = {.column = column};
  triax_status status = sum_room(context, aggregate, &work) ? TRIAX_OK : tx_no_memory(error);
  if (status == TRIAX_OK) status = tx_parallel_for(context, "summing", work.count, 1, sum_blocks, &work, error);
  for (size_t i = 0; status == TRIAX_OK && i < work.count; i++) {
    tx_exact_merge(aggregate->sum, &work.blocks[i]);
    if (work.squares) tx_exact_merge(aggregate->squares, &work.blocks[work.count + i]);
  }
  tx_free_array(context, work.blocks, work.count, 2 * sizeof(tx_exact_sum));
  if (status == TRIAX_OK) tx_aggregate_conclude(aggregate);
  return status;
}

/* --- percentile --- */

/* A number's key in the order of numbers, -0.0 and 0.0 being one, with its row. */
typedef struct entry {
  uint64_t key;
  size_t row;
} entry;

static uint64_t key_of(double number) {
  uint64_t bits;
  if (number == 0) number = 0;
  memcpy(&bits, &number, sizeof bits);
  return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double number_of(uint64_t key) {
  uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
  double number;
  memcpy(&number, &bits, sizeof number);
  return number;
}

/* Entries that are gone over between two looks at whether to go on. */
#define LOOK ((size_t)1 << 16)

/* Who looks: only the caller's own thread may ask the host. */
typedef struct sort_watch {
  triax_context *context; /* NULL: another thread's */
  double done;            /* of the sorting */
  size_t entries;         /* since the last look */
  triax_status status;
  triax_error *error;
} sort_watch;

/* Counts entries that were gone over; false: stop. */
static bool goes_on(sort_watch *watch, size_t entries) {
  watch->entries += entries;
  if (!watch->context || watch->entries < LOOK) return true;
  watch->entries = 0;
  watch->status = tx_progress(watch->context, "sorting", watch->done, watch->error);
  return watch->status == TRIAX_OK;
}

static size_t end_of_look(size_t first, size_t count) { return count - first < LOOK ? count : first + LOOK; }

/* Has the system find the pages of fresh room, in order and between looks: moving into ranges meets all of them at
 * once. */
static void touch(entry *spare, size_t first, size_t end) {
  for (size_t i = first; i < end; i += 4096 / sizeof *spare) spare[i].row = 0;
}

/* The entries of what is present, with as much room again behind them all; the numbers of all rows become NaN
 * meanwhile. */
static size_t gather_entries(const tx_column *column, entry *entries, double *numbers, sort_watch *watch) {
  size_t count = 0;
  for (size_t first = 0; first < column->rows; first += LOOK) {
    const size_t end = end_of_look(first, column->rows);
    for (size_t row = first; row < end; row++) {
      const double number = column->numbers[row];
      numbers[row] = (double)NAN;
      if (number == number) entries[count++] = (entry){key_of(number), row};
    }
    touch(entries + column->rows, first, end);
    if (!goes_on(watch, end - first)) break;
  }
  return count;
}

/* --- sorting: by leading bits into ranges that fit the cache, there byte by byte from the last --- */

#define LEAD 11       /* bits that ranges are told apart by */
#define SMALL 8192    /* entries that are sorted within the cache */
#define FEW 24        /* entries that are sorted by inserting */

static void insert_few(entry *entries, size_t count) {
  for (size_t i = 1; i < count; i++) {
    const entry one = entries[i];
    size_t at = i;
    for (; at > 0 && entries[at - 1].key > one.key; at--) entries[at] = entries[at - 1];
    entries[at] = one;
  }
}

static void count_bytes(const entry *entries, size_t count, uint32_t counts[8][256]) {
  memset(counts, 0, 8 * sizeof *counts);
  for (size_t i = 0; i < count; i++) {
    const uint64_t key = entries[i].key;
    for (unsigned byte = 0; byte < 8; byte++) counts[byte][(key >> (8 * byte)) & 255]++;
  }
}

static void move_by_byte(const entry *from, entry *to, size_t count, unsigned byte, uint32_t counts[256]) {
  uint32_t at = 0;
  for (size_t i = 0; i < 256; i++) {
    const uint32_t many = counts[i];
    counts[i] = at;
    at += many;
  }
  for (size_t i = 0; i < count; i++) to[counts[(from[i].key >> (8 * byte)) & 255]++] = from[i];
}

/* Sorts from[0 .. count), count <= SMALL, into itself or into the spare room. */
static void sort_small(entry *from, entry *spare, size_t count, bool to_spare) {
  entry *at = from, *other = spare;
  if (count <= FEW) {
    insert_few(from, count);
  } else {
    uint32_t counts[8][256];
    count_bytes(from, count, counts);
    for (unsigned byte = 0; byte < 8; byte++) {
      if (counts[byte][(at[0].key >> (8 * byte)) & 255] == count) continue; /* the same in all */
      move_by_byte(at, other, count, byte, counts[byte]);
      entry *swap = at;
      at = other;
      other = swap;
    }
  }
  entry *wanted = to_spare ? spare : from;
  if (at != wanted) memcpy(wanted, at, count * sizeof *at);
}

/* By how many bits keys are shifted so that their differences fit a range's number; false: all are the same, or stop. */
static bool find_shift(const entry *from, size_t count, uint64_t *least, unsigned *shift, sort_watch *watch) {
  uint64_t low = UINT64_MAX, high = 0;
  for (size_t first = 0; first < count; first += LOOK) {
    const size_t end = end_of_look(first, count);
    for (size_t i = first; i < end; i++) {
      low = from[i].key < low ? from[i].key : low;
      high = from[i].key > high ? from[i].key : high;
    }
    if (!goes_on(watch, end - first)) return false;
  }
  if (low >= high) return false;
  *least = low;
  for (*shift = 0; (high - low) >> *shift >> LEAD;) ++*shift;
  return true;
}

/* Where the ranges begin; the entries moved there. False: all keys are the same, or stop. */
static bool split(const entry *from, entry *to, size_t count, size_t starts[(1 << LEAD) + 1], sort_watch *watch) {
  uint64_t least;
  unsigned shift;
  if (!find_shift(from, count, &least, &shift, watch)) return false;
  memset(starts, 0, ((1 << LEAD) + 1) * sizeof *starts);
  for (size_t first = 0; first < count; first += LOOK) {
    const size_t end = end_of_look(first, count);
    for (size_t i = first; i < end; i++) starts[((from[i].key - least) >> shift) + 1]++;
    if (!goes_on(watch, end - first)) return false;
  }
  for (size_t i = 1; i <= 1 << LEAD; i++) starts[i] += starts[i - 1];
  for (size_t first = 0; first < count; first += LOOK) {
    const size_t end = end_of_look(first, count);
    for (size_t i = first; i < end; i++) to[starts[(from[i].key - least) >> shift]++] = from[i];
    if (!goes_on(watch, end - first)) return false;
  }
  for (size_t i = 1 << LEAD; i > 0; i--) starts[i] = starts[i - 1]; /* they had moved on to their ends */
  starts[0] = 0;
  return true;
}

static void copy_entries(entry *to, const entry *from, size_t count, sort_watch *watch) {
  for (size_t first = 0; first < count; first += LOOK) {
    const size_t end = end_of_look(first, count);
    memcpy(to + first, from + first, (end - first) * sizeof *to);
    if (!goes_on(watch, end - first)) return;
  }
}

/* Each turn settles eleven bits, so that six are the most. */
static void sort_range(entry *from, entry *spare, size_t count, bool to_spare, sort_watch *watch) {
  if (watch->status != TRIAX_OK) return;
  if (count <= SMALL) {
    sort_small(from, spare, count, to_spare);
    (void)goes_on(watch, count);
    return;
  }
  size_t starts[(1 << LEAD) + 1];
  if (!split(from, spare, count, starts, watch)) {
    if (to_spare && watch->status == TRIAX_OK) copy_entries(spare, from, count, watch);
    return;
  }
  for (size_t i = 0; i < 1 << LEAD; i++)
    sort_range(spare + starts[i], from + starts[i], starts[i + 1] - starts[i], !to_spare, watch);
}

typedef struct sorting {
  triax_context *context;
  entry *entries, *spare; /* the ranges are in the spare room */
  const size_t *starts;
  bool back; /* to the entries, sorted; else they stay where they are */
} sorting;

static triax_status sort_ranges(void *user, size_t worker, size_t begin, size_t end, triax_error *error) {
  const sorting *work = user;
  sort_watch watch = {worker ? NULL : work->context, (double)begin / (1 << LEAD), 0, TRIAX_OK, error};
  for (size_t i = begin; i < end; i++) {
    const size_t start = work->starts[i], count = work->starts[i + 1] - start;
    if (count <= LOOK) sort_range(work->spare + start, work->entries + start, count, work->back, &watch);
  }
  return watch.status;
}

/* Sorts entries[0 .. count), with the same room again in `spare`. Threads get ranges so short that the caller, who may
 * have to wait for one, is soon back at the host; longer ones (numbers with outliers make them) are split again. */
static triax_status sort_entries(entry *entries, entry *spare, size_t count, bool to_spare, sort_watch *watch) {
  size_t starts[(1 << LEAD) + 1];
  if (count <= SMALL) {
    sort_small(entries, spare, count, to_spare);
    return TRIAX_OK;
  }
  if (!split(entries, spare, count, starts, watch)) {
    if (to_spare && watch->status == TRIAX_OK) copy_entries(spare, entries, count, watch);
    return watch->status;
  }
  for (size_t i = 0; i < 1 << LEAD; i++) {
    const size_t start = starts[i], some = starts[i + 1] - start;
    if (some <= LOOK) continue;
    const triax_status status = sort_entries(spare + start, entries + start, some, !to_spare, watch);
    if (status != TRIAX_OK) return status;
  }
  sorting work = {watch->context, entries, spare, starts, !to_spare};
  return tx_parallel_for(watch->context, "sorting", 1 << LEAD, 8, sort_ranges, &work, watch->error);
}

static size_t count_distinct(const entry *sorted, size_t count) {
  size_t distinct = count > 0;
  for (size_t i = 1; i < count; i++) distinct += sorted[i].key != sorted[i - 1].key;
  return distinct;
}

static double share(uint64_t below, uint64_t equal, uint64_t present) {
  return ((double)below + (double)equal / 2) / (double)present; /* as tx_aggregate_percentile has it */
}

static bool distinct_room(triax_context *context, size_t distinct, tx_aggregate *aggregate) {
  aggregate->distinct = distinct;
  aggregate->sorted = tx_alloc_array(context, distinct, sizeof *aggregate->sorted);
  aggregate->below = tx_alloc_array(context, distinct, sizeof *aggregate->below);
  aggregate->equal = tx_alloc_array(context, distinct, sizeof *aggregate->equal);
  return aggregate->sorted && aggregate->below && aggregate->equal;
}

static triax_status keep_distinct(triax_context *context, const entry *sorted, size_t count, tx_aggregate *aggregate,
                                  double *numbers, triax_error *error) {
  size_t at = 0, looked = 0;
  if (!distinct_room(context, count_distinct(sorted, count), aggregate)) return tx_no_memory(error);
  for (size_t i = 0; i < count; at++) {
    size_t end = i + 1;
    while (end < count && sorted[end].key == sorted[i].key) end++;
    aggregate->sorted[at] = number_of(sorted[i].key);
    aggregate->below[at] = i;
    aggregate->equal[at] = end - i;
    double result = share(i, end - i, count);
    while (i < end) {
      const size_t stop = end - i < LOOK ? end : i + LOOK;
      for (; i < stop; i++) numbers[sorted[i].row] = result;
      if (i - looked < LOOK) continue;
      looked = i;
      const triax_status status = tx_progress(context, "ranking", (double)i / (double)count, error);
      if (status != TRIAX_OK) return status;
    }
  }
  return TRIAX_OK;
}

static tx_column *take_numbers(triax_context *context, size_t rows, double *numbers) {
  return tx_column_take(context, TRIAX_TYPE_NUMBER, rows, numbers, rows * sizeof *numbers, NULL);
}

static triax_status make_percentiles(triax_context *context, const tx_column *column, tx_aggregate *aggregate,
                                     tx_column **percentiles, triax_error *error) {
  size_t rows = column->rows;
  entry *entries = tx_alloc_array(context, rows, 2 * sizeof *entries);
  double *numbers = tx_alloc_array(context, rows, sizeof *numbers);
  triax_status status = entries && numbers ? TRIAX_OK : tx_no_memory(error);
  if (status == TRIAX_OK) {
    sort_watch watch = {context, 0, 0, TRIAX_OK, error};
    const size_t count = gather_entries(column, entries, numbers, &watch);
    status = watch.status;
    if (status == TRIAX_OK) status = sort_entries(entries, entries + rows, count, false, &watch);
    if (status == TRIAX_OK) status = keep_distinct(context, entries, count, aggregate, numbers, error);
  }
  tx_free_array(context, entries, rows, 2 * sizeof *entries);
  if (status != TRIAX_OK) {
    tx_free_array(context, numbers, rows, sizeof *numbers);
    return status;
  }
  *percentiles = take_numbers(context, rows, numbers);
  return *percentiles ? TRIAX_OK : tx_no_memory(error);
}

triax_status tx_aggregate_make(triax_context *context, int op, const tx_column *column, tx_aggregate *aggregate,
                               tx_column **percentiles, triax_error *error) {
  *aggregate = (tx_aggregate){.op = op, .present = column->rows - column->missing};
  aggregate->known = aggregate->present > 0;
  if (op == TX_OP_PERCENTILE) return make_percentiles(context, column, aggregate, percentiles, error);
  return make_sum(context, column, aggregate, error);
}

triax_status tx_aggregate_apply(triax_context *context, const tx_aggregate *aggregate, const tx_column *column,
                                tx_column **percentiles, triax_error *error) {
  double *numbers = tx_alloc_array(context, column->rows, sizeof *numbers);
  if (!numbers) return tx_no_memory(error);
  for (size_t i = 0; i < column->rows; i++) numbers[i] = tx_aggregate_percentile(aggregate, column->numbers[i]);
  *percentiles = take_numbers(context, column->rows, numbers);
  return *percentiles ? TRIAX_OK : tx_no_memory(error);
}
