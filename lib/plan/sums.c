/* Sums in the order of rows: the same bits whatever the number of threads. */
#include "plan/sums.h"

#include <math.h>
#include <string.h>

static void free_sums(tx_sums *sums) {
  uint64_t *counts[] = {sums->customers, sums->owned, sums->uncovered, sums->scored};
  double *numbers[] = {sums->share, sums->money, sums->money_share, sums->mean_health, sums->hours};
  tx_free_array(sums->context, sums->order, sums->count, sizeof(size_t));
  tx_free_array(sums->context, sums->place, sums->count, sizeof(size_t));
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    tx_free_array(sums->context, counts[i], sums->count, sizeof(uint64_t));
  }
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    tx_free_array(sums->context, numbers[i], sums->count, sizeof(double));
  }
}

static bool make_room(tx_sums *sums) {
  uint64_t **counts[] = {&sums->customers, &sums->owned, &sums->uncovered, &sums->scored};
  double **numbers[] = {&sums->share, &sums->money, &sums->money_share, &sums->mean_health, &sums->hours};
  sums->order = tx_calloc(sums->context, sums->count, sizeof(size_t));
  sums->place = tx_calloc(sums->context, sums->count, sizeof(size_t));
  bool fine = sums->order && sums->place;
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    *counts[i] = tx_calloc(sums->context, sums->count, sizeof(uint64_t));
    fine = fine && *counts[i];
  }
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    *numbers[i] = tx_calloc(sums->context, sums->count, sizeof(double));
    fine = fine && *numbers[i];
  }
  return fine;
}

/* Depth first, without recursion: after a segment come its children, then its next sibling. */
static void find_order(const tx_segmentation_model *model, tx_sums *sums) {
  uint32_t at = 0;
  for (size_t n = 0; n < model->count; n++) {
    sums->order[n] = at;
    sums->place[at] = n;
    if (model->segments[at].first < model->segments[at].last) {
      at = model->segments[at].first;
      continue;
    }
    for (;;) {
      uint32_t parent = model->segments[at].parent;
      uint32_t last = parent == TX_NO_SEGMENT ? (uint32_t)model->top_count : model->segments[parent].last;
      if (at + 1 < last || parent == TX_NO_SEGMENT) break;
      at = parent;
    }
    at++;
  }
  sums->order[model->count] = sums->place[model->count] = model->count;
}

/* What every plan adds up, side by side in memory. */
typedef struct row_sums {
  uint64_t customers, scored;
  double money, health;
} row_sums;

/* Rows that are looked at together. */
#define STRIP 1024

static void add_strip(const triax_plan *plan, const double *money, size_t first, size_t rows, row_sums *all) {
  const size_t segments = plan->sums->count - 1;
  const double *health = plan->health.model ? plan->health.health : NULL;
  uint32_t segment[STRIP];
  for (size_t i = 0; i < rows; i++) segment[i] = tx_plan_segment(plan, first + i);
  for (size_t i = 0; i < rows; i++) {
    row_sums *at = &all[segment[i] == TX_NO_SEGMENT ? segments : segment[i]];
    const double more = money ? money[first + i] : 0, score = health ? health[first + i] : (double)NAN;
    at->customers++;
    at->scored += score == score;
    at->money += more == more ? more : 0;
    at->health += score == score ? score : 0;
  }
}

/* Health over all, which is no sum of sums: they are rounded apart. */
static void add_health(const triax_plan *plan, size_t first, size_t rows, tx_sums *sums) {
  const double *health = plan->health.health + first;
  const uint8_t *band = plan->health.band + first;
  double sum = sums->health;
  for (size_t i = 0; i < rows; i++) sum += health[i] == health[i] ? health[i] : 0;
  for (size_t i = 0; i < rows; i++) sums->bands[band[i]]++;
  sums->health = sum;
}

static bool add_rows(const triax_plan *plan, const tx_column *money, tx_sums *sums) {
  const size_t segments = sums->count - 1;
  row_sums *all = tx_calloc(plan->context, sums->count, sizeof *all);
  if (!all) return false;
  for (size_t first = 0; first < plan->rows; first += STRIP) {
    const size_t rows = plan->rows - first < STRIP ? plan->rows - first : STRIP;
    add_strip(plan, money ? money->numbers : NULL, first, rows, all);
    if (plan->health.model) add_health(plan, first, rows, sums);
  }
  for (size_t s = 0; s < sums->count; s++) {
    const size_t to = s == segments ? segments : sums->place[s];
    sums->customers[to] = all[s].customers;
    sums->scored[to] = all[s].scored;
    sums->all_scored += all[s].scored;
    sums->money[to] = all[s].money;
    sums->mean_health[to] = all[s].health;
  }
  tx_free_array(plan->context, all, sums->count, sizeof *all);
  return true;
}

