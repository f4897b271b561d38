/* Sums by blocks of rows: the same bits whatever the number of threads. */
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

/* What every plan adds up for a segment in a block, side by side in memory. */
typedef struct row_sums {
  double money;
  uint64_t customers; /* and in the upper half those with a health */
  double health;
} row_sums;

typedef struct summing {
  const triax_plan *plan;
  const double *money, *health; /* NULL: none */
  size_t each;                  /* sums of a block: segments, then none, then all customers' health */
  row_sums *sums;               /* by block */
} summing;

/* Rows that are looked at together. */
#define STRIP 1024

static void sum_strip(const summing *work, size_t first, size_t rows, row_sums *sums) {
  const uint32_t segments = (uint32_t)work->each - 2;
  const double *money = work->money ? work->money + first : NULL, *health = work->health ? work->health + first : NULL;
  double all = sums[segments + 1].health;
  uint32_t segment[STRIP];
  for (size_t i = 0; i < rows; i++) segment[i] = tx_plan_segment(work->plan, first + i);
  for (size_t i = 0; i < rows; i++) {
    row_sums *at = &sums[segment[i] < segments ? segment[i] : segments];
    const double more = money ? money[i] : 0, score = health ? health[i] : (double)NAN;
    const double known = score == score ? score : 0;
    at->customers += 1 + ((uint64_t)(score == score) << 32);
    at->money += more == more ? more : 0;
    at->health += known;
    all += known;
  }
  sums[segments + 1].health = all;
}

static triax_status sum_blocks(void *user, size_t worker, size_t begin, size_t end, triax_error *error) {
  const summing *work = user;
  (void)worker;
  (void)error;
  for (size_t block = begin; block < end; block++) {
    const size_t first = block * TX_SUM_BLOCK, left = work->plan->rows - first;
    const size_t rows = left < TX_SUM_BLOCK ? left : TX_SUM_BLOCK;
    for (size_t at = 0; at < rows; at += STRIP) {
      sum_strip(work, first + at, rows - at < STRIP ? rows - at : STRIP, work->sums + block * work->each);
    }
  }
  return TRIAX_OK;
}

static void gather_block(const summing *work, const row_sums *block, tx_sums *sums) {
  for (size_t s = 0; s < sums->count; s++) {
    const size_t to = s + 1 == sums->count ? s : sums->place[s];
    sums->customers[to] += block[s].customers & UINT32_MAX;
    sums->scored[to] += block[s].customers >> 32;
    sums->money[to] += block[s].money;
    sums->mean_health[to] += block[s].health;
  }
  sums->health += block[work->each - 1].health;
}

static triax_status add_rows(const triax_plan *plan, const tx_column *money, tx_sums *sums, triax_error *error) {
  const size_t blocks = (plan->rows + TX_SUM_BLOCK - 1) / TX_SUM_BLOCK;
  summing work = {plan, money ? money->numbers : NULL, plan->health.model ? plan->health.health : NULL,
                  sums->count + 1, NULL};
  work.sums = tx_calloc(plan->context, blocks * work.each, sizeof *work.sums);
  if (!work.sums) return tx_no_memory(error);
  const triax_status status = tx_parallel_for(plan->context, "summing", blocks, 1, sum_blocks, &work, error);
  for (size_t block = 0; status == TRIAX_OK && block < blocks; block++) {
    gather_block(&work, work.sums + block * work.each, sums);
  }
  tx_free_array(plan->context, work.sums, blocks * work.each, sizeof *work.sums);
  return status;
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
  triax_status status = add_rows(plan, money, sums, error);
  if (status != TRIAX_OK) return status;
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
