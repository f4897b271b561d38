/* Tables of a transition beside its moves: books before and after, and what each new CSM is told. */
#include <math.h>

#include "base/text.h"
#include "plan/texts.h"
#include "results/tables.h"
#include "results/why.h"

/* --- books --- */

typedef uint64_t (*count_of)(const tx_plan_book *book);
typedef double (*number_of)(const tx_plan_book *book);

static uint64_t accounts_before(const tx_plan_book *book) { return book->accounts[0]; }
static uint64_t accounts_after(const tx_plan_book *book) { return book->accounts[1]; }
static uint64_t given(const tx_plan_book *book) { return book->given; }
static uint64_t received(const tx_plan_book *book) { return book->received; }
static double arr_before(const tx_plan_book *book) { return book->arr[0]; }
static double arr_after(const tx_plan_book *book) { return book->arr[1]; }
static double load_before(const tx_plan_book *book) { return book->load[0]; }
static double load_after(const tx_plan_book *book) { return book->load[1]; }

static void add_counts(const triax_plan *plan, tx_tabulate *t, const char *name, count_of of) {
  tx_column_builder *builder = tx_tabulate_begin(t, TRIAX_TYPE_INTEGER);
  bool fine = builder != NULL;
  for (size_t csm = 0; fine && csm < plan->csms; csm++) {
    fine = tx_column_builder_integer(builder, (int64_t)of(&plan->transition.books[csm]));
  }
  tx_tabulate_end(t, name, builder, fine);
}

static void add_numbers(const triax_plan *plan, tx_tabulate *t, const char *name, number_of of) {
  tx_column_builder *builder = tx_tabulate_begin(t, TRIAX_TYPE_NUMBER);
  bool fine = builder != NULL;
  for (size_t csm = 0; fine && csm < plan->csms; csm++) {
    fine = tx_column_builder_number(builder, of(&plan->transition.books[csm]));
  }
  tx_tabulate_end(t, name, builder, fine);
}

triax_status tx_tabulate_books(triax_plan *plan, triax_error *error) {
  if (!plan->transition.given || !plan->transition.books) return TRIAX_OK;
  const tx_people *people = &plan->compiled->team->people;
  tx_tabulate t;
  tx_tabulate_open(&t, plan->context, plan->csms);
  tx_tabulate_share(&t, "csm", people->table->fields[people->key].column);
  add_counts(plan, &t, "accounts_before", accounts_before);
  add_counts(plan, &t, "accounts_after", accounts_after);
  if (tx_plan_money(plan)) add_numbers(plan, &t, "arr_before", arr_before);
  if (tx_plan_money(plan)) add_numbers(plan, &t, "arr_after", arr_after);
  add_numbers(plan, &t, "load_before", load_before);
  add_numbers(plan, &t, "load_after", load_after);
  add_counts(plan, &t, "given", given);
  add_counts(plan, &t, "received", received);
  return tx_tabulate_close(&t, &plan->tables[TRIAX_PLAN_BOOKS], error);
}

/* --- hand-over briefs --- */

static bool is_handover(const tx_plan_move *move) { return move->receiver != TX_NOBODY; }

/* A column of the customers, cut to those who move, once under its name. */
static void add_column(const triax_plan *plan, tx_tabulate *t, const size_t *rows, triax_text name,
                       const tx_column *column) {
  for (size_t c = 0; c < t->count; c++) {
    if (tx_text_equal(t->names[c], name)) return;
  }
  (void)plan;
  tx_tabulate_add_text(t, name, tx_column_gather(column, rows, t->rows));
}

static void add_named(const triax_plan *plan, tx_tabulate *t, const size_t *rows, triax_text name) {
  const tx_column *column = tx_table_column(plan->compiled->customers->people.table, name);
  if (column) add_column(plan, t, rows, name, column);
}

/* What is open: the columns that hold moves back. */
static void add_issues(const triax_plan *plan, tx_tabulate *t, const size_t *rows) {
  const tx_stage *stage = plan->transition.stage;
  uint32_t hold = plan->compiled->policy->transition.hold_when;
  for (size_t v = 0; hold != TX_NO_INPUT && v < stage->read_count[hold]; v++) {
    uint32_t variable = stage->reads[hold][v];
    add_column(plan, t, rows, tx_module_variable_name(stage->module, variable), plan->columns[variable]);
  }
}

/* Columns by the names that such things usually have. */
static void add_usual(const triax_plan *plan, tx_tabulate *t, const size_t *rows) {
  static const triax_text usual[] = {{"name", 4},           {"contact_name", 12},     {"products", 8},
                                     {"last_contact", 12},  {"last_touch", 10},       {"last_qbr", 8},
                                     {"last_login", 10},    {"open_escalations", 16}, {"open_tickets", 12},
                                     {"csm_sentiment", 13}, {"handovers", 9},         {"past_owners", 11}};
  const tx_policy_transition *policy = &plan->compiled->policy->transition;
  if (policy->brief) {
    for (size_t i = 0; i < policy->brief_count; i++) add_named(plan, t, rows, policy->brief[i]);
    return;
  }
  if (policy->renewal.bytes) add_named(plan, t, rows, policy->renewal);
  add_named(plan, t, rows, TX_TEXT("renewal"));
  add_issues(plan, t, rows);
  if (policy->handovers.bytes) add_named(plan, t, rows, policy->handovers);
  if (policy->known.bytes) add_named(plan, t, rows, policy->known);
  for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) add_named(plan, t, rows, usual[i]);
}

