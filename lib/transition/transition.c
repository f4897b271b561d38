/* Weeks by first fit: for each CSM, full weeks are linked to the next that is not. */
#include "transition/transition.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sum.h"
#include "base/text.h"

/* --- the order --- */

/* A unit's moves are order[begin] to order[begin + count - 1]. */
typedef struct unit {
  double value;
  triax_text key;
  size_t begin, count;
} unit;

typedef struct member {
  uint32_t unit, number;
} member;

static int compare_members(const void *a, const void *b) {
  const member *one = a, *other = b;
  if (one->unit != other->unit) return one->unit < other->unit ? -1 : 1;
  return one->number < other->number ? -1 : one->number > other->number;
}

static int compare_units(const void *a, const void *b) {
  const unit *one = a, *other = b;
  if (one->value != other->value) return one->value > other->value ? -1 : 1;
  int keys = tx_text_compare(one->key, other->key);
  if (keys) return keys;
  return one->begin < other->begin ? -1 : one->begin > other->begin;
}

/* One unit of the members from `begin` on: its value is known if that of any is, its key is the first of theirs. */
static unit gather(const tx_move *moves, const member *order, size_t begin, size_t count) {
  unit made = {-INFINITY, moves[order[begin].number].key, begin, 0};
  tx_sum value = {0, 0};
  bool known = false;
  for (size_t i = begin; i < count && order[i].unit == order[begin].unit; i++, made.count++) {
    const tx_move *move = &moves[order[i].number];
    if (tx_text_compare(move->key, made.key) < 0) made.key = move->key;
    if (isnan(move->value)) continue;
    tx_sum_add(&value, move->value);
    known = true;
  }
  if (known) made.value = tx_sum_of(&value);
  return made;
}

/* Fills both lists; returns how many units there are. */
static size_t rank(const tx_move *moves, size_t count, member *order, unit *units) {
  size_t found = 0;
  for (size_t i = 0; i < count; i++) order[i] = (member){moves[i].unit, (uint32_t)i};
  qsort(order, count, sizeof *order, compare_members);
  for (size_t i = 0; i < count; i += units[found++].count) units[found] = gather(moves, order, i, count);
  qsort(units, found, sizeof *units, compare_units);
  return found;
}

/* --- who has how many in which week --- */

typedef struct diary {
  const tx_transition_model *model;
  uint32_t *taken; /* per CSM and week */
  uint32_t *next;  /* per CSM and week and one more: this week if it has room, else towards the next that has */
  uint32_t *wants; /* per CSM: how many the unit at hand needs room for; 0 but for those touched */
  uint32_t *touched;
  size_t touched_count;
  size_t width; /* weeks and one more: the end */
} diary;

static uint32_t not_full(diary *d, uint32_t csm, uint32_t week) {
  uint32_t *next = d->next + csm * d->width;
  while (next[week] != week) {
    next[week] = next[next[week]];
    week = next[week];
  }
  return week;
}

/* The first week from `week` on in which the CSM has room for what the unit wants. */
static uint32_t with_room(diary *d, uint32_t csm, uint32_t week) {
  week = not_full(d, csm, week);
  while (week < d->model->weeks && d->model->per_csm - d->taken[csm * d->width + week] < d->wants[csm]) {
    week = not_full(d, csm, week + 1);
  }
  return week;
}

static void want(diary *d, uint32_t csm) {
  if (csm == TX_NOBODY) return;
  if (!d->wants[csm]) d->touched[d->touched_count++] = csm;
  if (d->wants[csm] < d->model->per_csm) d->wants[csm]++; /* more than a week holds takes a whole one */
}

static void want_all(diary *d, const tx_move *moves, const member *members, size_t count) {
  d->touched_count = 0;
  for (size_t i = 0; i < count; i++) {
    const tx_move *move = &moves[members[i].number];
    want(d, move->giver);
    if (move->receiver != move->giver) want(d, move->receiver);
  }
}

