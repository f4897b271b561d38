/* Aggregates: their life, and merging those of parts. */
#include "aggregates/aggregates.h"

#include <string.h>

#include "base/error.h"

/* --- life ------------------------------------------------------------------------------------------------------- */

triax_status tx_wholes_new(triax_context *context, size_t items, triax_aggregates **aggregates, triax_error *error) {
  triax_aggregates *made = tx_calloc(context, 1, sizeof *made);
  if (!made) return tx_no_memory(error);
  made->items = tx_calloc(context, items, sizeof *made->items);
  if (!made->items) {
    tx_free(context, made, sizeof *made);
    return tx_no_memory(error);
  }
  made->context = triax_context_ref(context);
  made->item_count = made->capacity = items;
  tx_count_init(&made->count);
  tx_arena_init(&made->keys, context);
  *aggregates = made;
  return TRIAX_OK;
}

triax_aggregates *triax_aggregates_ref(triax_aggregates *aggregates) {
  if (aggregates) tx_count_ref(&aggregates->count);
  return aggregates;
}

void triax_aggregates_unref(triax_aggregates *aggregates) {
  if (!aggregates || !tx_count_unref(&aggregates->count)) return;
  triax_context *context = aggregates->context;
  for (size_t i = 0; i < aggregates->item_count; i++) {
    tx_whole *item = &aggregates->items[i];
    tx_free_array(context, item->cells, item->cell_count, sizeof *item->cells);
    tx_free_array(context, item->candidates, item->candidate_count, sizeof *item->candidates);
  }
  tx_free_array(context, aggregates->items, aggregates->capacity, sizeof *aggregates->items);
  tx_arena_free(&aggregates->keys);
  tx_free(context, aggregates, sizeof *aggregates);
  triax_context_unref(context);
}

int32_t triax_aggregates_complete(const triax_aggregates *aggregates) { return aggregates && aggregates->open == 0; }

double triax_aggregates_error(const triax_aggregates *aggregates) {
  double worst = 0;
  for (size_t i = 0; aggregates && i < aggregates->item_count; i++) {
    const tx_whole *item = &aggregates->items[i];
    if (item->kind == TX_WHOLE_PERCENTILE && item->error > worst) worst = item->error;
  }
  return worst;
}

const tx_whole *tx_wholes_find(const triax_aggregates *aggregates, uint64_t id) {
  size_t low = 0, high = aggregates->item_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (aggregates->items[middle].id < id) low = middle + 1;
    else high = middle;
  }
  return low < aggregates->item_count && aggregates->items[low].id == id ? &aggregates->items[low] : NULL;
}

void tx_wholes_sort(triax_aggregates *aggregates) { /* few, and large: each is moved once it knows where to */
  for (size_t i = 0; i < aggregates->item_count; i++) {
    size_t least = i;
    for (size_t k = i + 1; k < aggregates->item_count; k++) {
      if (aggregates->items[k].id < aggregates->items[least].id) least = k;
    }
    if (least == i) continue;
    tx_whole held = aggregates->items[i];
    aggregates->items[i] = aggregates->items[least];
    aggregates->items[least] = held;
  }
}

bool tx_whole_cells(triax_context *context, tx_whole *item, size_t count) {
  item->cells = tx_alloc_array(context, count, sizeof *item->cells);
  item->cell_count = item->cells ? count : 0;
  return item->cells != NULL;
}

bool tx_whole_candidates(triax_context *context, tx_whole *item, size_t count) {
  item->candidates = tx_calloc(context, count, sizeof *item->candidates);
  item->candidate_count = item->candidates ? count : 0;
  return item->candidates != NULL;
}

static bool copy_candidates(triax_aggregates *to, tx_candidate *into, const tx_candidate *from, size_t count) {
  for (size_t i = 0; i < count; i++) {
    into[i] = from[i];
    into[i].key.bytes = tx_arena_copy(&to->keys, from[i].key.bytes, from[i].key.length);
    if (!into[i].key.bytes) return false;
  }
  return true;
}

bool tx_whole_copy(triax_aggregates *to, tx_whole *item, const tx_whole *from) {
  *item = *from;
  item->cells = NULL;
  item->candidates = NULL;
  item->cell_count = item->candidate_count = 0;
  if (from->cells) {
    if (!tx_whole_cells(to->context, item, from->cell_count)) return false;
    memcpy(item->cells, from->cells, from->cell_count * sizeof *from->cells);
  }
  if (!from->candidates) return true;
  return tx_whole_candidates(to->context, item, from->candidate_count) &&
         copy_candidates(to, item->candidates, from->candidates, from->candidate_count);
}

/* --- merging ---------------------------------------------------------------------------------------------------- */

static triax_status too_large(triax_error *error) {
  return tx_fail(error, TRIAX_ELIMIT, "the parts have more customers together than can be counted");
}

