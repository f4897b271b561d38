/* The host's log of what plays sent: typed, and its names turned into numbers. */
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "base/number.h"
#include "base/text.h"
#include "plan/read_log.h"

/* The words for states; any other is told, and counts as sent. */
static const struct {
  triax_text word;
  uint8_t state;
} states[] = {{{"open", 4}, TX_SENT_OPEN},      {{"snoozed", 7}, TX_SENT_SNOOZED}, {{"sent", 4}, TX_SENT_OVER},
              {{"delivered", 9}, TX_SENT_OVER}, {{"done", 4}, TX_SENT_OVER},       {{"closed", 6}, TX_SENT_OVER},
              {{"failed", 6}, TX_SENT_NEVER},   {{"canceled", 8}, TX_SENT_NEVER},  {{"cancelled", 9}, TX_SENT_NEVER},
              {{"skipped", 7}, TX_SENT_NEVER}};
enum { STATES = sizeof states / sizeof *states };

typedef struct sent_job {
  triax_plan *plan;
  tx_report *report;
  const tx_column *customer, *play, *date, *state, *until; /* the last two may be NULL */
  tx_names plays; /* of the policy */
} sent_job;

/* --- typing --- */

/* The first must be there, the others may. */
static const triax_text named[] = {{"customer", 8}, {"play", 4}, {"date", 4}, {"state", 5}, {"until", 5}};
enum { REQUIRED = 3, NAMED = sizeof named / sizeof *named };

static triax_status load_log(triax_plan *plan, const triax_table *sent, const triax_load_options *load,
                             triax_table **log, tx_report *report) {
  bool fine = true;
  for (size_t i = 0; i < NAMED; i++) {
    if (tx_log_column(sent, named[i]) || (i >= REQUIRED && !tx_table_why_left_out(sent, named[i]))) continue;
    tx_log_absent(sent, "sent", named[i], report);
    fine = false;
  }
  if (!fine) return TRIAX_EDATA;
  tx_declaration declarations[5] = {{.name = TX_TEXT("customer"), .type = TRIAX_TYPE_STRING},
                                    {.name = TX_TEXT("play"), .type = TRIAX_TYPE_STRING},
                                    {.name = TX_TEXT("date"), .type = tx_log_time_type(sent, TX_TEXT("date"))}};
  tx_schema schema = {.what = "sent", .declarations = declarations, .declaration_count = 3};
  if (tx_log_column(sent, TX_TEXT("state"))) {
    declarations[schema.declaration_count++] = (tx_declaration){.name = TX_TEXT("state"), .type = TRIAX_TYPE_STRING};
  }
  if (tx_log_column(sent, TX_TEXT("until"))) {
    declarations[schema.declaration_count++] =
        (tx_declaration){.name = TX_TEXT("until"), .type = tx_log_time_type(sent, TX_TEXT("until"))};
  }
  return tx_log_load(plan->context, sent, &schema, load, log, report);
}

/* --- names --- */

static tx_finding about_sent(int32_t level, const char *hint) {
  return (tx_finding){.level = level,
                      .status = level == TRIAX_LEVEL_ERROR ? TRIAX_EDATA : TRIAX_OK,
                      .path = "sent",
                      .width = 1,
                      .hint = hint && *hint ? hint : NULL};
}

/* What names of the log stand for, by code: called once per distinct name. */
typedef uint32_t (*find_name)(const sent_job *job, triax_text name);

static uint32_t find_play(const sent_job *job, triax_text name) { return tx_names_find(&job->plays, name); }

/* Case does not matter: logs write Open as they write open. */
static uint32_t find_state(const sent_job *job, triax_text name) {
  char lower[16];
  (void)job;
  if (name.length >= sizeof lower) return UINT32_MAX;
  for (size_t i = 0; i < name.length; i++) {
    lower[i] = name.bytes[i] >= 'A' && name.bytes[i] <= 'Z' ? (char)(name.bytes[i] | 32) : name.bytes[i];
  }
  for (size_t i = 0; i < STATES; i++) {
    if (tx_text_equal((triax_text){lower, name.length}, states[i].word)) return (uint32_t)i;
  }
  return UINT32_MAX;
}

/* Numbers per code of a column; NULL when memory is short. */
static uint32_t *number_names(const sent_job *job, const tx_column *column, find_name find) {
  uint32_t *numbers = tx_alloc_array(job->plan->context, column->dictionary->size, sizeof *numbers);
  for (uint32_t code = 0; numbers && code < column->dictionary->size; code++) {
    numbers[code] = find(job, tx_dictionary_text(column->dictionary, code));
  }
  return numbers;
}

static void free_names(const sent_job *job, const tx_column *column, uint32_t *numbers) {
  if (column) tx_free_array(job->plan->context, numbers, column->dictionary->size, sizeof *numbers);
}

/* --- rows --- */

static void tell_gap(const sent_job *job, size_t row, const char *column) {
  tx_finding finding = about_sent(TRIAX_LEVEL_ERROR, NULL);
  tx_report_add(job->report, &finding, "row %zu, column '%s': every row needs one", row + 1, column);
}

/* Whether a row is whole; what it lacks is told. */
static bool is_whole(const sent_job *job, size_t row) {
  const tx_column *const columns[] = {job->customer, job->play, job->date};
  for (int i = 0; i < REQUIRED; i++) {
    if (tx_column_has(columns[i], row)) continue;
    tell_gap(job, row, named[i].bytes);
    return false;
  }
  return true;
}

