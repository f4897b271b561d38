/* What a fit learns from: which columns, and which rows in which fold. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "compile/compile.h"
#include "fitting/fitting.h"

/* More texts than this, most of them different from all others, are names of things and no categories. */
#define LEVELS_MOST 50
/* Numbers that go together so closely are one. */
#define SAME 0.9999
#define SAME_ROWS 4096
#define SAME_COLUMNS 100

static bool is_listed(triax_text name, const triax_text *list, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (tx_text_equal(name, list[i])) return true;
  }
  return false;
}

/* Whether an expression that is nothing but the name means the column. */
static bool is_name(tx_fitting *fitting, triax_text name, bool *fine) {
  tx_expr_faults *faults = tx_calloc(fitting->context, 1, sizeof *faults);
  tx_syntax *syntax = NULL;
  bool is = false;
  if (!faults) return *fine = false;
  const triax_status status = tx_syntax_parse(&fitting->arena, name, &syntax, faults);
  if (status == TRIAX_OK) {
    const tx_free_name *names;
    const size_t count = tx_syntax_free_names(syntax, &names);
    is = count == 1 && tx_text_equal(names[0].name, name) && memchr(name.bytes, '.', name.length) == NULL;
  }
  *fine = status != TRIAX_ENOMEM;
  tx_free(fitting->context, faults, sizeof *faults);
  return is;
}

/* The policy's own columns come before those of the data with their names. */
static bool is_hidden(const tx_fitting *fitting, triax_text name) {
  static const char *const own[] = {"health", "band", "churn_probability", "segment", "touch", "pool", "csm", "hours"};
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
    if (tx_text_equal_c(name, own[i])) return true;
  }
  for (size_t s = 0; s < fitting->policy->score_count; s++) {
    if (tx_text_equal(name, fitting->policy->scores[s].model.name)) return true;
  }
  return false;
}

static bool is_kind(int32_t type) {
  return type == TRIAX_TYPE_NUMBER || type == TRIAX_TYPE_INTEGER || type == TRIAX_TYPE_MONEY ||
         type == TRIAX_TYPE_BOOLEAN || type == TRIAX_TYPE_STRING;
}

/* --- values ---- */

static bool copy_numbers(tx_fitting *fitting, const tx_column *from, tx_fit_column *into) {
  double *numbers = tx_arena_alloc(&fitting->arena, (from->rows + 1) * sizeof *numbers);
  if (!numbers) return false;
  for (size_t row = 0; row < from->rows; row++) {
    const bool has = tx_column_has(from, row);
    numbers[row] = !has ? (double)NAN
                   : from->type == TRIAX_TYPE_INTEGER ? (double)from->integers[row]
                                                      : from->numbers[row];
  }
  into->numbers = numbers;
  return true;
}

static bool copy_codes(tx_fitting *fitting, const tx_column *from, tx_fit_column *into) {
  uint32_t *codes = tx_arena_alloc(&fitting->arena, (from->rows + 1) * sizeof *codes);
  if (!codes) return false;
  for (size_t row = 0; row < from->rows; row++) {
    codes[row] = !tx_column_has(from, row)              ? TX_FIT_ABSENT
                 : from->type == TRIAX_TYPE_BOOLEAN     ? (uint32_t)tx_bit(from->bits, row)
                                                        : tx_column_code(from, row);
  }
  into->codes = codes;
  into->levels = from->type == TRIAX_TYPE_BOOLEAN ? 2 : from->dictionary->size;
  return true;
}

/* Why a column has nothing to say, or NULL. *missing: of the rows with an outcome. */
static const char *silent(tx_fitting *fitting, const tx_fit_column *column, size_t *missing, bool *fine) {
  const tx_outcomes *outcomes = &fitting->outcomes;
  size_t present = 0, kinds = 0;
  double low = INFINITY, high = -INFINITY;
  uint8_t *seen = column->codes ? tx_calloc(fitting->context, (size_t)column->levels + 1, 1) : NULL;
  if (column->codes && !seen) return *fine = false, NULL;
  for (size_t row = 0; row < outcomes->rows; row++) {
    if (!outcomes->use[row]) continue;
    if (column->numbers ? isnan(column->numbers[row]) : column->codes[row] == TX_FIT_ABSENT) continue;
    present++;
    if (column->numbers) {
      low = column->numbers[row] < low ? column->numbers[row] : low;
      high = column->numbers[row] > high ? column->numbers[row] : high;
    } else if (!seen[column->codes[row]]) {
      seen[column->codes[row]] = 1;
      kinds++;
    }
  }
  if (seen) tx_free(fitting->context, seen, (size_t)column->levels + 1);
  *missing = outcomes->known - present;
  if (column->numbers) kinds = high > low ? 2 : present > 0;
  if (kinds == 0) return "it has no values";
  if (kinds == 1 && *missing < 10) return "it has one value alone";
  if (column->codes && kinds > LEVELS_MOST && kinds * 2 > present) return "nearly every customer has its own value";
  return NULL;
}