/* The metric that cost the account most. */
static void add_worst(const triax_plan *plan, tx_tabulate *t, const size_t *rows) {
  const tx_plan_score *score = &plan->health;
  if (!score->model || !score->worst) return;
  tx_column_builder *builder = tx_tabulate_begin(t, TRIAX_TYPE_STRING);
  bool fine = builder != NULL;
  for (size_t i = 0; fine && i < t->rows; i++) {
    size_t worst = tx_why_worst_metric(score, rows[i]);
    fine = worst == SIZE_MAX ? tx_column_builder_missing(builder)
                             : tx_column_builder_text(builder, score->model->metrics[worst].name);
  }
  tx_tabulate_end(t, "most_lost_on", builder, fine);
}

static void add_services(const triax_plan *plan, tx_tabulate *t, const size_t *rows) {
  const tx_policy_segment *segments = plan->compiled->policy->segmentation.segments;
  tx_column_builder *builder = tx_tabulate_begin(t, TRIAX_TYPE_STRINGS);
  bool fine = builder != NULL;
  for (size_t i = 0; fine && i < t->rows; i++) {
    uint32_t segment = tx_plan_segment(plan, rows[i]);
    bool some = segment != TX_NO_SEGMENT && segments[segment].service_count;
    fine = some ? tx_column_builder_list(builder, segments[segment].services, segments[segment].service_count)
                : tx_column_builder_missing(builder);
  }
  tx_tabulate_end(t, "services", builder, fine);
}

static void add_derived(const triax_plan *plan, tx_tabulate *t, const size_t *rows, int derived) {
  const tx_column *column = tx_plan_derived(plan, derived);
  if (column) add_column(plan, t, rows, tx_derived_name(plan->compiled->policy, derived), column);
}

/* From whom to whom, when, whether they know each other, and why. */
static void add_move(const triax_plan *plan, tx_tabulate *t) {
  const tx_plan_transition *part = &plan->transition;
  tx_column_builder *from = tx_tabulate_begin(t, TRIAX_TYPE_STRING), *to = tx_tabulate_begin(t, TRIAX_TYPE_STRING);
  tx_column_builder *date = tx_tabulate_begin(t, TRIAX_TYPE_DATE), *knows = tx_tabulate_begin(t, TRIAX_TYPE_BOOLEAN);
  tx_text_batch why = {.builder = tx_tabulate_begin(t, TRIAX_TYPE_STRING), .line = {.context = plan->context}};
  bool fine = !t->failed, is_told = plan->compiled->policy->transition.known.bytes != NULL;
  for (size_t i = 0; fine && i < part->count; i++) {
    const tx_plan_move *move = &part->moves[i];
    if (!is_handover(move)) continue;
    tx_write_why_move(plan, move, &why.line);
    fine =
        (move->from_owner.bytes ? tx_column_builder_text(from, move->from_owner) : tx_column_builder_missing(from)) &&
        tx_column_builder_text(to, plan->allocation.input.csm_keys[move->receiver]) &&
        (move->week == TX_NO_WEEK ? tx_column_builder_missing(date)
                                  : tx_column_builder_integer(date, part->start + 7 * (int64_t)move->week)) &&
        (is_told ? tx_column_builder_boolean(knows, move->knows) : tx_column_builder_missing(knows)) &&
        tx_text_batch_end(&why);
  }
  if (fine) fine = tx_text_batch_flush(&why);
  tx_tabulate_end(t, "from", from, fine);
  tx_tabulate_end(t, "to", to, fine);
  tx_tabulate_end(t, "date", date, fine);
  tx_tabulate_end(t, "known", knows, fine);
  tx_tabulate_end(t, "why", why.builder, fine);
  tx_line_free(&why.line);
}

triax_status tx_tabulate_handovers(triax_plan *plan, triax_error *error) {
  const tx_plan_transition *part = &plan->transition;
  if (!part->given || !plan->allocation.given) return TRIAX_OK;
  size_t count, at = 0, *rows = tx_alloc_array(plan->context, part->count, sizeof *rows);
  if (!rows) return tx_no_memory(error);
  for (size_t i = 0; i < part->count; i++) {
    if (is_handover(&part->moves[i])) rows[at++] = part->moves[i].row;
  }
  tx_tabulate t;
  tx_tabulate_open(&t, plan->context, at);
  tx_tabulate_add(&t, "customer", tx_moving_customers(plan, is_handover, &count));
  add_move(plan, &t);
  add_derived(plan, &t, rows, TX_DERIVED_SEGMENT);
  add_services(plan, &t, rows);
  if (tx_plan_money(plan)) add_column(plan, &t, rows, TX_TEXT("arr"), tx_plan_money(plan));
  add_derived(plan, &t, rows, TX_DERIVED_HEALTH);
  add_derived(plan, &t, rows, TX_DERIVED_BAND);
  add_worst(plan, &t, rows);
  add_usual(plan, &t, rows);
  tx_free_array(plan->context, rows, part->count, sizeof *rows);
  return tx_tabulate_close(&t, &plan->tables[TRIAX_PLAN_HANDOVERS], error);
}