static void read_rows(const sent_job *job, const uint32_t *customers, const uint32_t *plays, const uint32_t *words) {
  tx_plan_plays *part = &job->plan->plays;
  for (size_t row = 0; row < job->customer->rows; row++) {
    if (!is_whole(job, row)) continue;
    tx_sent sent = {customers[tx_column_code(job->customer, row)], plays[tx_column_code(job->play, row)],
                    tx_log_day(job->date, row), INT32_MIN, TX_SENT_OVER};
    if (job->state && tx_column_has(job->state, row)) {
      uint32_t word = words[tx_column_code(job->state, row)];
      if (word == UINT32_MAX) part->unknown_states++;
      else sent.state = states[word].state;
    }
    if (job->until && tx_column_has(job->until, row)) sent.until = tx_log_day(job->until, row);
    part->unknown_customers += sent.customer == UINT32_MAX;
    part->unknown_plays += sent.play == TX_NO_PLAY;
    part->not_yet += sent.day > job->plan->as_of;
    part->sent[part->sent_count++] = sent;
  }
}

/* --- what is odd about the log --- */

/* The first name that stands for nothing, with the likeliest one meant. */
static void tell_unknown(const sent_job *job, uint64_t rows, const tx_column *column, const uint32_t *numbers,
                         const char *what, const triax_text *names, size_t count) {
  char number[TX_NUMBER_SIZE], hint[160] = "";
  if (!rows) return;
  uint32_t code = 0;
  while (numbers[code] != UINT32_MAX) code++;
  triax_text name = tx_dictionary_text(column->dictionary, code);
  size_t nearest = tx_text_nearest(name, names, count);
  if (nearest != SIZE_MAX && names[nearest].length < 100) {
    snprintf(hint, sizeof hint, "did you mean '%.*s'?", (int)names[nearest].length, names[nearest].bytes);
  }
  tx_finding finding = about_sent(TRIAX_LEVEL_WARNING, hint);
  tx_format_int64((int64_t)rows, number);
  tx_report_add(job->report, &finding, "%s %s %s, such as '%.*s'", number, rows == 1 ? "row names" : "rows name", what,
                tx_name_width(name), name.bytes);
}

static void tell_odd(const sent_job *job, const uint32_t *customers, const uint32_t *plays, const uint32_t *words) {
  const tx_plan_plays *part = &job->plan->plays;
  const tx_policy_plays *policy = &job->plan->compiled->policy->plays;
  triax_text names[64], known[STATES];
  char number[TX_NUMBER_SIZE];
  size_t count = policy->count < 64 ? policy->count : 64;
  for (size_t p = 0; p < count; p++) names[p] = policy->plays[p].name;
  for (size_t i = 0; i < STATES; i++) known[i] = states[i].word;
  tell_unknown(job, part->unknown_customers, job->customer, customers, "no customer of this plan", NULL, 0);
  tell_unknown(job, part->unknown_plays, job->play, plays, "no play of the policy", names, count);
  if (job->state) tell_unknown(job, part->unknown_states, job->state, words, "no state that is known", known, STATES);
  if (!part->not_yet) return;
  tx_finding finding = about_sent(TRIAX_LEVEL_WARNING, NULL);
  tx_format_int64((int64_t)part->not_yet, number);
  tx_report_add(job->report, &finding, "%s %s after the plan's date: that has not happened yet", number,
                part->not_yet == 1 ? "row is dated" : "rows are dated");
}

/* --- all of it --- */

static bool name_plays(sent_job *job) {
  const tx_policy_plays *plays = &job->plan->compiled->policy->plays;
  tx_names_init(&job->plays, job->plan->context);
  for (uint32_t p = 0; p < plays->count; p++) {
    uint32_t number = p;
    if (!tx_names_add(&job->plays, plays->plays[p].name, &number)) return false;
  }
  return true;
}

static triax_status read_log(sent_job *job, const triax_table *log) {
  tx_plan_plays *part = &job->plan->plays;
  job->customer = tx_table_column(log, TX_TEXT("customer"));
  job->play = tx_table_column(log, TX_TEXT("play"));
  job->date = tx_table_column(log, TX_TEXT("date"));
  job->state = tx_table_column(log, TX_TEXT("state"));
  job->until = tx_table_column(log, TX_TEXT("until"));
  bool fine = name_plays(job);
  uint32_t *customers = tx_log_customers(job->plan, job->customer);
  uint32_t *plays = number_names(job, job->play, find_play);
  uint32_t *words = job->state ? number_names(job, job->state, find_state) : NULL;
  part->sent_room = log->rows;
  part->sent = tx_alloc_array(job->plan->context, log->rows, sizeof *part->sent);
  fine = fine && customers && plays && part->sent && (words || !job->state);
  size_t errors = job->report->errors;
  if (fine) read_rows(job, customers, plays, words);
  if (fine && job->report->errors == errors) tell_odd(job, customers, plays, words);
  free_names(job, job->customer, customers);
  free_names(job, job->play, plays);
  free_names(job, job->state, words);
  tx_names_free(&job->plays);
  if (!fine) return tx_no_memory(job->report->error);
  return job->report->errors == errors ? TRIAX_OK : TRIAX_EDATA;
}

triax_status tx_plan_read_sent(triax_plan *plan, const triax_table *sent, const triax_load_options *load,
                               tx_report *report) {
  triax_table *log = NULL;
  sent_job job = {.plan = plan, .report = report};
  triax_status status = load_log(plan, sent, load, &log, report);
  const tx_source *policy = report->source;
  report->source = NULL; /* what is told from here on is not of the policy's file */
  if (status == TRIAX_OK) status = read_log(&job, log);
  report->source = policy;
  triax_table_unref(log);
  return status;
}