/* --- numbers that are one ---- */

static double correlation(const tx_fitting *fitting, const double *x, const double *y) {
  double n = 0, sums[5] = {0};
  size_t seen = 0;
  for (size_t row = 0; row < fitting->outcomes.rows && seen < SAME_ROWS; row++) {
    if (!fitting->outcomes.use[row]) continue;
    seen++;
    if (isnan(x[row]) != isnan(y[row])) return 0;
    if (isnan(x[row])) continue;
    n++;
    sums[0] += x[row];
    sums[1] += y[row];
    sums[2] += x[row] * x[row];
    sums[3] += y[row] * y[row];
    sums[4] += x[row] * y[row];
  }
  const double xx = sums[2] - sums[0] * sums[0] / n, yy = sums[3] - sums[1] * sums[1] / n;
  const double xy = sums[4] - sums[0] * sums[1] / n;
  return n > 2 && xx > 0 && yy > 0 ? fabs(xy) / sqrt(xx * yy) : 0;
}

static bool says_the_same(const tx_fitting *fitting, const tx_fit_column *column) {
  if (!column->numbers || fitting->column_count > SAME_COLUMNS) return false;
  for (size_t c = 0; c < fitting->column_count; c++) {
    if (fitting->columns[c].numbers && correlation(fitting, fitting->columns[c].numbers, column->numbers) > SAME) {
      return true;
    }
  }
  return false;
}

/* --- which columns ---- */

static triax_status take_column(tx_fitting *fitting, tx_fit_candidate *candidate) {
  const tx_column *from = fitting->table->fields[candidate->source].column;
  tx_fit_column column = {NULL, NULL, 0, 0};
  bool fine = true;
  const bool is_category = from->type == TRIAX_TYPE_BOOLEAN || from->type == TRIAX_TYPE_STRING;
  if (!is_name(fitting, candidate->name, &fine)) candidate->why = "expressions cannot name it; declare it with 'from'";
  else if (is_hidden(fitting, candidate->name)) candidate->why = "the policy has a column of its own by this name";
  if (!fine) return tx_no_memory(fitting->report->error);
  if (candidate->why) return TRIAX_OK;
  if (!(is_category ? copy_codes(fitting, from, &column) : copy_numbers(fitting, from, &column))) {
    return tx_no_memory(fitting->report->error);
  }
  candidate->why = silent(fitting, &column, &candidate->missing, &fine);
  if (!fine) return tx_no_memory(fitting->report->error);
  if (!candidate->why && says_the_same(fitting, &column)) candidate->why = "another column says the same";
  if (candidate->why) return TRIAX_OK;
  /* The outcome of health is bad, that of a score good. */
  const int better = fitting->score.falls ? -1 : 1;
  const triax_fit_options *options = &fitting->options;
  if (is_listed(candidate->name, options->rising, options->rising_count)) column.direction = better;
  if (is_listed(candidate->name, options->falling, options->falling_count)) column.direction = -better;
  candidate->number = fitting->column_count;
  fitting->of[fitting->column_count] = candidate;
  fitting->sources[fitting->column_count] = from;
  fitting->columns[fitting->column_count++] = column;
  return TRIAX_OK;
}

static void tell_wrong_kind(tx_fitting *fitting, triax_text name, int32_t type) {
  const tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EINVAL, .width = 1};
  tx_report_add(fitting->report, &finding, "metrics: '%.*s' is a column of type %s; numbers, booleans and strings can be "
                "learnt from", tx_name_width(name), name.bytes, triax_type_name(type));
}