static triax_status check_parts(const triax_aggregates *const *parts, size_t count, triax_error *error) {
  for (size_t p = 0; p < count; p++) {
    if (!parts[p]) return tx_fail(error, TRIAX_EINVAL, "part %zu of the aggregates to be merged is NULL", p);
    const triax_aggregates *a = parts[0], *b = parts[p];
    if (a->policy != b->policy) {
      return tx_fail(error, TRIAX_EINVAL,
                     "part %zu was judged by another policy than part 0: judge all parts by the same", p);
    }
    if (a->has_as_of != b->has_as_of || (a->has_as_of && a->as_of != b->as_of)) {
      return tx_fail(error, TRIAX_EINVAL, "part %zu was judged as of another date than part 0: give all the same", p);
    }
    bool same = a->item_count == b->item_count && a->open == b->open;
    for (size_t i = 0; same && i < a->item_count; i++) {
      const tx_whole *x = &a->items[i], *y = &b->items[i];
      same = x->id == y->id && x->kind == y->kind && x->phase == y->phase && x->settled == y->settled;
      same = same && (!x->settled || (x->present == y->present && x->cell_count == y->cell_count));
    }
    if (!same) {
      return tx_fail(error, TRIAX_EINVAL,
                     "part %zu was judged in another round than part 0, or its columns have other types: feed all "
                     "parts the same aggregates and declare the columns' types", p);
    }
  }
  return TRIAX_OK;
}

static triax_status merge_figures(const triax_aggregates *const *parts, size_t count, size_t i, tx_whole *item,
                                  triax_error *error) {
  for (size_t p = 0; p < count; p++) {
    const tx_whole *part = &parts[p]->items[i];
    if (part->present > UINT64_MAX / 4 - item->present || part->above > UINT64_MAX / 4 - item->above) {
      return too_large(error);
    }
    item->present += part->present;
    item->above += part->above;
    tx_exact_merge(&item->sum, &part->sum);
    tx_exact_merge(&item->squares, &part->squares);
  }
  return TRIAX_OK;
}

static triax_status merge_cells(triax_context *context, const triax_aggregates *const *parts, size_t count, size_t i,
                                tx_whole *item, triax_error *error) {
  size_t cells = 0, at = 0;
  for (size_t p = 0; p < count; p++) cells += parts[p]->items[i].cell_count;
  if (cells == 0) return TRIAX_OK;
  if (!tx_whole_cells(context, item, cells)) return tx_no_memory(error);
  for (size_t p = 0; p < count; p++) {
    const tx_whole *part = &parts[p]->items[i];
    if (part->cell_count) memcpy(item->cells + at, part->cells, part->cell_count * sizeof *part->cells);
    at += part->cell_count;
  }
  return tx_cells_finish(context, item, TRIAX_AGGREGATES_VALUES, error);
}

static triax_status merge_candidates(triax_aggregates *merged, const triax_aggregates *const *parts, size_t count,
                                     size_t i, tx_whole *item, triax_error *error) {
  size_t all = 0, at = 0;
  for (size_t p = 0; p < count; p++) all += parts[p]->items[i].candidate_count;
  if (all > TRIAX_AGGREGATES_CANDIDATES) {
    return tx_fail(error, TRIAX_ELIMIT, "more than %d customers tie at the edge of a 'top': rank by something finer",
                   TRIAX_AGGREGATES_CANDIDATES);
  }
  if (all == 0) return TRIAX_OK;
  if (!tx_whole_candidates(merged->context, item, all)) return tx_no_memory(error);
  for (size_t p = 0; p < count; p++) {
    const tx_whole *part = &parts[p]->items[i];
    if (!copy_candidates(merged, item->candidates + at, part->candidates, part->candidate_count)) {
      return tx_no_memory(error);
    }
    at += part->candidate_count;
  }
  tx_candidate *spare = tx_alloc_array(merged->context, all, sizeof *spare);
  if (!spare) return tx_no_memory(error);
  tx_candidates_sort(item->candidates, spare, all);
  tx_free_array(merged->context, spare, all, sizeof *spare);
  return TRIAX_OK;
}

static triax_status merge_item(triax_aggregates *merged, const triax_aggregates *const *parts, size_t count, size_t i,
                               triax_error *error) {
  const tx_whole *first = &parts[0]->items[i];
  tx_whole *item = &merged->items[i];
  if (first->settled) return tx_whole_copy(merged, item, first) ? TRIAX_OK : tx_no_memory(error);
  item->id = first->id;
  item->kind = first->kind;
  item->phase = first->phase;
  triax_status status = merge_figures(parts, count, i, item, error);
  if (status == TRIAX_OK) status = merge_cells(merged->context, parts, count, i, item, error);
  if (status == TRIAX_OK) status = merge_candidates(merged, parts, count, i, item, error);
  return status;
}

triax_status triax_aggregates_merge(triax_context *context, const triax_aggregates *const *parts, size_t count,
                                    triax_aggregates **merged, triax_error *error) {
  if (!context || !parts || !count || !merged) {
    return tx_fail(error, TRIAX_EINVAL, "merging aggregates needs a context, one part at least and a place to go");
  }
  triax_aggregates *made = NULL;
  triax_status status = check_parts(parts, count, error);
  if (status == TRIAX_OK) status = tx_wholes_new(context, parts[0]->item_count, &made, error);
  if (status != TRIAX_OK) return status;
  made->policy = parts[0]->policy;
  made->as_of = parts[0]->as_of;
  made->has_as_of = parts[0]->has_as_of;
  made->open = parts[0]->open;
  for (size_t i = 0; status == TRIAX_OK && i < made->item_count; i++) {
    status = merge_item(made, parts, count, i, error);
  }
  if (status == TRIAX_OK) *merged = made;
  else triax_aggregates_unref(made);
  return status;
}
