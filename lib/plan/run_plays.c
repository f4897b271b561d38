/* Plays: triggers over all customers, texts for those for whom they fire, and the tables of both ends. */
#include <math.h>
#include <string.h>

#include "aggregates/aggregates.h"
#include "base/text.h"
#include "expr/node.h"
#include "expr/program.h"
#include "plan/texts.h"
#include "table/tabulate.h"

/* One of the two tables in the making. Customers come last, of their rows; what few words repeat goes by code. */
typedef struct play_rows {
  tx_tabulate table;
  tx_column_builder *play, *channel, *to, *due, *priority, *state, *reason, *missing, *until;
  tx_text_batch recipient, why;
  tx_text_batch *texts; /* per column of texts; actions only */
  uint32_t play_code, channel_code, to_code, new_code, update_code;
  size_t *rows, room; /* of the customers */
} play_rows;

typedef struct plays_job {
  triax_plan *plan;
  const tx_policy_plays *policy;
  const tx_step *step;
  tx_plan_plays *part;
  tx_report *report;
  tx_plays *run;
  tx_program *whole; /* all texts over all customers, for whole-set functions; NULL: none needed */
  tx_data *data;
  play_rows actions, withheld;
  tx_line line;
  const tx_policy_text **text_of; /* per column of texts: that of the play at hand; NULL: none */
  size_t *picked; /* rows of those that may be sent */
  tx_action *fired;
  bool fine; /* memory was there so far */
} plays_job;

static const triax_text channel_words[] = {{"email", 5}, {"in_app", 6}, {"task", 4}, {"webhook", 7}};
static const triax_text to_words[] = {{"user", 4}, {"customer", 8}, {"csm", 3}};
static const triax_text reason_words[TX_WITHHELD_REASONS] = {
    {"missing value", 13}, {"nobody owns it", 14}, {"cooldown", 8}, {"limit", 5}, {"limit across plays", 18}};

triax_text tx_word_withheld(int reason) { return reason_words[reason]; }

static uint32_t owner_of(const triax_plan *plan, size_t row) {
  return plan->allocation.given && plan->allocation.result ? plan->allocation.result->csm[row] : TX_ALLOCATION_NONE;
}

/* --- words --- */

static triax_text line_text(const plays_job *job) {
  return (triax_text){job->line.bytes ? job->line.bytes : "", job->line.length};
}

/* "days_since(last_login) > 14: last_login 2026-11-01": the trigger, and what its columns hold. */
static void write_why(const plays_job *job, const tx_policy_play *play, size_t row, tx_line *line) {
  const tx_stage *stage = job->part->stage;
  tx_line_add(line, play->why.bytes ? play->why : job->policy->inputs.items[play->when].source);
  bool first = true;
  for (size_t v = 0; v < stage->read_count[play->when]; v++) {
    uint32_t variable = stage->reads[play->when][v];
    if (!tx_value_is_written(job->plan->columns[variable], row)) continue;
    tx_line_add(line, first ? TX_TEXT(": ") : TX_TEXT(", "));
    tx_line_add(line, tx_module_variable_name(stage->module, variable));
    tx_line_add(line, TX_TEXT(" "));
    tx_line_add_value(line, job->plan->columns[variable], row, true);
    first = false;
  }
}

static void add_name(plays_job *job, triax_text name, bool *first) {
  size_t from = 0; /* each once: names are few */
  for (; job->line.length && from + name.length <= job->line.length; from++) {
    bool begins = from == 0 || job->line.bytes[from - 1] == ' ';
    size_t end = from + name.length;
    bool ends = end == job->line.length || job->line.bytes[end] == ',';
    if (begins && ends && memcmp(job->line.bytes + from, name.bytes, name.length) == 0) return;
  }
  if (!*first) tx_line_add(&job->line, TX_TEXT(", "));
  tx_line_add(&job->line, name);
  *first = false;
}

