/* The table of moves: owners alone, or with a transition also segments, weeks and what stands in the way. */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "plan/texts.h"
#include "results/tables.h"

typedef struct move_rows {
  tx_column_builder *customer, *from, *to, *money, *why;
} move_rows;

/* "its CSM is full": why the account is not where it was. */
static void write_move(const triax_plan *plan, size_t row, tx_writer *writer) {
  const tx_allocation_result *result = plan->allocation.result;
  uint32_t owner = plan->allocation.input.owner ? plan->allocation.input.owner[row] : TX_ALLOCATION_NONE;
  if (tx_bit(plan->allocation.orphan, row)) {
    tx_write_c(writer, "its CSM has left");
  } else if (result->stands[row] == TX_STANDS_UNWANTED) {
    bool nowhere = tx_plan_segment(plan, row) == TX_NO_SEGMENT;
    tx_write_c(writer, nowhere ? "it is in no segment" : "its segment has no owners");
  } else if (result->stands[row] == TX_STANDS_UNCOVERED) {
    tx_write(writer, tx_word_uncovered(result->way[row]));
  } else if (owner == TX_ALLOCATION_NONE) {
    tx_write_c(writer, "it had no CSM");
  } else {
    tx_allocation_why why;
    tx_allocation_why_not(&plan->allocation.input, result, row, owner, &why);
    if (why.way != TX_WAY_FAMILY && why.way != TX_WAY_FROZEN) tx_write_c(writer, "its CSM ");
    tx_write(writer, tx_word_why_not(why.way));
  }
}

static bool add_move(const triax_plan *plan, size_t row, const tx_column *owner, const tx_column *money,
                     move_rows *rows) {
  uint32_t csm = plan->allocation.result->csm[row];
  triax_text from = tx_dictionary_text(owner->dictionary, tx_column_code(owner, row));
  char why[160] = "";
  write_move(plan, row, &(tx_writer){why, sizeof why, 0});
  return tx_column_builder_text(rows->customer, plan->allocation.input.customer_keys[row]) &&
         tx_column_builder_text(rows->from, from) &&
         (csm == TX_ALLOCATION_NONE ? tx_column_builder_missing(rows->to)
                                    : tx_column_builder_text(rows->to, plan->allocation.input.csm_keys[csm])) &&
         (money ? tx_column_builder_number(rows->money, money->numbers[row])
                : tx_column_builder_missing(rows->money)) &&
         tx_column_builder_text(rows->why, triax_text_of(why));
}

/* Without a transition: who goes from whom to whom. */
static triax_status tabulate_owners(triax_plan *plan, triax_error *error) {
  const triax_policy *policy = plan->compiled->policy;
  const tx_column *owner = plan->allocation.given && policy->allocation.owner.bytes
                               ? tx_table_column(plan->compiled->customers->people.table, policy->allocation.owner)
                               : NULL;
  if (!owner || !owner->dictionary) return TRIAX_OK;
  const tx_column *money = tx_plan_money(plan);
  tx_tabulate t;
  tx_tabulate_open(&t, plan->context, 0);
  move_rows rows = {tx_tabulate_begin(&t, TRIAX_TYPE_STRING), tx_tabulate_begin(&t, TRIAX_TYPE_STRING),
                    tx_tabulate_begin(&t, TRIAX_TYPE_STRING), tx_tabulate_begin(&t, TRIAX_TYPE_MONEY),
                    tx_tabulate_begin(&t, TRIAX_TYPE_STRING)};
  bool fine = !t.failed;
  for (size_t row = 0; fine && row < plan->rows; row++) {
    if (!tx_column_has(owner, row)) continue;
    uint32_t before = plan->allocation.input.owner ? plan->allocation.input.owner[row] : TX_ALLOCATION_NONE;
    uint32_t after = plan->allocation.result->csm[row];
    if (before == after && before != TX_ALLOCATION_NONE) continue;
    if (!add_move(plan, row, owner, money, &rows)) fine = false;
    t.rows++;
  }
  tx_tabulate_end(&t, "customer", rows.customer, fine);
  tx_tabulate_end(&t, "from", rows.from, fine);
  tx_tabulate_end(&t, "to", rows.to, fine);
  tx_tabulate_end(&t, "arr", rows.money, fine);
  tx_tabulate_end(&t, "why", rows.why, fine);
  return tx_tabulate_close(&t, &plan->tables[TRIAX_PLAN_MOVES], error);
}

