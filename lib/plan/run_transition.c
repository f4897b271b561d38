/* Transition: accounts whose segment or owner changes, each with a week or the reason for none; books before and after.
 */
#include <math.h>

#include "base/date.h"
#include "base/text.h"
#include "plan/plan.h"

typedef struct transition_job {
  triax_plan *plan;
  const tx_policy_transition *policy;
  tx_plan_transition *part;
  const tx_column *previous, *owner, *money, *renewal; /* each may be NULL */
  uint32_t *was; /* per code of `previous`: the segment of that name; UNKNOWN, AMBIGUOUS */
} transition_job;

#define UNKNOWN TX_NO_SEGMENT
#define AMBIGUOUS (TX_NO_SEGMENT - 1)

static triax_text text_at(const tx_column *column, size_t row) {
  if (!column || !column->dictionary || !tx_column_has(column, row)) return (triax_text){NULL, 0};
  return tx_dictionary_text(column->dictionary, tx_column_code(column, row));
}

/* --- what changes --- */

/* A tier of what it was in before is no change: the past may be known less finely. */
static bool is_within(const tx_segmentation_model *model, uint32_t segment, uint32_t above) {
  while (segment != TX_NO_SEGMENT && segment != above) segment = model->segments[segment].parent;
  return segment != TX_NO_SEGMENT;
}

/* Names are looked up once each: there may be many segments, and many customers in each. */
static bool find_segments(transition_job *job) {
  const tx_segmentation_model *model = &job->plan->compiled->policy->segmentation.model;
  if (!job->previous || !job->previous->dictionary) return true;
  const tx_dictionary *names = job->previous->dictionary;
  tx_segment_names known;
  job->was = tx_alloc_array(job->plan->context, names->size, sizeof *job->was);
  bool fine = tx_segment_names_make(job->plan->context, model->segments, model->count, &known) && job->was;
  for (uint32_t code = 0; fine && code < names->size; code++) {
    bool ambiguous = false;
    uint32_t found = tx_segment_named(&known, tx_dictionary_text(names, code), &ambiguous);
    job->was[code] = found == TX_NO_SEGMENT && ambiguous ? AMBIGUOUS : found;
  }
  tx_segment_names_free(&known);
  return fine;
}

static bool segment_changes(const transition_job *job, size_t row, triax_text before) {
  const tx_segmentation_model *model = &job->plan->compiled->policy->segmentation.model;
  if (!before.bytes) return false;
  uint32_t was = job->was[tx_column_code(job->previous, row)];
  if (was == UNKNOWN || was == AMBIGUOUS) return was == UNKNOWN;
  return !is_within(model, tx_plan_segment(job->plan, row), was);
}

/* From one CSM to another, from nobody to one, or away from its own. */
static bool owner_changes(const transition_job *job, size_t row, triax_text before) {
  const triax_plan *plan = job->plan;
  if (!job->owner) return false;
  uint32_t after = plan->allocation.result->csm[row];
  if (after == TX_ALLOCATION_NONE) return before.bytes != NULL;
  return plan->allocation.input.owner[row] != after;
}

static uint8_t state_of(const transition_job *job, const tx_plan_move *move) {
  const triax_plan *plan = job->plan;
  if (!move->owner_changes && !move->segment_changes) return TX_MOVE_KEPT;
  if (move->owner_changes && plan->allocation.result->stands[move->row] == TX_STANDS_UNCOVERED)
    return TX_MOVE_UNCOVERED;
  if (job->policy->hold_when != TX_NO_INPUT &&
      tx_input_true(&job->part->stage->inputs[job->policy->hold_when], move->row)) {
    return TX_MOVE_HELD;
  }
  return TX_MOVE_SCHEDULED;
}

