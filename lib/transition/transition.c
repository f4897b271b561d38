/* Weeks by first fit: for each CSM, full weeks are linked to the next that is not. */
#include "transition/transition.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* --- the order --- */

typedef struct ranked {
  double value;
  triax_text key;
  uint32_t number;
} ranked;

static int compare_ranked(const void *a, const void *b) {
  const ranked *one = a, *other = b;
  if (one->value != other->value) return one->value > other->value ? -1 : 1;
  int keys = tx_text_compare(one->key, other->key);
  if (keys) return keys;
  return one->number < other->number ? -1 : one->number > other->number;
}

static ranked *rank(triax_context *context, const tx_move *moves, size_t count) {
  ranked *order = tx_alloc_array(context, count, sizeof *order);
  for (size_t i = 0; order && i < count; i++) {
    double value = isnan(moves[i].value) ? -INFINITY : moves[i].value;
    order[i] = (ranked){value, moves[i].key, (uint32_t)i};
  }
  if (order) qsort(order, count, sizeof *order, compare_ranked);
  return order;
}

/* --- who has how many in which week --- */

typedef struct diary {
  const tx_transition_model *model;
  uint32_t *taken; /* per CSM and week */
  uint32_t *next;  /* per CSM and week and one more: this week if it has room, else towards the next that has */
  size_t width;    /* weeks and one more: the end */
} diary;

static uint32_t with_room(diary *d, uint32_t csm, uint32_t week) {
  uint32_t *next = d->next + csm * d->width;
  while (next[week] != week) {
    next[week] = next[next[week]];
    week = next[week];
  }
  return week;
}

static void take(diary *d, uint32_t csm, uint32_t week) {
  if (++d->taken[csm * d->width + week] == d->model->per_csm) d->next[csm * d->width + week] = week + 1;
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

static uint32_t first_week(diary *d, const tx_move *move, bool limited) {
  uint32_t week = 0, before;
  do {
    before = week;
    week = outside(d->model, move->renewal, week);
    if (limited && week < d->model->weeks && move->giver != TX_NOBODY) week = with_room(d, move->giver, week);
    if (limited && week < d->model->weeks && move->receiver != TX_NOBODY) week = with_room(d, move->receiver, week);
  } while (week != before && week < d->model->weeks);
  return week < d->model->weeks ? week : TX_NO_WEEK;
}

static bool open_diary(triax_context *context, diary *d, size_t csms) {
  d->width = (size_t)d->model->weeks + 1;
  if (csms && d->width > SIZE_MAX / csms) return false;
  d->taken = tx_calloc(context, csms * d->width, sizeof *d->taken);
  d->next = tx_alloc_array(context, csms * d->width, sizeof *d->next);
  if (!d->taken || !d->next) return false;
  for (size_t i = 0; i < csms * d->width; i++) d->next[i] = (uint32_t)(i % d->width);
  return true;
}

triax_status tx_transition_run(triax_context *context, const tx_transition_model *model, const tx_move *moves,
                               size_t count, size_t csms, uint32_t *week, triax_error *error) {
  diary d = {.model = model};
  bool limited = model->per_csm != 0;
  if (!limited) csms = 0;
  ranked *order = rank(context, moves, count);
  bool fine = order && open_diary(context, &d, csms);
  for (size_t i = 0; fine && i < count; i++) {
    const tx_move *move = &moves[order[i].number];
    uint32_t at = first_week(&d, move, limited);
    week[order[i].number] = at;
    if (!limited || at == TX_NO_WEEK) continue;
    if (move->giver != TX_NOBODY) take(&d, move->giver, at);
    if (move->receiver != TX_NOBODY && move->receiver != move->giver) take(&d, move->receiver, at);
  }
  tx_free_array(context, d.taken, csms * d.width, sizeof *d.taken);
  tx_free_array(context, d.next, csms * d.width, sizeof *d.next);
  tx_free_array(context, order, count, sizeof *order);
  return fine ? TRIAX_OK : tx_no_memory(error);
}