static void check_lists(tx_fitting *fitting) {
  const triax_fit_options *options = &fitting->options;
  const struct {
    const triax_text *names;
    size_t count;
    const char *what;
    bool numbers;
  } lists[] = {{options->metrics, options->metric_count, "metrics", false},
               {options->leaks, options->leak_count, "leaks", false},
               {options->rising, options->rising_count, "rising", true},
               {options->falling, options->falling_count, "falling", true}};
  const tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EINVAL, .width = 1};
  for (size_t l = 0; l < 4; l++) {
    for (size_t i = 0; i < lists[l].count; i++) {
      const triax_text name = lists[l].names[i];
      const size_t column = tx_fit_column_of(fitting->table, name, lists[l].what, fitting->report);
      if (column == SIZE_MAX) continue;
      const int32_t type = triax_table_type(fitting->table, column);
      if (l == 0 && !is_kind(type)) tell_wrong_kind(fitting, name, type);
      if (l == 0 && is_listed(name, options->leaks, options->leak_count)) {
        tx_report_add(fitting->report, &finding, "'%.*s' is among the metrics and among the leaks", tx_name_width(name),
                      name.bytes);
      }
      if (l == 0 && tx_text_equal(name, options->outcome)) {
        tx_report_add(fitting->report, &finding, "'%.*s' is the outcome, and no metric", tx_name_width(name), name.bytes);
      }
      if (lists[l].numbers && (type == TRIAX_TYPE_BOOLEAN || type == TRIAX_TYPE_STRING || !is_kind(type))) {
        tx_report_add(fitting->report, &finding, "%s: '%.*s' is no number", lists[l].what, tx_name_width(name), name.bytes);
      }
      if (l == 2 && is_listed(name, options->falling, options->falling_count)) {
        tx_report_add(fitting->report, &finding, "'%.*s' cannot rise and fall", tx_name_width(name), name.bytes);
      }
    }
  }
}

static bool is_wanted(const tx_fitting *fitting, size_t column) {
  const triax_text name = fitting->table->fields[column].name;
  const triax_fit_options *options = &fitting->options;
  if (options->metrics) return is_listed(name, options->metrics, options->metric_count);
  return is_kind(fitting->table->fields[column].column->type) && column != fitting->customers->people.key &&
         !tx_text_equal(name, options->outcome) && !tx_text_equal(name, options->folds);
}

static triax_status choose_columns(tx_fitting *fitting) {
  const size_t columns = fitting->table->columns;
  check_lists(fitting);
  if (fitting->report->errors) return TRIAX_EINVAL;
  fitting->candidates = tx_arena_calloc(&fitting->arena, columns, sizeof *fitting->candidates);
  fitting->columns = tx_arena_calloc(&fitting->arena, columns, sizeof *fitting->columns);
  fitting->of = tx_arena_calloc(&fitting->arena, columns, sizeof *fitting->of);
  fitting->sources = tx_arena_calloc(&fitting->arena, columns, sizeof *fitting->sources);
  if (!fitting->candidates || !fitting->columns || !fitting->of || !fitting->sources) {
    return tx_no_memory(fitting->report->error);
  }
  triax_status status = TRIAX_OK;
  for (size_t c = 0; status == TRIAX_OK && c < columns; c++) {
    if (!is_wanted(fitting, c)) continue;
    tx_fit_candidate *candidate = &fitting->candidates[fitting->candidate_count++];
    *candidate = (tx_fit_candidate){fitting->table->fields[c].name, c, SIZE_MAX, NULL, NAN, 0, 0};
    if (is_listed(candidate->name, fitting->options.leaks, fitting->options.leak_count)) {
      candidate->why = "it is said to know the outcome";
    } else {
      status = take_column(fitting, candidate);
      if (status == TRIAX_OK) status = tx_progress(fitting->context, "metrics", 0, fitting->report->error);
    }
  }
  if (status != TRIAX_OK || (fitting->column_count > 0 && fitting->column_count <= TX_FIT_COLUMNS)) return status;
  const bool none = fitting->column_count == 0;
  const tx_finding finding = {
      .level = TRIAX_LEVEL_ERROR, .status = none ? TRIAX_EDATA : TRIAX_ELIMIT, .width = 1};
  if (none) tx_report_add(fitting->report, &finding, "there is no column to learn from");
  else {
    tx_report_add(fitting->report, &finding, "%zu columns are more than %d; name those that matter as metrics",
                  fitting->column_count, TX_FIT_COLUMNS);
  }
  return finding.status;
}

/* --- folds ---- */

typedef struct dealt {
  uint64_t hash;
  triax_text key;
  size_t row;
} dealt;

static int by_hash(const void *a, const void *b) {
  const dealt *left = a, *right = b;
  if (left->hash != right->hash) return left->hash < right->hash ? -1 : 1;
  const int keys = left->key.bytes && right->key.bytes ? tx_text_compare(left->key, right->key) : 0;
  return keys ? keys : (left->row > right->row) - (left->row < right->row);
}

/* Five folds, dealt out in the order of a hash of the key, those with the outcome and those without each: the same
 * customers are in the same fold whatever the order of rows. */