/* The columns that were missing where a text could not be written; where none was, the expression that failed. */
static void write_blame(plays_job *job, const tx_policy_play *play, const tx_values *values, size_t at, size_t row) {
  const tx_module *module = job->plan->compiled->module;
  bool first = true;
  job->line.length = 0;
  for (uint32_t i = 0; i < play->value_count; i++) {
    if (tx_value_is_written(values->columns[i], at)) continue;
    uint32_t reads[64], input = play->first_value + i;
    size_t count = tx_module_reads(module, job->step->roots[input], reads, 64);
    bool any = false;
    for (size_t v = 0; v < count && v < 64; v++) {
      if (tx_column_has(job->plan->columns[reads[v]], row)) continue;
      add_name(job, tx_module_variable_name(module, reads[v]), &first);
      any = true;
    }
    if (!any) add_name(job, tx_text_trim(job->policy->inputs.items[input].source), &first);
  }
}

/* --- rows of the tables --- */

static bool add_row(plays_job *job, play_rows *rows, size_t row) {
  void *list = rows->rows;
  bool grown = tx_grow(job->plan->context, &list, &rows->room, rows->table.rows + 1, sizeof *rows->rows);
  rows->rows = list;
  if (!grown) return false;
  rows->rows[rows->table.rows++] = row;
  return tx_column_builder_code(rows->play, rows->play_code) &&
         tx_column_builder_code(rows->channel, rows->channel_code) && tx_column_builder_code(rows->to, rows->to_code);
}

static bool add_priority(const tx_play *rules, play_rows *rows) {
  return rules->has_priority ? tx_column_builder_number(rows->priority, rules->priority)
                             : tx_column_builder_missing(rows->priority);
}

static bool add_day(tx_column_builder *builder, bool given, int32_t day) {
  return given ? tx_column_builder_integer(builder, day) : tx_column_builder_missing(builder);
}

static bool add_why(const plays_job *job, play_rows *rows, const tx_policy_play *play, size_t row) {
  if (!rows->why.builder) return true;
  write_why(job, play, row, &rows->why.line);
  return tx_text_batch_end(&rows->why);
}

static bool add_recipient(plays_job *job, const tx_policy_play *play, const tx_values *values, size_t at, size_t row) {
  const triax_plan *plan = job->plan;
  tx_text_batch *batch = &job->actions.recipient;
  if (!batch->builder) return true; /* customers all: their column does */
  if (play->recipient.name) {
    tx_text_write(&play->recipient, values, play->first_value, at, &batch->line);
  } else if (play->to == TX_TO_CSM) {
    tx_line_add(&batch->line, plan->allocation.input.csm_keys[owner_of(plan, row)]);
  } else {
    tx_line_add(&batch->line, tx_people_key(&plan->compiled->customers->people, row));
  }
  return tx_text_batch_end(batch);
}

/* The play's texts in their columns; the other plays' columns stay empty. */
static bool add_texts(plays_job *job, const tx_policy_play *play, const tx_values *values, size_t at) {
  for (size_t c = 0; c < job->policy->column_count; c++) {
    tx_text_batch *batch = &job->actions.texts[c];
    const tx_policy_text *text = job->text_of[c];
    if (text) tx_text_write(text, values, play->first_value, at, &batch->line);
    if (!(text ? tx_text_batch_end(batch) : tx_column_builder_missing(batch->builder))) return false;
  }
  return true;
}

static bool add_action(plays_job *job, uint32_t number, const tx_action *action, const tx_values *values, size_t at) {
  const tx_policy_play *play = &job->policy->plays[number];
  const triax_plan *plan = job->plan;
  play_rows *rows = &job->actions;
  int32_t due = plan->has_as_of && plan->as_of <= INT32_MAX - play->due ? plan->as_of + play->due : INT32_MAX;
  if (action->state == TX_ACTION_UPDATE && action->day > due) due = action->day; /* it is snoozed till then */
  uint32_t state = action->state == TX_ACTION_UPDATE ? rows->update_code : rows->new_code;
  return add_row(job, rows, action->customer) && add_recipient(job, play, values, at, action->customer) &&
         add_texts(job, play, values, at) && add_day(rows->due, plan->has_as_of, due) &&
         add_priority(&job->policy->rules[number], rows) && tx_column_builder_code(rows->state, state) &&
         add_why(job, rows, play, action->customer);
}