/* --- with a transition --- */

static const triax_text state_words[TX_MOVE_STATES] = {
    {"scheduled", 9}, {"held", 4}, {"kept", 4}, {"uncovered", 9}, {"no week left", 12}};

triax_text tx_word_move(int state) { return state_words[state]; }

typedef struct dated_rows {
  tx_column_builder *change, *from_segment, *to_segment, *from, *to, *money, *knows, *week, *date, *status;
  tx_text_batch why;
} dated_rows;

static triax_text segment_path(const triax_plan *plan, size_t row) {
  uint32_t segment = tx_plan_segment(plan, row);
  if (segment == TX_NO_SEGMENT) return (triax_text){NULL, 0};
  return plan->compiled->policy->segmentation.model.segments[segment].path;
}

/* "segment small to large": what a customer was told to be, and is now. */
static void add_segments(const triax_plan *plan, const tx_plan_move *move, tx_line *line) {
  triax_text now = segment_path(plan, move->row);
  tx_line_add(line, TX_TEXT("segment "));
  tx_line_add(line, move->from_segment);
  tx_line_add(line, TX_TEXT(" to "));
  tx_line_add(line, now.bytes ? now : TX_TEXT("none"));
}

static void add_handovers(const triax_plan *plan, size_t row, tx_line *line) {
  const tx_column *column =
      tx_table_column(plan->compiled->customers->people.table, plan->compiled->policy->transition.handovers);
  bool known = column && tx_value_is_written(column, row);
  tx_line_add(line, TX_TEXT("handed over "));
  if (known) tx_line_add_value(line, column, row, true);
  tx_line_add(line,
              known ? TX_TEXT(" times already: stays with its CSM") : TX_TEXT("often enough: stays with its CSM"));
}

void tx_write_why_move(const triax_plan *plan, const tx_plan_move *move, tx_line *line) {
  const triax_policy *policy = plan->compiled->policy;
  char why[160] = "";
  if (move->segment_changes) add_segments(plan, move, line);
  if (move->owner_changes) {
    write_move(plan, move->row, &(tx_writer){why, sizeof why, 0});
    if (move->segment_changes) tx_line_add(line, TX_TEXT("; "));
    tx_line_add(line, triax_text_of(why));
  } else if (plan->allocation.stuck && tx_bit(plan->allocation.stuck, move->row)) {
    if (move->segment_changes) tx_line_add(line, TX_TEXT("; "));
    add_handovers(plan, move->row, line);
  }
  if (move->state == TX_MOVE_HELD) {
    uint32_t test = policy->transition.hold_when;
    bool own = tx_input_true(&plan->transition.stage->inputs[test], move->row);
    tx_line_add(line, own ? TX_TEXT("; held: ") : TX_TEXT("; held with its family: "));
    tx_line_add(line, policy->transition.inputs.items[test].source);
  }
}

static bool add_text(tx_column_builder *builder, triax_text text) {
  return text.bytes ? tx_column_builder_text(builder, text) : tx_column_builder_missing(builder);
}

static bool add_owners(const triax_plan *plan, const tx_plan_move *move, dated_rows *rows) {
  bool owned = plan->allocation.given && plan->allocation.result;
  uint32_t csm = owned ? plan->allocation.result->csm[move->row] : TX_ALLOCATION_NONE;
  triax_text to = csm == TX_ALLOCATION_NONE ? (triax_text){NULL, 0} : plan->allocation.input.csm_keys[csm];
  return add_text(rows->from, move->from_owner) && add_text(rows->to, to) &&
         (move->receiver == TX_ALLOCATION_NONE || !plan->compiled->policy->transition.known.bytes
              ? tx_column_builder_missing(rows->knows)
              : tx_column_builder_boolean(rows->knows, move->knows));
}

static bool add_dated(const triax_plan *plan, const tx_plan_move *move, const tx_column *money, dated_rows *rows) {
  triax_text change = move->owner_changes ? (move->segment_changes ? TX_TEXT("segment and owner") : TX_TEXT("owner"))
                                          : (move->segment_changes ? TX_TEXT("segment") : TX_TEXT("none"));
  bool dated = move->week != TX_NO_WEEK;
  tx_write_why_move(plan, move, &rows->why.line);
  return tx_column_builder_text(rows->change, change) && add_text(rows->from_segment, move->from_segment) &&
         add_text(rows->to_segment, segment_path(plan, move->row)) && add_owners(plan, move, rows) &&
         (money ? tx_column_builder_number(rows->money, money->numbers[move->row])
                : tx_column_builder_missing(rows->money)) &&
         (dated ? tx_column_builder_integer(rows->week, (int64_t)move->week + 1)
                : tx_column_builder_missing(rows->week)) &&
         (dated ? tx_column_builder_integer(rows->date, plan->transition.start + 7 * (int64_t)move->week)
                : tx_column_builder_missing(rows->date)) &&
         tx_column_builder_text(rows->status, state_words[move->state]) && tx_text_batch_end(&rows->why);
}