static triax_status deal_folds(tx_fitting *fitting) {
  const tx_outcomes *outcomes = &fitting->outcomes;
  dealt *order = tx_alloc_array(fitting->context, outcomes->rows, sizeof *order);
  if (!order) return tx_no_memory(fitting->report->error);
  size_t next = 0;
  fitting->fold_count = 5;
  for (size_t f = 0; f < 5; f++) snprintf(fitting->fold_names[f], 40, "%zu", f);
  for (int outcome = 0; outcome < 2; outcome++) {
    size_t count = 0;
    for (size_t row = 0; row < outcomes->rows; row++) {
      if (!outcomes->use[row] || outcomes->outcome[row] != outcome) continue;
      const triax_text key = tx_people_key(&fitting->customers->people, row);
      order[count++] = (dealt){key.bytes ? tx_text_hash(key) : row * UINT64_C(0x9e3779b97f4a7c15), key, row};
    }
    qsort(order, count, sizeof *order, by_hash);
    for (size_t i = 0; i < count; i++) fitting->fold[order[i].row] = (uint8_t)(next++ % 5);
  }
  tx_free_array(fitting->context, order, outcomes->rows, sizeof *order);
  return TRIAX_OK;
}

static void name_of(const triax_table *table, size_t column, size_t row, char name[40]) {
  const triax_text text = triax_table_text(table, column, row);
  if (text.bytes) {
    snprintf(name, 40, "%.*s", (int)(text.length < 39 ? text.length : 39), text.bytes);
  } else {
    char number[TX_NUMBER_SIZE];
    tx_format_double(triax_table_number(table, column, row), number);
    snprintf(name, 40, "%s", number);
  }
}

static triax_status read_folds(tx_fitting *fitting) {
  const size_t column = tx_fit_column_of(fitting->table, fitting->options.folds, "folds", fitting->report);
  const tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EDATA, .width = 1};
  const triax_text folds = fitting->options.folds;
  if (column == SIZE_MAX) return TRIAX_ENOTFOUND;
  for (size_t row = 0; row < fitting->outcomes.rows; row++) {
    char name[40];
    size_t fold = 0;
    if (!fitting->outcomes.use[row]) continue;
    if (!triax_table_has(fitting->table, column, row)) {
      tx_report_add(fitting->report, &finding, "the fold '%.*s' is missing in row %zu", tx_name_width(folds), folds.bytes,
                    row + 1);
      return TRIAX_EDATA;
    }
    name_of(fitting->table, column, row, name);
    while (fold < fitting->fold_count && strcmp(fitting->fold_names[fold], name) != 0) fold++;
    if (fold == TX_FIT_FOLDS) {
      tx_report_add(fitting->report, &finding, "'%.*s' has more than %d values, and names no folds",
                    tx_name_width(folds), folds.bytes, TX_FIT_FOLDS);
      return TRIAX_EDATA;
    }
    if (fold == fitting->fold_count) memcpy(fitting->fold_names[fitting->fold_count++], name, sizeof name);
    fitting->fold[row] = (uint8_t)fold;
  }
  if (fitting->fold_count > 1) return TRIAX_OK;
  tx_report_add(fitting->report, &finding, "'%.*s' has one value alone: two folds and more are needed",
                tx_name_width(folds), folds.bytes);
  return TRIAX_EDATA;
}

/* Both outcomes must be in what each fold leaves to learn from. */
static triax_status check_folds(tx_fitting *fitting) {
  for (size_t fold = 0; fold < fitting->fold_count; fold++) {
    size_t hits = 0, rest = 0;
    for (size_t row = 0; row < fitting->outcomes.rows; row++) {
      if (!fitting->outcomes.use[row] || fitting->fold[row] == fold) continue;
      hits += fitting->outcomes.outcome[row];
      rest += !fitting->outcomes.outcome[row];
    }
    if (hits && rest) continue;
    const tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EDATA, .width = 1};
    tx_report_add(fitting->report, &finding, "without fold '%s' there is only one outcome to learn from",
                  fitting->fold_names[fold]);
    return TRIAX_EDATA;
  }
  return TRIAX_OK;
}

static triax_status choose_folds(tx_fitting *fitting) {
  fitting->fold = tx_arena_alloc(&fitting->arena, fitting->outcomes.rows + 1);
  fitting->fold_names = tx_arena_calloc(&fitting->arena, TX_FIT_FOLDS + 1, sizeof *fitting->fold_names);
  if (!fitting->fold || !fitting->fold_names) return tx_no_memory(fitting->report->error);
  memset(fitting->fold, TX_FIT_NO_FOLD, fitting->outcomes.rows);
  triax_status status = fitting->options.folds.bytes ? read_folds(fitting) : deal_folds(fitting);
  return status == TRIAX_OK ? check_folds(fitting) : status;
}

triax_status tx_fitting_choose(tx_fitting *fitting) {
  triax_status status = choose_folds(fitting);
  return status == TRIAX_OK ? choose_columns(fitting) : status;
}
