/* Aggregates as bytes: little-endian whatever the machine, with a version and a check sum.
 *
 *   "TRIAXAGG"  version u32  policy u64  dated u8  as_of u32  open u64  items u32  item …  check sum u64
 *   item: id u64  kind u8  phase u8  settled u8  present u64  sum  squares  cells u64 (low high f64, count u64,
 *         weight f64) …  above u64  candidates u64 (by of f64, key: length u32, bytes) …
 *   sum:  up u64  down u64  first u16  limbs u16  (limb u32) …  top i64 */
#include <math.h>
#include <string.h>

#include "aggregates/aggregates.h"
#include "base/error.h"
#include "base/text.h"

#define VERSION 1
#define MAGIC TX_TEXT("TRIAXAGG")
#define CELL_SIZE 32
#define CANDIDATE_SIZE 20
#define ITEM_SIZE 99 /* at least */

/* --- writing ---------------------------------------------------------------------------------------------------- */

typedef struct sink {
  unsigned char *bytes; /* NULL: only counted */
  size_t size, length;
} sink;

static void put_bytes(sink *to, const void *bytes, size_t count) {
  if (to->bytes && count <= to->size - to->length) memcpy(to->bytes + to->length, bytes, count);
  to->length += count;
}

static void put(sink *to, uint64_t value, size_t bytes) {
  unsigned char out[8];
  for (size_t i = 0; i < bytes; i++) out[i] = (unsigned char)(value >> 8 * i & 255);
  put_bytes(to, out, bytes);
}

static void put_number(sink *to, double number) {
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  put(to, bits, 8);
}

static void put_sum(sink *to, const tx_exact_sum *sum) {
  size_t first = 0, end = TX_EXACT_LIMBS - 1;
  tx_exact_sum settled = *sum;
  tx_exact_settle(&settled);
  while (first < end && settled.limbs[first] == 0) first++;
  while (end > first && settled.limbs[end - 1] == 0) end--;
  put(to, sum->up, 8);
  put(to, sum->down, 8);
  put(to, first, 2);
  put(to, end - first, 2);
  for (size_t i = first; i < end; i++) put(to, (uint64_t)settled.limbs[i], 4);
  put(to, (uint64_t)settled.limbs[TX_EXACT_LIMBS - 1], 8);
}

static void put_item(sink *to, const tx_whole *item) {
  put(to, item->id, 8);
  put(to, item->kind, 1);
  put(to, item->phase, 1);
  put(to, item->settled, 1);
  put(to, item->present, 8);
  put_sum(to, &item->sum);
  put_sum(to, &item->squares);
  put(to, item->cell_count, 8);
  for (size_t i = 0; i < item->cell_count; i++) {
    put_number(to, item->cells[i].low);
    put_number(to, item->cells[i].high);
    put(to, item->cells[i].count, 8);
    put_number(to, item->cells[i].weight);
  }
  put(to, item->above, 8);
  put(to, item->candidate_count, 8);
  for (size_t i = 0; i < item->candidate_count; i++) {
    put_number(to, item->candidates[i].by);
    put_number(to, item->candidates[i].of);
    put(to, item->candidates[i].key.length, 4);
    put_bytes(to, item->candidates[i].key.bytes, item->candidates[i].key.length);
  }
}

static void put_all(sink *to, const triax_aggregates *from) {
  put_bytes(to, MAGIC.bytes, MAGIC.length);
  put(to, VERSION, 4);
  put(to, from->policy, 8);
  put(to, from->has_as_of, 1);
  put(to, (uint32_t)from->as_of, 4);
  put(to, from->open, 8);
  put(to, from->item_count, 4);
  for (size_t i = 0; i < from->item_count; i++) put_item(to, &from->items[i]);
  if (!to->bytes) {
    to->length += 8;
    return;
  }
  put(to, tx_text_hash((triax_text){(const char *)to->bytes, to->length}), 8);
}