static void begin_dated(tx_tabulate *t, dated_rows *rows) {
  *rows = (dated_rows){.change = tx_tabulate_begin(t, TRIAX_TYPE_STRING)};
  rows->from_segment = tx_tabulate_begin(t, TRIAX_TYPE_STRING);
  rows->to_segment = tx_tabulate_begin(t, TRIAX_TYPE_STRING);
  rows->from = tx_tabulate_begin(t, TRIAX_TYPE_STRING);
  rows->to = tx_tabulate_begin(t, TRIAX_TYPE_STRING);
  rows->money = tx_tabulate_begin(t, TRIAX_TYPE_MONEY);
  rows->knows = tx_tabulate_begin(t, TRIAX_TYPE_BOOLEAN);
  rows->week = tx_tabulate_begin(t, TRIAX_TYPE_INTEGER);
  rows->date = tx_tabulate_begin(t, TRIAX_TYPE_DATE);
  rows->status = tx_tabulate_begin(t, TRIAX_TYPE_STRING);
  rows->why.builder = tx_tabulate_begin(t, TRIAX_TYPE_STRING);
  rows->why.line.context = t->context;
}

static void end_dated(tx_tabulate *t, dated_rows *rows, bool fine) {
  tx_tabulate_end(t, "change", rows->change, fine);
  tx_tabulate_end(t, "from_segment", rows->from_segment, fine);
  tx_tabulate_end(t, "to_segment", rows->to_segment, fine);
  tx_tabulate_end(t, "from", rows->from, fine);
  tx_tabulate_end(t, "to", rows->to, fine);
  tx_tabulate_end(t, "arr", rows->money, fine);
  tx_tabulate_end(t, "known", rows->knows, fine);
  tx_tabulate_end(t, "week", rows->week, fine);
  tx_tabulate_end(t, "date", rows->date, fine);
  tx_tabulate_end(t, "status", rows->status, fine);
  tx_tabulate_end(t, "why", rows->why.builder, fine);
  tx_line_free(&rows->why.line);
}

/* The customers of the chosen moves. */
tx_column *tx_moving_customers(const triax_plan *plan, bool (*chosen)(const tx_plan_move *), size_t *count) {
  const tx_plan_transition *part = &plan->transition;
  const tx_people *people = &plan->compiled->customers->people;
  size_t *rows = tx_alloc_array(plan->context, part->count, sizeof *rows);
  tx_column *column = NULL;
  *count = 0;
  for (size_t i = 0; rows && i < part->count; i++) {
    if (!chosen || chosen(&part->moves[i])) rows[(*count)++] = part->moves[i].row;
  }
  if (rows) column = tx_column_gather(people->table->fields[people->key].column, rows, *count);
  tx_free_array(plan->context, rows, part->count, sizeof *rows);
  return column;
}

static triax_status tabulate_dated(triax_plan *plan, triax_error *error) {
  const tx_plan_transition *part = &plan->transition;
  const tx_column *money = tx_plan_money(plan);
  dated_rows rows;
  tx_tabulate t;
  size_t count;
  tx_tabulate_open(&t, plan->context, part->count);
  tx_tabulate_add(&t, "customer", tx_moving_customers(plan, NULL, &count));
  begin_dated(&t, &rows);
  bool fine = !t.failed;
  for (size_t i = 0; fine && i < part->count; i++) fine = add_dated(plan, &part->moves[i], money, &rows);
  if (fine) fine = tx_text_batch_flush(&rows.why);
  end_dated(&t, &rows, fine);
  return tx_tabulate_close(&t, &plan->tables[TRIAX_PLAN_MOVES], error);
}

triax_status tx_tabulate_moves(triax_plan *plan, triax_error *error) {
  return plan->transition.given ? tabulate_dated(plan, error) : tabulate_owners(plan, error);
}