/* Enters what was wanted in the week, if there is one, and forgets it. */
static void take(diary *d, uint32_t week) {
  for (size_t i = 0; i < d->touched_count; i++) {
    const uint32_t csm = d->touched[i];
    uint32_t *taken = &d->taken[csm * d->width + week];
    if (week < d->model->weeks && (*taken += d->wants[csm]) == d->model->per_csm) {
      d->next[csm * d->width + week] = week + 1;
    }
    d->wants[csm] = 0;
  }
}

/* The first week from `week` on that lies outside of the renewal window. */
static uint32_t outside(const tx_transition_model *model, int32_t renewal, uint32_t week) {
  if (!model->has_window || renewal == TX_NO_RENEWAL) return week;
  int64_t first = model->start + 7 * (int64_t)week;
  int64_t opens = (int64_t)renewal - model->before, closes = (int64_t)renewal + model->after;
  if (first + 6 < opens || first > closes) return week;
  int64_t later = (closes - model->start) / 7 + 1; /* closes >= first >= start */
  return later > model->weeks ? model->weeks : (uint32_t)later;
}

/* Pushes the week on until nothing stands in its way; `weeks` where everything does. */
static uint32_t first_week(diary *d, const tx_move *moves, const member *members, size_t count) {
  uint32_t week = 0, before;
  do {
    before = week;
    for (size_t i = 0; i < count && week < d->model->weeks; i++) {
      week = outside(d->model, moves[members[i].number].renewal, week);
    }
    for (size_t i = 0; i < d->touched_count && week < d->model->weeks; i++) week = with_room(d, d->touched[i], week);
  } while (week != before && week < d->model->weeks);
  return week;
}

static bool open_diary(triax_context *context, diary *d, size_t csms) {
  d->width = (size_t)d->model->weeks + 1;
  if (csms && d->width > SIZE_MAX / csms) return false;
  d->taken = tx_calloc(context, csms * d->width, sizeof *d->taken);
  d->next = tx_alloc_array(context, csms * d->width, sizeof *d->next);
  d->wants = tx_calloc(context, csms, sizeof *d->wants);
  d->touched = tx_alloc_array(context, csms, sizeof *d->touched);
  if (!d->taken || !d->next || !d->wants || !d->touched) return false;
  for (size_t i = 0; i < csms * d->width; i++) d->next[i] = (uint32_t)(i % d->width);
  return true;
}

static void close_diary(triax_context *context, diary *d, size_t csms) {
  tx_free_array(context, d->taken, csms * d->width, sizeof *d->taken);
  tx_free_array(context, d->next, csms * d->width, sizeof *d->next);
  tx_free_array(context, d->wants, csms, sizeof *d->wants);
  tx_free_array(context, d->touched, csms, sizeof *d->touched);
}

triax_status tx_transition_run(triax_context *context, const tx_transition_model *model, const tx_move *moves,
                               size_t count, size_t csms, uint32_t *week, triax_error *error) {
  diary d = {.model = model};
  const bool limited = model->per_csm != 0;
  if (!limited) csms = 0;
  member *order = tx_alloc_array(context, count, sizeof *order);
  unit *units = tx_alloc_array(context, count, sizeof *units);
  const bool fine = order && units && open_diary(context, &d, csms);
  const size_t found = fine ? rank(moves, count, order, units) : 0;
  for (size_t u = 0; u < found; u++) {
    const member *members = order + units[u].begin;
    if (limited) want_all(&d, moves, members, units[u].count);
    const uint32_t at = first_week(&d, moves, members, units[u].count);
    if (limited) take(&d, at);
    for (size_t i = 0; i < units[u].count; i++) week[members[i].number] = at < model->weeks ? at : TX_NO_WEEK;
  }
  close_diary(context, &d, csms);
  tx_free_array(context, order, count, sizeof *order);
  tx_free_array(context, units, count, sizeof *units);
  return fine ? TRIAX_OK : tx_no_memory(error);
}
