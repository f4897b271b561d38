/* The two sides of a comparison, and who stands beside whom. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "compare/compare.h"

triax_text tx_side_text(const tx_column *column, size_t row) {
  if (!column || !column->dictionary || row == SIZE_MAX || !tx_column_has(column, row)) return (triax_text){NULL, 0};
  return tx_dictionary_text(column->dictionary, tx_column_code(column, row));
}

bool tx_same_text(triax_text a, triax_text b) {
  return a.bytes && b.bytes ? tx_text_equal(a, b) : !a.bytes == !b.bytes;
}

bool tx_side_texts_differ(const tx_column *a, const tx_column *b, const tx_pair *pair) {
  return !tx_same_text(tx_side_text(a, pair->row[0]), tx_side_text(b, pair->row[1]));
}

triax_text tx_side_key(const triax_comparison *comparison, const tx_pair *pair) {
  int side = pair->row[1] == SIZE_MAX ? 0 : 1;
  return tx_people_key(comparison->sides[side].people, pair->row[side]);
}

bool tx_numbers_differ(double a, double b) {
  if (isnan(a) || isnan(b)) return isnan(a) != isnan(b);
  return fabs(a - b) > 1e-9 * fmax(fabs(a), fabs(b));
}

static const tx_column *string_column(const triax_table *table, triax_text name) {
  const tx_column *column = name.bytes ? tx_table_column(table, name) : NULL;
  return column && column->type == TRIAX_TYPE_STRING ? column : NULL;
}

static const double *number_column(const triax_table *table, const char *name) {
  const tx_column *column = tx_table_column(table, triax_text_of(name));
  return column && (column->type == TRIAX_TYPE_NUMBER || column->type == TRIAX_TYPE_MONEY) ? column->numbers : NULL;
}

static void open_plan(const triax_plan *plan, tx_side *side) {
  const triax_table *table = plan->tables[TRIAX_PLAN_CUSTOMERS];
  const tx_column *money = tx_plan_money(plan);
  side->plan = plan;
  side->people = &plan->compiled->customers->people;
  side->rows = plan->rows;
  side->segment = string_column(table, TX_TEXT("segment"));
  side->touch = string_column(table, TX_TEXT("touch"));
  side->pool = plan->allocation.given ? string_column(table, TX_TEXT("pool")) : NULL;
  side->csm = plan->allocation.given ? string_column(table, TX_TEXT("csm")) : NULL;
  side->band = plan->health.model ? string_column(table, TX_TEXT("band")) : NULL;
  side->health = plan->health.model ? number_column(table, "health") : NULL;
  side->hours = plan->attention.given ? number_column(table, "hours") : NULL;
  side->money = money ? money->numbers : NULL;
}

static triax_status open_present(const triax_plan *plan, tx_side *side, triax_error *error) {
  const triax_policy *policy = plan->compiled->policy;
  const triax_table *table = plan->compiled->customers->people.table;
  side->people = &plan->compiled->customers->people;
  side->rows = plan->rows;
  side->segment = string_column(table, policy->segmentation.previous);
  side->csm = string_column(table, policy->allocation.owner);
  side->money = tx_plan_money(plan) ? tx_plan_money(plan)->numbers : NULL;
  if (side->segment || side->csm) return TRIAX_OK;
  return tx_fail(error, TRIAX_EINVAL,
                 "there are no present books: the policy names neither segmentation.previous nor allocation.owner");
}

static bool same_node(const tx_node *a, const tx_node *b) {
  return a->kind == b->kind && a->parent == b->parent && tx_text_equal(a->key, b->key) &&
         tx_text_equal(a->text, b->text);
}

/* Whether two policies say the same in the same words. */
static bool same_policy(const triax_policy *a, const triax_policy *b) {
  if (a == b) return true;
  if (a->document->count != b->document->count) return false;
  for (size_t n = 0; n < a->document->count; n++) {
    if (!same_node(&a->document->nodes[n], &b->document->nodes[n])) return false;
  }
  return true;
}

static triax_status check_currency(const triax_comparison *comparison, triax_error *error) {
  triax_text a = comparison->plans[0]->compiled->policy->customers.base_currency;
  triax_text b = comparison->plans[1]->compiled->policy->customers.base_currency;
  if (!a.bytes || !b.bytes || tx_text_equal(a, b)) return TRIAX_OK;
  return tx_fail(error, TRIAX_EINVAL, "the plans are in different currencies, %.*s and %.*s: give both the same base",
                 (int)a.length, a.bytes, (int)b.length, b.bytes);
}

static triax_status pair_up(triax_comparison *comparison, triax_error *error) {
  const tx_side *before = &comparison->sides[0], *after = &comparison->sides[1];
  comparison->pairs = tx_alloc_array(comparison->context, before->rows + after->rows, sizeof *comparison->pairs);
  if (!comparison->pairs) return tx_no_memory(error);
  bool same_rows = before->people == after->people;
  for (size_t row = 0; row < after->rows; row++) {
    size_t other = same_rows ? row : tx_people_find(before->people, tx_people_key(after->people, row));
    comparison->pairs[comparison->pair_count++] = (tx_pair){{other, row}};
    comparison->both += other != SIZE_MAX;
  }
  for (size_t row = 0; !same_rows && row < before->rows; row++) {
    if (tx_people_find(after->people, tx_people_key(before->people, row)) != SIZE_MAX) continue;
    comparison->pairs[comparison->pair_count++] = (tx_pair){{row, SIZE_MAX}};
    comparison->gone++;
  }
  comparison->fresh = after->rows - comparison->both;
  return TRIAX_OK;
}

triax_status tx_side_open(triax_comparison *comparison, triax_error *error) {
  triax_status status = TRIAX_OK;
  open_plan(comparison->plans[1], &comparison->sides[1]);
  if (comparison->plans[0]) {
    status = check_currency(comparison, error);
    open_plan(comparison->plans[0], &comparison->sides[0]);
    comparison->same_policy =
        same_policy(comparison->plans[0]->compiled->policy, comparison->plans[1]->compiled->policy);
  } else {
    status = open_present(comparison->plans[1], &comparison->sides[0], error);
  }
  return status == TRIAX_OK ? pair_up(comparison, error) : status;
}
