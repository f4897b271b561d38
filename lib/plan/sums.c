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
typedef struct row_sum {
  double money, health;
  uint64_t customers, unscored; /* those without a health */
} row_sum;

/* Segments of a byte are their own places among the sums of a block, UINT8_MAX being none. */
typedef struct tx_row_sums {
  const triax_plan *plan;
  const double *money, *health;                     /* NULL: none */
  const uint64_t *money_present, *health_present;   /* NULL: all are */
  size_t none, each, blocks; /* the place of no segment, behind which is that of all customers' health; sums of a block */
  bool whole;                /* the rows were all added */
  row_sum *sums;             /* by block */
} tx_row_sums;

/* A word of rows of which nothing is missing, and rows of which something may be: the same sums to the bit, since
 * adding a 0 changes none. */
static inline void add_known(const uint8_t *small, const double *money, const double *health, row_sum *sums,
                             double *all) {
  for (size_t i = 0; i < 64; i++) {
    row_sum *at = &sums[small[i]];
    at->customers++;
    if (money) at->money += money[i];
    if (!health) continue;
    at->health += health[i];
    *all += health[i];
  }
}

static void add_some(const tx_row_sums *work, const tx_places *places, size_t first, size_t rows, row_sum *sums,
                     double *all) {
  for (size_t row = first; row < first + rows; row++) {
    const uint32_t segment = places->small ? places->small[row] : places->large[row];
    row_sum *at = &sums[segment < work->none ? segment : work->none];
    const double more = work->money ? work->money[row] : 0, score = work->health ? work->health[row] : (double)NAN;
    const double known = score == score ? score : 0;
    at->customers++;
    at->unscored += score != score;
    at->money += more == more ? more : 0;
    at->health += known;
    *all += known;
  }
}

static bool all_there(const tx_row_sums *work, size_t row) {
  return (!work->money_present || work->money_present[row / 64] == UINT64_MAX) &&
         (!work->health_present || work->health_present[row / 64] == UINT64_MAX);
}

/* Rows of one block, in order. */
static void add_rows(void *user, size_t first, size_t rows, const tx_places *places) {
  const tx_row_sums *work = user;
  row_sum *sums = work->sums + first / TX_SUM_BLOCK * work->each;
  double all = sums[work->none + 1].health;
  for (size_t row = first; row < first + rows; row += 64) {
    const size_t some = first + rows - row < 64 ? first + rows - row : 64;
    const uint8_t *small = places->small ? places->small + row : NULL;
    if (!small || some < 64 || !all_there(work, row)) add_some(work, places, row, some, sums, &all);
    else if (work->money && work->health) add_known(small, work->money + row, work->health + row, sums, &all);
    else if (work->health) add_known(small, NULL, work->health + row, sums, &all);
    else add_known(small, work->money ? work->money + row : NULL, NULL, sums, &all);
  }
  sums[work->none + 1].health = all;
}

/* Customers of families are where their family is. */
static void add_members(const tx_row_sums *work, size_t first, size_t rows) {
  uint32_t segment[64];
  for (size_t row = first; row < first + rows; row += 64) {
    const size_t some = first + rows - row < 64 ? first + rows - row : 64;
    for (size_t i = 0; i < some; i++) segment[i] = tx_plan_segment(work->plan, row + i);
    row_sum *sums = work->sums + row / TX_SUM_BLOCK * work->each;
    const tx_row_sums shifted = {.money = work->money ? work->money + row : NULL,
                                 .health = work->health ? work->health + row : NULL, .none = work->none};
    add_some(&shifted, &(tx_places){NULL, segment}, 0, some, sums, &sums[work->none + 1].health);
  }
}

static triax_status sum_blocks(void *user, size_t worker, size_t begin, size_t end, triax_error *error) {
  tx_row_sums *work = user;
  (void)worker;
  (void)error;
  for (size_t block = begin; block < end; block++) {
    const size_t first = block * TX_SUM_BLOCK, left = work->plan->rows - first;
    const size_t rows = left < TX_SUM_BLOCK ? left : TX_SUM_BLOCK;
    if (work->plan->segmentation.folded) add_members(work, first, rows);
    else add_rows(work, first, rows, &work->plan->segmentation.result.segment);
  }
  return TRIAX_OK;
}

static triax_status open_row_sums(triax_plan *plan, triax_error *error) {
  const tx_column *money = tx_plan_money(plan), *health = plan->health.health_column;
  const size_t segments = plan->compiled->policy->segmentation.model.count;
  tx_row_sums *work = plan->row_sums = tx_calloc(plan->context, 1, sizeof *work);
  if (!work) return tx_no_memory(error);
  work->plan = plan;
  work->money = money ? money->numbers : NULL;
  work->money_present = money ? money->present : NULL;
  work->health = health ? health->numbers : NULL;
  work->health_present = health ? health->present : NULL;
  work->none = segments <= UINT8_MAX && !plan->segmentation.folded ? UINT8_MAX : segments;
  work->each = work->none + 2;
  work->blocks = (plan->rows + TX_SUM_BLOCK - 1) / TX_SUM_BLOCK;
  work->sums = tx_calloc(plan->context, work->blocks * work->each, sizeof *work->sums);
  return work->sums ? TRIAX_OK : tx_no_memory(error);
}

void tx_row_sums_free(triax_plan *plan) {
  tx_row_sums *work = plan->row_sums;
  if (!work) return;
  tx_free_array(plan->context, work->sums, work->blocks * work->each, sizeof *work->sums);
  tx_free(plan->context, work, sizeof *work);
  plan->row_sums = NULL;
}

triax_status tx_row_sums_open(triax_plan *plan, tx_units *units, triax_error *error) {
  const bool scored = !plan->compiled->policy->has_health || plan->health.health_column;
  if (!units->grain) units->grain = TX_SUM_BLOCK;
  if (plan->segmentation.folded || !scored || units->grain != TX_SUM_BLOCK) return TRIAX_OK;
  const triax_status status = open_row_sums(plan, error);
  if (status != TRIAX_OK) return status;
  plan->row_sums->whole = true;
  units->placed = add_rows;
  units->placed_user = plan->row_sums;
  return TRIAX_OK;
}

static void gather_block(const tx_row_sums *work, const row_sum *block, tx_sums *sums) {
  for (size_t s = 0; s < sums->count; s++) {
    const size_t to = s + 1 == sums->count ? s : sums->place[s];
    const row_sum *from = &block[s + 1 == sums->count ? work->none : s];
    sums->customers[to] += from->customers;
    sums->scored[to] += from->customers - from->unscored;
    sums->money[to] += from->money;
    sums->mean_health[to] += from->health;
  }
  sums->health += block[work->none + 1].health;
}

static triax_status sum_rows(triax_plan *plan, tx_sums *sums, triax_error *error) {
  triax_status status = plan->row_sums ? TRIAX_OK : open_row_sums(plan, error);
  if (status != TRIAX_OK) return status;
  tx_row_sums *work = plan->row_sums;
  if (!work->whole) status = tx_parallel_for(plan->context, "summing", work->blocks, 1, sum_blocks, work, error);
  for (size_t block = 0; status == TRIAX_OK && block < work->blocks; block++) {
    gather_block(work, work->sums + block * work->each, sums);
  }
  tx_row_sums_free(plan);
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
  triax_status status = sum_rows(plan, sums, error);
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