static bool add_move(transition_job *job, size_t row) {
  triax_plan *plan = job->plan;
  tx_plan_transition *part = job->part;
  triax_text segment = text_at(job->previous, row), owner = text_at(job->owner, row);
  tx_plan_move move = {.row = row,
                       .from_segment = segment,
                       .from_owner = owner,
                       .giver = TX_ALLOCATION_NONE,
                       .receiver = TX_ALLOCATION_NONE,
                       .week = TX_NO_WEEK};
  move.segment_changes = segment_changes(job, row, segment);
  move.owner_changes = owner_changes(job, row, owner);
  bool stuck = plan->allocation.stuck && tx_bit(plan->allocation.stuck, row);
  if (!move.segment_changes && !move.owner_changes && !stuck) return true;
  if (move.owner_changes) {
    move.giver = plan->allocation.input.owner[row];
    move.receiver = plan->allocation.result->csm[row];
    move.knows = tx_transition_knows(plan, row, move.receiver);
  }
  move.state = state_of(job, &move);
  void *moves = part->moves;
  bool grown = tx_grow(plan->context, &moves, &part->room, part->count + 1, sizeof *part->moves);
  part->moves = moves;
  if (grown) part->moves[part->count++] = move;
  return grown;
}

/* --- families --- */

/* Members of a family are owned together, and so they move together. */
static uint32_t unit_of(const transition_job *job, size_t row) {
  const tx_plan_segmentation *segmentation = &job->plan->segmentation;
  return segmentation->folded ? segmentation->families.member_of[row] : (uint32_t)row;
}

/* Whoever would go on a date waits with a member of the family who is held. */
static bool hold_families(transition_job *job) {
  triax_plan *plan = job->plan;
  tx_plan_transition *part = job->part;
  if (!plan->segmentation.folded || job->policy->hold_when == TX_NO_INPUT) return true;
  const size_t words = tx_words(plan->segmentation.families.count);
  uint64_t *held = tx_calloc(plan->context, words, sizeof *held);
  for (size_t i = 0; held && i < part->count; i++) {
    if (part->moves[i].state == TX_MOVE_HELD) tx_bit_set(held, unit_of(job, part->moves[i].row));
  }
  for (size_t i = 0; held && i < part->count; i++) {
    tx_plan_move *move = &part->moves[i];
    if (move->state == TX_MOVE_SCHEDULED && tx_bit(held, unit_of(job, move->row))) move->state = TX_MOVE_HELD;
  }
  tx_free_array(plan->context, held, words, sizeof *held);
  return held != NULL;
}

/* --- when --- */

static int32_t renewal_of(const transition_job *job, size_t row) {
  const tx_column *column = job->renewal;
  if (!column || !tx_column_has(column, row)) return TX_NO_RENEWAL;
  if (column->type == TRIAX_TYPE_DATE) return column->dates[row];
  int64_t day = column->integers[row] / TX_MICROSECONDS_PER_DAY;
  return (int32_t)(column->integers[row] % TX_MICROSECONDS_PER_DAY < 0 ? day - 1 : day);
}

/* What allocation holds an account to be worth, else its ARR. */
static double value_of(const transition_job *job, size_t row) {
  const double *value = job->plan->allocation.given ? job->plan->allocation.input.value : NULL;
  if (value) return value[row];
  return job->money ? job->money->numbers[row] : 0;
}

static triax_status schedule(transition_job *job, triax_error *error) {
  triax_plan *plan = job->plan;
  tx_plan_transition *part = job->part;
  tx_move *moves = tx_alloc_array(plan->context, part->count, sizeof *moves);
  uint32_t *week = tx_alloc_array(plan->context, part->count, sizeof *week);
  triax_status status = moves && week ? TRIAX_OK : tx_no_memory(error);
  tx_transition_model model = job->policy->model;
  model.start = part->start;
  size_t count = 0;
  for (size_t i = 0; status == TRIAX_OK && i < part->count; i++) {
    const tx_plan_move *move = &part->moves[i];
    if (move->state != TX_MOVE_SCHEDULED) continue;
    moves[count++] = (tx_move){move->giver, move->receiver, renewal_of(job, move->row), value_of(job, move->row),
                               tx_people_key(&plan->compiled->customers->people, move->row), unit_of(job, move->row)};
  }
  if (status == TRIAX_OK) status = tx_transition_run(plan->context, &model, moves, count, plan->csms, week, error);
  count = 0;
  for (size_t i = 0; status == TRIAX_OK && i < part->count; i++) {
    tx_plan_move *move = &part->moves[i];
    if (move->state != TX_MOVE_SCHEDULED) continue;
    move->week = week[count++];
    if (move->week == TX_NO_WEEK) move->state = TX_MOVE_NO_WEEK;
  }
  tx_free_array(plan->context, moves, part->count, sizeof *moves);
  tx_free_array(plan->context, week, part->count, sizeof *week);
  return status;
}