static bool add_withheld(plays_job *job, uint32_t number, const tx_action *action, int reason, const tx_values *values,
                         size_t at) {
  const tx_policy_play *play = &job->policy->plays[number];
  play_rows *rows = &job->withheld;
  bool dated = reason >= TX_WITHHELD_COOLDOWN && action->day != INT32_MIN;
  if (!add_row(job, rows, action->customer) || !tx_column_builder_text(rows->reason, reason_words[reason]) ||
      !add_day(rows->until, dated, action->day) || !add_priority(&job->policy->rules[number], rows)) {
    return false;
  }
  if (reason == TX_WITHHELD_MISSING) {
    write_blame(job, play, values, at, action->customer);
    if (job->line.failed || !tx_column_builder_text(rows->missing, line_text(job))) return false;
  } else if (!tx_column_builder_missing(rows->missing)) {
    return false;
  }
  return add_why(job, rows, play, action->customer);
}

/* --- one play --- */

static bool is_complete(const tx_values *values, size_t at) {
  for (size_t i = 0; i < values->count; i++) {
    if (!tx_value_is_written(values->columns[i], at)) return false;
  }
  return true;
}

/* Why an action is not sent, before its texts are looked at; -1: it is. */
static int first_reason(const plays_job *job, const tx_policy_play *play, const tx_action *action) {
  switch (action->state) {
  case TX_ACTION_COOLDOWN:
    return TX_WITHHELD_COOLDOWN;
  case TX_ACTION_LIMIT:
    return TX_WITHHELD_LIMIT;
  case TX_ACTION_FLOODED:
    return TX_WITHHELD_FLOODED;
  default:
    break;
  }
  bool nobody = play->to == TX_TO_CSM && owner_of(job->plan, action->customer) == TX_ALLOCATION_NONE;
  return nobody ? TX_WITHHELD_NO_OWNER : -1;
}

static bool settle(plays_job *job, uint32_t number, const tx_action *action, const tx_values *values, size_t *at) {
  const tx_policy_play *play = &job->policy->plays[number];
  tx_play_counts *counts = &job->part->counts[number];
  int reason = first_reason(job, play, action);
  size_t here = *at;
  if (reason < 0) {
    (*at)++;
    if (!is_complete(values, here)) reason = TX_WITHHELD_MISSING;
  }
  if (reason >= 0) {
    counts->withheld[reason]++;
    return add_withheld(job, number, action, reason, values, here);
  }
  if (action->state == TX_ACTION_NEW) tx_plays_take(job->run, number, action->customer);
  counts->made += action->state == TX_ACTION_NEW;
  counts->updated += action->state == TX_ACTION_UPDATE;
  return add_action(job, number, action, values, here);
}

static void set_texts(plays_job *job, const tx_policy_play *play, bool these) {
  for (size_t t = 0; t < play->text_count; t++) job->text_of[play->texts[t].column] = these ? &play->texts[t] : NULL;
}

/* The words that all rows of a play share, as codes. */
static bool set_words(plays_job *job, const tx_policy_play *play) {
  play_rows *both[] = {&job->actions, &job->withheld};
  for (int i = 0; i < 2; i++) {
    if (!tx_column_builder_intern(both[i]->play, play->name, &both[i]->play_code) ||
        !tx_column_builder_intern(both[i]->channel, channel_words[play->channel], &both[i]->channel_code) ||
        !tx_column_builder_intern(both[i]->to, to_words[play->to], &both[i]->to_code)) {
      return false;
    }
  }
  return true;
}