static void add_owned(const triax_plan *plan, tx_sums *sums) {
  for (size_t row = 0; plan->allocation.given && row < plan->rows; row++) {
    const uint32_t segment = tx_plan_segment(plan, row);
    const size_t at = segment == TX_NO_SEGMENT ? sums->count - 1 : sums->place[segment];
    const bool owned = plan->allocation.result->csm[row] != TX_ALLOCATION_NONE;
    sums->owned[at] += owned;
    sums->uncovered[at] += plan->allocation.result->stands[row] == TX_STANDS_UNCOVERED;
    if (owned && plan->attention.given) sums->hours[at] += plan->attention.result.hours[row];
  }
}

/* Children stand after their parents: from the last on, each adds itself to its parent. */
static void add_to_parents(const tx_segmentation_model *model, tx_sums *sums) {
  for (size_t s = model->count; s-- > 0;) {
    if (model->segments[s].parent == TX_NO_SEGMENT) continue;
    size_t from = sums->place[s], to = sums->place[model->segments[s].parent];
    sums->customers[to] += sums->customers[from];
    sums->owned[to] += sums->owned[from];
    sums->uncovered[to] += sums->uncovered[from];
    sums->scored[to] += sums->scored[from];
    sums->money[to] += sums->money[from];
    sums->mean_health[to] += sums->mean_health[from];
    sums->hours[to] += sums->hours[from];
  }
}

static void find_shares(const triax_plan *plan, const tx_segmentation_model *model, tx_sums *sums) {
  double total = sums->money[model->count];
  for (size_t s = 0; s < model->top_count; s++) total += sums->money[sums->place[s]];
  sums->total_money = total;
  for (size_t s = 0; s < sums->count; s++) {
    sums->share[s] = plan->rows ? (double)sums->customers[s] / (double)plan->rows : 0;
    sums->money_share[s] = total != 0 ? sums->money[s] / total : NAN;
    sums->mean_health[s] = sums->scored[s] ? sums->mean_health[s] / (double)sums->scored[s] : NAN;
  }
}

triax_status tx_plan_sums_make(triax_plan *plan, triax_error *error) {
  const tx_segmentation_model *model = &plan->compiled->policy->segmentation.model;
  const tx_column *money = tx_plan_money(plan);
  tx_sums *sums = plan->sums = tx_calloc(plan->context, 1, sizeof *sums);
  if (!sums) return tx_no_memory(error);
  *sums = (tx_sums){.context = plan->context, .count = model->count + 1, .has_money = money != NULL};
  if (!make_room(sums)) return tx_no_memory(error);
  find_order(model, sums);
  if (!add_rows(plan, money, sums)) return tx_no_memory(error);
  add_owned(plan, sums);
  add_to_parents(model, sums);
  find_shares(plan, model, sums);
  return TRIAX_OK;
}

void tx_plan_sums_free(triax_plan *plan) {
  if (!plan->sums) return;
  free_sums(plan->sums);
  tx_free(plan->context, plan->sums, sizeof *plan->sums);
}

triax_status tx_sums_by_csm(const triax_plan *plan, double **money, double **mean_health, triax_error *error) {
  const tx_column *arr = tx_plan_money(plan);
  *money = tx_calloc(plan->context, plan->csms, sizeof **money);
  *mean_health = tx_calloc(plan->context, plan->csms, sizeof **mean_health);
  uint64_t *scored = tx_calloc(plan->context, plan->csms, sizeof *scored);
  bool fine = *money && *mean_health && scored;
  for (size_t row = 0; fine && row < plan->rows; row++) {
    uint32_t csm = plan->allocation.result->csm[row];
    if (csm == TX_ALLOCATION_NONE) continue;
    if (arr && !isnan(arr->numbers[row])) (*money)[csm] += arr->numbers[row];
    if (plan->health.model && !isnan(plan->health.health[row])) {
      (*mean_health)[csm] += plan->health.health[row];
      scored[csm]++;
    }
  }
  for (size_t csm = 0; fine && csm < plan->csms; csm++) {
    (*mean_health)[csm] = scored[csm] ? (*mean_health)[csm] / (double)scored[csm] : NAN;
  }
  tx_free_array(plan->context, scored, plan->csms, sizeof *scored);
  if (fine) return TRIAX_OK;
  tx_free_array(plan->context, *money, plan->csms, sizeof **money);
  tx_free_array(plan->context, *mean_health, plan->csms, sizeof **mean_health);
  return tx_no_memory(error);
}