/* --- books --- */

/* One account in a book, before (0) or after (1). Both are weighed by the segment that it is in now. */
static void add_account(const transition_job *job, size_t csm, int when, size_t row) {
  const tx_allocation_input *input = &job->plan->allocation.input;
  tx_plan_book *book = &job->part->books[csm];
  book->accounts[when]++;
  if (job->money && isfinite(job->money->numbers[row])) book->arr[when] += job->money->numbers[row];
  if (input->accounts[row] > 0) book->load[when] += 1 / input->accounts[row];
}

static bool fill_books(transition_job *job) {
  triax_plan *plan = job->plan;
  if (!job->owner) return true;
  uint32_t *csm_of = tx_alloc_array(plan->context, job->owner->dictionary->size, sizeof *csm_of);
  job->part->books = tx_calloc(plan->context, plan->csms, sizeof *job->part->books);
  bool fine = csm_of && job->part->books;
  for (uint32_t code = 0; fine && code < job->owner->dictionary->size; code++) {
    /* also who has left: it is from their books that accounts come */
    size_t csm = tx_people_find(&plan->compiled->team->people, tx_dictionary_text(job->owner->dictionary, code));
    csm_of[code] = csm == SIZE_MAX ? TX_ALLOCATION_NONE : (uint32_t)csm;
  }
  for (size_t row = 0; fine && row < plan->rows; row++) {
    uint32_t before = tx_column_has(job->owner, row) ? csm_of[tx_column_code(job->owner, row)] : TX_ALLOCATION_NONE;
    uint32_t after = plan->allocation.result->csm[row];
    if (before != TX_ALLOCATION_NONE) add_account(job, before, 0, row);
    if (after != TX_ALLOCATION_NONE) add_account(job, after, 1, row);
    if (before == after) continue;
    if (before != TX_ALLOCATION_NONE) job->part->books[before].given++;
    if (after != TX_ALLOCATION_NONE) job->part->books[after].received++;
  }
  tx_free_array(plan->context, csm_of, job->owner->dictionary->size, sizeof *csm_of);
  return fine;
}

/* --- all of it --- */

triax_status tx_run_transition(triax_plan *plan, const tx_step *step, triax_error *error) {
  const triax_policy *policy = plan->compiled->policy;
  const triax_table *table = plan->compiled->customers->people.table;
  tx_plan_transition *part = &plan->transition;
  transition_job job = {.plan = plan, .policy = &policy->transition, .part = part};
  part->given = true;
  part->start = policy->transition.has_start ? policy->transition.model.start : plan->as_of;
  if (policy->segmentation.previous.bytes) job.previous = tx_table_column(table, policy->segmentation.previous);
  if (plan->allocation.given && plan->allocation.input.owner) {
    job.owner = tx_table_column(table, policy->allocation.owner);
  }
  job.money = tx_plan_money(plan);
  job.renewal = tx_compiled_renewal(plan->compiled);
  triax_status status = tx_stage_open(plan->compiled, step, TX_OVER_CUSTOMERS, plan->columns, plan->rows, plan->as_of,
                                      plan->has_as_of, &part->stage, error);
  if (status == TRIAX_OK) status = tx_stage_evaluate(part->stage, error);
  if (status == TRIAX_OK && !find_segments(&job)) status = tx_no_memory(error);
  for (size_t row = 0; status == TRIAX_OK && row < plan->rows; row++) {
    if (!add_move(&job, row)) status = tx_no_memory(error);
  }
  if (status == TRIAX_OK && !hold_families(&job)) status = tx_no_memory(error);
  if (status == TRIAX_OK) status = schedule(&job, error);
  if (status == TRIAX_OK && !fill_books(&job)) status = tx_no_memory(error);
  if (job.was) tx_free_array(plan->context, job.was, job.previous->dictionary->size, sizeof *job.was);
  return status;
}

void tx_plan_transition_free(triax_plan *plan) {
  tx_plan_transition *part = &plan->transition;
  tx_free_array(plan->context, part->moves, part->room, sizeof *part->moves);
  tx_free_array(plan->context, part->books, plan->csms, sizeof *part->books);
  tx_stage_free(part->stage);
}