/* What is on its way into the columns goes there before the next play, which may leave some of them empty. */
static bool flush(plays_job *job) {
  play_rows *both[] = {&job->actions, &job->withheld};
  bool fine = true;
  for (int i = 0; fine && i < 2; i++) {
    if (both[i]->recipient.builder) fine = tx_text_batch_flush(&both[i]->recipient);
    if (fine && both[i]->why.builder) fine = tx_text_batch_flush(&both[i]->why);
  }
  for (size_t c = 0; fine && c < job->policy->column_count; c++) fine = tx_text_batch_flush(&job->actions.texts[c]);
  return fine;
}

static triax_status run_play(plays_job *job, uint32_t number) {
  const tx_policy_play *play = &job->policy->plays[number];
  triax_error *error = job->report->error;
  tx_values values;
  size_t fired = tx_plays_judge(job->run, number, job->part->stage->inputs[play->when].truth, job->fired);
  size_t picked = 0, at = 0;
  job->part->counts[number].fired = fired;
  if (!fired) return TRIAX_OK;
  for (size_t i = 0; i < fired; i++) {
    if (first_reason(job, play, &job->fired[i]) < 0) job->picked[picked++] = job->fired[i].customer;
  }
  triax_status status = tx_values_new(job->plan, job->step, play->first_value, play->value_count, job->picked, picked,
                                      job->data ? tx_data_aggregates(job->data) : NULL, &values, error);
  if (status != TRIAX_OK) return status;
  if (!picked) values.count = 0; /* nothing was evaluated, and nobody will ask */
  bool fine = set_words(job, play);
  set_texts(job, play, true);
  for (size_t i = 0; fine && i < fired; i++) fine = settle(job, number, &job->fired[i], &values, &at);
  set_texts(job, play, false);
  if (fine) fine = flush(job);
  tx_values_free(&values);
  return fine ? TRIAX_OK : tx_no_memory(error);
}

/* --- all of them --- */

static void open_batch(tx_tabulate *t, tx_text_batch *batch) {
  batch->builder = tx_tabulate_begin(t, TRIAX_TYPE_STRING);
  batch->line.context = t->context;
}

static void close_batch(tx_tabulate *t, const char *name, tx_text_batch *batch, bool fine) {
  tx_tabulate_end(t, name, batch->builder, fine);
  if (batch->line.context) tx_line_free(&batch->line);
}

/* Whether somebody but the customer itself may be whom an action goes to. */
static bool has_recipients(const tx_policy_plays *policy) {
  for (size_t p = 0; p < policy->count; p++) {
    if (policy->plays[p].recipient.name || policy->plays[p].to == TX_TO_CSM) return true;
  }
  return false;
}

static void open_actions(plays_job *job, play_rows *rows) {
  tx_tabulate *t = &rows->table;
  if (has_recipients(job->policy)) open_batch(t, &rows->recipient);
  rows->due = tx_tabulate_begin(t, TRIAX_TYPE_DATE);
  rows->state = tx_tabulate_begin(t, TRIAX_TYPE_STRING);
  rows->texts = tx_calloc(job->plan->context, job->policy->column_count + 1, sizeof *rows->texts);
  if (!rows->texts) t->failed = true;
  for (size_t c = 0; rows->texts && c < job->policy->column_count; c++) open_batch(t, &rows->texts[c]);
  if (t->failed || !tx_column_builder_intern(rows->state, TX_TEXT("new"), &rows->new_code) ||
      !tx_column_builder_intern(rows->state, TX_TEXT("update"), &rows->update_code)) {
    t->failed = true;
  }
}