triax_status triax_aggregates_write(const triax_aggregates *aggregates, void *buffer, size_t size, size_t *length,
                                    triax_error *error) {
  if (!aggregates || !length) return tx_fail(error, TRIAX_EINVAL, "writing needs aggregates and a place for the length");
  sink counted = {NULL, 0, 0};
  put_all(&counted, aggregates);
  *length = counted.length;
  if (!buffer) return TRIAX_OK;
  if (size < counted.length) {
    return tx_fail(error, TRIAX_ELIMIT, "the aggregates take %zu bytes, but there is room for %zu", counted.length,
                   size);
  }
  sink to = {buffer, size, 0};
  put_all(&to, aggregates);
  return TRIAX_OK;
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

typedef struct source {
  const unsigned char *bytes;
  size_t left;
  bool ended; /* asked for more than there was, or something was not as it must be */
} source;

static uint64_t take(source *from, size_t bytes) {
  uint64_t value = 0;
  if (from->left < bytes) {
    from->left = 0;
    from->ended = true;
    return 0;
  }
  for (size_t i = 0; i < bytes; i++) value |= (uint64_t)from->bytes[i] << 8 * i;
  from->bytes += bytes;
  from->left -= bytes;
  return value;
}

static double take_number(source *from) {
  uint64_t bits = take(from, 8);
  double number;
  memcpy(&number, &bits, sizeof number);
  from->ended = from->ended || isnan(number);
  return number;
}

/* A number of things of at least `size` bytes each that can still follow. */
static size_t take_count(source *from, size_t size) {
  uint64_t count = take(from, 8);
  if (count > from->left / size) from->ended = true;
  return from->ended ? 0 : (size_t)count;
}

static int64_t as_signed(uint64_t bits) { return bits >> 63 ? -(int64_t)~bits - 1 : (int64_t)bits; }

static void take_sum(source *from, tx_exact_sum *sum) {
  tx_exact_clear(sum);
  sum->up = take(from, 8);
  sum->down = take(from, 8);
  size_t first = (size_t)take(from, 2), count = (size_t)take(from, 2);
  if (first + count > TX_EXACT_LIMBS - 1) from->ended = true;
  for (size_t i = 0; !from->ended && i < count; i++) sum->limbs[first + i] = (int64_t)take(from, 4);
  int64_t top = as_signed(take(from, 8));
  if (top > INT32_MAX || top < INT32_MIN) from->ended = true; /* far beyond any sum of doubles */
  else sum->limbs[TX_EXACT_LIMBS - 1] = top;
}

static triax_status take_cells(source *from, triax_aggregates *to, tx_whole *item, triax_error *error) {
  size_t count = take_count(from, CELL_SIZE);
  uint64_t all = 0;
  if (count > TRIAX_AGGREGATES_VALUES) from->ended = true;
  if (from->ended || count == 0) return TRIAX_OK;
  if (!tx_whole_cells(to->context, item, count)) return tx_no_memory(error);
  for (size_t i = 0; i < count; i++) {
    tx_cell *cell = &item->cells[i];
    cell->low = take_number(from);
    cell->high = take_number(from);
    cell->count = take(from, 8);
    cell->weight = take_number(from);
    bool good = cell->low <= cell->high && cell->count > 0 && cell->count <= item->present - all && cell->weight >= 0;
    if (i > 0) good = good && cell[-1].low <= cell->low;
    if (!good) from->ended = true;
    if (from->ended) return TRIAX_OK;
    all += cell->count;
  }
  if (all != item->present) from->ended = true;
  return from->ended ? TRIAX_OK : tx_cells_finish(to->context, item, TRIAX_AGGREGATES_VALUES, error);
}

static triax_status take_candidates(source *from, triax_aggregates *to, tx_whole *item, triax_error *error) {
  item->above = take(from, 8);
  size_t count = take_count(from, CANDIDATE_SIZE);
  if (count > TRIAX_AGGREGATES_CANDIDATES || item->above > item->present) from->ended = true;
  if (from->ended || count == 0) return TRIAX_OK;
  if (!tx_whole_candidates(to->context, item, count)) return tx_no_memory(error);
  for (size_t i = 0; i < count; i++) {
    tx_candidate *candidate = &item->candidates[i];
    candidate->by = take_number(from);
    candidate->of = take_number(from);
    candidate->key.length = (size_t)take(from, 4);
    candidate->key.bytes = (const char *)from->bytes;
    bool good = !from->ended && candidate->key.length <= from->left && candidate->of >= 0;
    good = good && (i == 0 || tx_candidate_order(candidate - 1, candidate) <= 0);
    if (!good) from->ended = true;
    if (from->ended) {
      candidate->key = TX_TEXT("");
      return TRIAX_OK;
    }
    from->bytes += candidate->key.length;
    from->left -= candidate->key.length;
    candidate->key.bytes = tx_arena_copy(&to->keys, candidate->key.bytes, candidate->key.length);
    if (!candidate->key.bytes) return tx_no_memory(error);
  }
  return TRIAX_OK;
}

/* What each kind may have. */
static bool item_makes_sense(const tx_whole *item) {
  const bool top = item->kind == TX_WHOLE_TOP, done = item->phase == TX_PHASE_DONE;
  if (item->kind < TX_WHOLE_TOTAL || item->kind > TX_WHOLE_TOP) return false;
  if (item->phase < TX_PHASE_SPREAD || item->phase > TX_PHASE_DONE || (!top && !done)) return false;
  if (item->sum.up > item->present || item->sum.down > item->present - item->sum.up) return false;
  if (item->present > UINT64_MAX / 4) return false;
  if (item->kind == TX_WHOLE_PERCENTILE || item->phase == TX_PHASE_SPREAD) {
    if (item->present && !item->cell_count) return false;
  } else if (item->cell_count) {
    return false;
  }
  if (top && done) return item->candidate_count <= 1;
  return item->candidate_count == 0 || item->phase == TX_PHASE_AROUND;
}

static triax_status take_item(source *from, triax_aggregates *to, tx_whole *item, triax_error *error) {
  item->id = take(from, 8);
  item->kind = (uint8_t)take(from, 1);
  item->phase = (uint8_t)take(from, 1);
  uint64_t settled = take(from, 1);
  item->settled = settled == 1;
  item->present = take(from, 8);
  take_sum(from, &item->sum);
  take_sum(from, &item->squares);
  if (settled > 1) from->ended = true;
  triax_status status = from->ended ? TRIAX_OK : take_cells(from, to, item, error);
  if (status == TRIAX_OK && !from->ended) status = take_candidates(from, to, item, error);
  if (status == TRIAX_OK && !from->ended && !item_makes_sense(item)) from->ended = true;
  return status;
}

static triax_status damaged(triax_error *error) {
  return tx_fail(error, TRIAX_EDATA, "the aggregates are damaged: they are not as they were written; send them again");
}

static triax_status check_frame(source *from, triax_error *error) {
  const size_t length = from->left;
  if (length < MAGIC.length || memcmp(from->bytes, MAGIC.bytes, MAGIC.length) != 0) {
    return tx_fail(error, TRIAX_EDATA, "these bytes are no aggregates: they do not begin as triax_aggregates_write() "
                                       "begins them");
  }
  source end = {from->bytes + (length < 8 ? 0 : length - 8), length < 8 ? length : 8, false};
  from->bytes += MAGIC.length;
  from->left -= MAGIC.length;
  uint64_t version = take(from, 4);
  if (!from->ended && version != VERSION) {
    return tx_fail(error, TRIAX_EDATA, "the aggregates are of version %zu of their format, which this library does "
                                       "not know: use the same library on all machines",
                   (size_t)version);
  }
  const triax_text body = {(const char *)end.bytes - (length - 8), length - 8};
  if (from->ended || from->left < 8 || take(&end, 8) != tx_text_hash(body)) return damaged(error);
  from->left -= 8;
  return TRIAX_OK;
}

static triax_status take_items(source *from, triax_aggregates *to, triax_error *error) {
  triax_status status = TRIAX_OK;
  for (size_t i = 0; status == TRIAX_OK && !from->ended && i < to->item_count; i++) {
    status = take_item(from, to, &to->items[i], error);
    if (i > 0 && to->items[i - 1].id >= to->items[i].id) from->ended = true;
  }
  return status;
}

triax_status triax_aggregates_read(triax_context *context, const void *bytes, size_t length,
                                   triax_aggregates **aggregates, triax_error *error) {
  if (!context || !bytes || !aggregates) {
    return tx_fail(error, TRIAX_EINVAL, "reading aggregates needs a context, bytes and a place to go");
  }
  source from = {bytes, length, false};
  triax_status status = check_frame(&from, error);
  if (status != TRIAX_OK) return status;
  uint64_t policy = take(&from, 8), dated = take(&from, 1), as_of = take(&from, 4), open = take(&from, 8);
  uint64_t items = take(&from, 4);
  if (from.ended || dated > 1 || items > from.left / ITEM_SIZE) return damaged(error);
  triax_aggregates *made;
  status = tx_wholes_new(context, (size_t)items, &made, error);
  if (status != TRIAX_OK) return status;
  made->policy = policy;
  made->has_as_of = dated == 1;
  made->as_of = as_of > INT32_MAX ? (int32_t)(as_of - INT32_MAX - 1) + INT32_MIN : (int32_t)as_of;
  made->open = open;
  status = take_items(&from, made, error);
  if (status == TRIAX_OK && (from.ended || from.left)) status = damaged(error);
  if (status == TRIAX_OK) *aggregates = made;
  else triax_aggregates_unref(made);
  return status;
}