static void open_rows(plays_job *job, play_rows *rows) {
  tx_tabulate *t = &rows->table;
  tx_tabulate_open(t, job->plan->context, 0);
  rows->play = tx_tabulate_begin(t, TRIAX_TYPE_STRING);
  rows->channel = tx_tabulate_begin(t, TRIAX_TYPE_STRING);
  rows->to = tx_tabulate_begin(t, TRIAX_TYPE_STRING);
  rows->priority = tx_tabulate_begin(t, TRIAX_TYPE_NUMBER);
  if (rows == &job->actions) {
    open_actions(job, rows);
  } else {
    rows->reason = tx_tabulate_begin(t, TRIAX_TYPE_STRING);
    rows->missing = tx_tabulate_begin(t, TRIAX_TYPE_STRING);
    rows->until = tx_tabulate_begin(t, TRIAX_TYPE_DATE);
  }
  if (job->plan->reasons) open_batch(t, &rows->why);
  if (t->failed) job->fine = false;
}

static void close_rows(plays_job *job, play_rows *rows, int32_t which, triax_status *status) {
  tx_tabulate *t = &rows->table;
  const tx_people *people = &job->plan->compiled->customers->people;
  bool fine = *status == TRIAX_OK && !t->failed;
  tx_column *customers = fine ? tx_column_gather(people->table->fields[people->key].column, rows->rows, t->rows) : NULL;
  tx_tabulate_add(t, "customer", tx_column_ref(customers));
  tx_tabulate_end(t, "play", rows->play, fine);
  tx_tabulate_end(t, "channel", rows->channel, fine);
  tx_tabulate_end(t, "to", rows->to, fine);
  if (rows->recipient.builder) close_batch(t, "recipient", &rows->recipient, fine);
  else if (rows == &job->actions) tx_tabulate_add(t, "recipient", tx_column_ref(customers));
  tx_column_unref(customers);
  for (size_t c = 0; rows->texts && c < job->policy->column_count; c++) {
    close_batch(t, job->policy->columns[c], &rows->texts[c], fine);
  }
  tx_tabulate_end(t, "due", rows->due, fine);
  tx_tabulate_end(t, "priority", rows->priority, fine);
  tx_tabulate_end(t, "state", rows->state, fine);
  tx_tabulate_end(t, "reason", rows->reason, fine);
  tx_tabulate_end(t, "missing", rows->missing, fine);
  tx_tabulate_end(t, "until", rows->until, fine);
  close_batch(t, "why", &rows->why, fine);
  if (!fine && *status == TRIAX_OK) t->failed = true;
  triax_status closed =
      tx_tabulate_close(t, &job->plan->tables[which], *status == TRIAX_OK ? job->report->error : NULL);
  if (*status == TRIAX_OK) *status = closed;
  tx_free_array(job->plan->context, rows->texts, job->policy->column_count + 1, sizeof *rows->texts);
  tx_free_array(job->plan->context, rows->rows, rows->room, sizeof *rows->rows);
}

/* Whole-set functions in texts are over all customers, not over those alone for whom a play fires. */
static triax_status set_whole(plays_job *job) {
  const triax_plan *plan = job->plan;
  triax_error *error = job->report->error;
  if (!plan->compiled->module->aggregate_count) return TRIAX_OK;
  uint32_t *roots = tx_alloc_array(plan->context, job->policy->inputs.count, sizeof *roots);
  if (!roots) return tx_no_memory(error);
  size_t count = 0;
  for (size_t i = 0; i < job->policy->inputs.count; i++) {
    if (job->policy->inputs.items[i].over == TX_OVER_FIRED) roots[count++] = job->step->roots[i];
  }
  triax_status status = TRIAX_OK;
  if (count) {
    status = tx_program_new(plan->context, plan->compiled->module, roots, count, &job->whole, error);
    if (status == TRIAX_OK) {
      status = tx_data_new(job->whole, plan->columns, plan->rows, plan->as_of, plan->has_as_of,
                           tx_given_functions(plan->compiled, false), &job->data, error);
    }
  }
  tx_free_array(plan->context, roots, job->policy->inputs.count, sizeof *roots);
  return status;
}

static triax_status open_run(plays_job *job) {
  triax_plan *plan = job->plan;
  tx_plays_input input = {.customers = plan->rows,
                          .count = job->policy->count,
                          .plays = job->policy->rules,
                          .limit = job->policy->limit,
                          .sent = job->part->sent,
                          .sent_count = job->part->sent_count,
                          .as_of = plan->as_of,
                          .has_as_of = plan->has_as_of};
  job->part->counts = tx_calloc(plan->context, job->policy->count, sizeof *job->part->counts);
  job->picked = tx_alloc_array(plan->context, plan->rows, sizeof *job->picked);
  job->fired = tx_alloc_array(plan->context, plan->rows, sizeof *job->fired);
  job->part->order = tx_alloc_array(plan->context, job->policy->count, sizeof *job->part->order);
  job->text_of = tx_calloc(plan->context, job->policy->column_count + 1, sizeof *job->text_of);
  if (!job->part->counts || !job->part->order || !job->picked || !job->fired || !job->text_of) return tx_no_memory(job->report->error);
  triax_status status = tx_plays_new(plan->context, &input, &job->run, job->report->error);
  if (status != TRIAX_OK) return status;
  for (size_t i = 0; i < job->policy->count; i++) job->part->order[i] = tx_plays_order(job->run)[i];
  return TRIAX_OK;
}

static triax_status run_all(plays_job *job) {
  triax_plan *plan = job->plan;
  triax_error *error = job->report->error;
  triax_status status = open_run(job);
  if (status == TRIAX_OK) status = set_whole(job);
  if (status == TRIAX_OK && !job->fine) status = tx_no_memory(error);
  for (size_t i = 0; status == TRIAX_OK && i < job->policy->count; i++) {
    status = run_play(job, tx_plays_order(job->run)[i]);
    if (status == TRIAX_OK) status = tx_progress(plan->context, "plays", (double)i / (double)job->policy->count, error);
  }
  return status;
}

triax_status tx_run_plays(triax_plan *plan, const tx_step *step, tx_report *report) {
  tx_plan_plays *part = &plan->plays;
  plays_job job = {.plan = plan,
                   .policy = &plan->compiled->policy->plays,
                   .step = step,
                   .part = part,
                   .report = report,
                   .line = {.context = plan->context},
                   .fine = true};
  part->given = true;
  triax_status status = tx_stage_open(plan->compiled, step, TX_OVER_CUSTOMERS, plan->columns, plan->rows, plan->as_of,
                                      plan->has_as_of, &part->stage, report->error);
  if (status == TRIAX_OK) status = tx_stage_evaluate(part->stage, report->error);
  if (status != TRIAX_OK) return status;
  open_rows(&job, &job.actions);
  open_rows(&job, &job.withheld);
  status = run_all(&job);
  close_rows(&job, &job.actions, TRIAX_PLAN_ACTIONS, &status);
  close_rows(&job, &job.withheld, TRIAX_PLAN_WITHHELD, &status);
  tx_plays_free(job.run);
  tx_data_free(job.data);
  tx_program_free(job.whole);
  tx_line_free(&job.line);
  tx_free_array(plan->context, job.text_of, job.policy->column_count + 1, sizeof *job.text_of);
  tx_free_array(plan->context, job.picked, plan->rows, sizeof *job.picked);
  tx_free_array(plan->context, job.fired, plan->rows, sizeof *job.fired);
  return status;
}

void tx_plan_plays_free(triax_plan *plan) {
  tx_plan_plays *part = &plan->plays;
  tx_free_array(plan->context, part->sent, part->sent_room, sizeof *part->sent);
  tx_free_array(plan->context, part->order, plan->compiled->policy->plays.count, sizeof *part->order);
  tx_free_array(plan->context, part->counts, plan->compiled->policy->plays.count, sizeof *part->counts);
  tx_stage_free(part->stage);
}
