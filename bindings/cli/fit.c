/* The command fit: learning a score from what came, and testing one against it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"

enum { LIST_MOST = 400, METRICS_SHOWN = 20 };

/* A comma-separated list of columns. */
typedef struct name_list {
  triax_text names[LIST_MOST];
  size_t count;
} name_list;

static bool read_list(const char *text, const char *option, name_list *list) {
  list->count = 0;
  while (text != NULL && *text != '\0') {
    size_t length = strcspn(text, ",");
    const char *begin = text, *end = text + length;
    while (begin < end && *begin == ' ') begin++;
    while (end > begin && end[-1] == ' ') end--;
    if (begin == end || list->count == LIST_MOST) {
      say_error(begin == end ? "%s takes names of columns with commas between" : "%s takes at most 400 columns", option);
      return false;
    }
    list->names[list->count++] = (triax_text){begin, (size_t)(end - begin)};
    text += length + (text[length] == ',');
  }
  return true;
}

/* --- reports as text ---- */

static double number_of(const triax_document *d, triax_node node, const char *key) {
  triax_node found = triax_document_find(d, node, triax_text_of(key));
  return triax_document_kind(d, found) == TRIAX_KIND_NUMBER ? triax_document_as_number(d, found) : NAN;
}

static triax_text text_of(const triax_document *d, triax_node node, const char *key) {
  return triax_document_as_text(d, triax_document_find(d, node, triax_text_of(key)));
}

static void add_percent(text_buffer *text, double share, size_t width) {
  char figure[CLI_NUMBER_SIZE], cell[CLI_NUMBER_SIZE + 4];
  if (is_missing(share)) snprintf(cell, sizeof cell, "-");
  else snprintf(cell, sizeof cell, "%s %%", digest_figure(100 * share, 1, figure));
  text_add_format(text, "%*s", (int)width, cell);
}

/* Words in lines of 80 columns. */
static void add_wrapped(text_buffer *buffer, triax_text text) {
  size_t column = 0, at = 0;
  while (at < text.length) {
    size_t end = at;
    while (end < text.length && text.bytes[end] != ' ') end++;
    size_t width = text_width(text.bytes + at, end - at);
    if (column > 0 && column + 1 + width > 80) {
      text_add(buffer, "\n", 1);
      column = 0;
    }
    if (column > 0) text_add(buffer, " ", 1);
    text_add(buffer, text.bytes + at, end - at);
    column += width + (column > 0);
    at = end + (end < text.length);
  }
  text_add(buffer, "\n", 1);
}

static void add_rows(text_buffer *text, const triax_document *d) {
  char count[CLI_NUMBER_SIZE];
  triax_text outcome = text_of(d, 0, "outcome");
  triax_node rate = triax_document_find(d, 0, triax_text_of("rate"));
  double without = number_of(d, 0, "without_outcome");
  text_add_format(text, "%s customers, ", digest_count(number_of(d, 0, "rows"), count));
  text_add_format(text, "%s with '%.*s' (", digest_count(number_of(d, 0, "outcomes"), count), (int)outcome.length,
                  outcome.bytes);
  add_percent(text, number_of(d, rate, "value"), 0);
  text_add_string(text, ")");
  if (without > 0) text_add_format(text, "; %s without an outcome left out", digest_count(without, count));
  text_add_string(text, "\n\n");
}

static void add_measures(text_buffer *text, const triax_document *d, triax_node at) {
  static const struct {
    const char *key, *words;
    int decimals;
  } rows[] = {{"lift", "lift in the top tenth", 2}, {"ks", "KS", 3}, {"log_loss", "log-loss", 4}, {"brier", "Brier score", 4}};
  char value[CLI_NUMBER_SIZE], low[CLI_NUMBER_SIZE], high[CLI_NUMBER_SIZE];
  triax_node auc = triax_document_find(d, at, triax_text_of("auc"));
  text_add_format(text, "  %-24s%8s  (%s to %s)\n", "AUC", digest_figure(number_of(d, auc, "value"), 3, value),
                  digest_figure(number_of(d, auc, "low"), 3, low), digest_figure(number_of(d, auc, "high"), 3, high));
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    double figure = number_of(d, at, rows[i].key);
    if (is_missing(figure)) continue;
    text_add_format(text, "  %-24s%8s\n", rows[i].words, digest_figure(figure, rows[i].decimals, value));
  }
}

static void add_bands(text_buffer *text, const triax_document *d) {
  char count[CLI_NUMBER_SIZE], hits[CLI_NUMBER_SIZE];
  triax_node bands = triax_document_find(d, 0, triax_text_of("bands"));
  if (triax_document_count(d, bands) == 0) return;
  text_add_format(text, "\n  %-12s%10s%10s%10s   %-18s%10s\n", "band", "customers", "outcomes", "rate", "95 % interval",
                  "foretold");
  for (triax_node band = triax_document_first(d, bands); band != TRIAX_NO_NODE; band = triax_document_next(d, band)) {
    triax_node rate = triax_document_find(d, band, triax_text_of("rate"));
    text_add_string(text, "  ");
    digest_cell(text, text_of(d, band, "band"), 12);
    text_add_format(text, "%10s%10s", digest_count(number_of(d, band, "customers"), count),
                    digest_count(number_of(d, band, "outcomes"), hits));
    add_percent(text, number_of(d, rate, "value"), 10);
    add_percent(text, number_of(d, rate, "low"), 9);
    text_add_string(text, " -");
    add_percent(text, number_of(d, rate, "high"), 8);
    add_percent(text, number_of(d, band, "expected"), 12);
    text_add(text, "\n", 1);
  }
}

static void add_metrics(text_buffer *text, const triax_document *d) {
  triax_node metrics = triax_document_find(d, 0, triax_text_of("metrics"));
  size_t shown = 0;
  if (triax_document_count(d, metrics) == 0) return;
  text_add_format(text, "\n  %-48s%8s%10s\n", "metric", "weight", "AUC alone");
  for (triax_node at = triax_document_first(d, metrics); at != TRIAX_NO_NODE; at = triax_document_next(d, at)) {
    char figure[CLI_NUMBER_SIZE];
    text_buffer name = {NULL, 0, 0, false};
    triax_text one = text_of(d, at, "metric"), other = text_of(d, at, "with");
    if (++shown > METRICS_SHOWN) continue;
    text_add(&name, one.bytes, one.length);
    if (other.bytes != NULL) text_add_format(&name, " with %.*s", (int)other.length, other.bytes);
    text_add_string(text, "  ");
    digest_cell(text, (triax_text){name.bytes, name.length}, 48);
    text_add_format(text, "%8s", digest_figure(number_of(d, at, "weight"), 1, figure));
    text_add_format(text, "%10s\n", digest_figure(number_of(d, at, "alone"), 3, figure));
    text->failed = text->failed || name.failed;
    text_free(&name);
  }
  if (shown > METRICS_SHOWN) text_add_format(text, "  and %d more of less weight\n", (int)(shown - METRICS_SHOWN));
}

static void add_not_used(text_buffer *text, const triax_document *d) {
  triax_node list = triax_document_find(d, 0, triax_text_of("not_used"));
  text_buffer words = {NULL, 0, 0, false};
  if (triax_document_count(d, list) == 0) return;
  text_add_string(&words, "Not used:");
  for (triax_node at = triax_document_first(d, list); at != TRIAX_NO_NODE; at = triax_document_next(d, at)) {
    triax_text name = text_of(d, at, "column"), why = text_of(d, at, "why");
    text_add_format(&words, " %.*s (%.*s)%s", (int)name.length, name.bytes, (int)why.length, why.bytes,
                    triax_document_next(d, at) != TRIAX_NO_NODE ? "," : ".");
  }
  text_add(text, "\n", 1);
  add_wrapped(text, (triax_text){words.bytes, words.length});
  text->failed = text->failed || words.failed;
  text_free(&words);
}

/* --- testing what there is ---- */

static int test_policy(cli_company *company, const cli_options *options, const triax_policy *policy, bool quiet,
                       triax_document **report) {
  triax_backtest_options settings = TRIAX_BACKTEST_OPTIONS_INIT;
  settings.outcome = triax_text_of(options->outcome);
  settings.score = triax_text_of(options->score);
  settings.as_of = options->as_of_days;
  settings.has_as_of = 1;
  triax_error error = {.status = TRIAX_OK};
  size_t before = triax_messages_count(company->messages);
  triax_status status = triax_health_backtest(company->context, policy, company->customers, &settings, report,
                                              quiet ? NULL : company->messages, &error);
  if (!quiet || status != TRIAX_OK) {
    say_messages(company->messages, before, status != TRIAX_OK ? &error : NULL, NULL, 0);
  }
  return exit_of(status);
}

static int only_test(cli_company *company, const cli_options *options) {
  triax_document *report = NULL;
  int result = test_policy(company, options, company->policy, false, &report);
  if (result == EXIT_DONE) {
    text_buffer text = {NULL, 0, 0, false};
    if (options->json) {
      json_add_document(&text, report, 0);
    } else {
      add_rows(&text, report);
      add_wrapped(&text, text_of(report, 0, "verdict"));
      text_add(&text, "\n", 1);
      add_measures(&text, report, 0);
      add_bands(&text, report);
      text_scrub(&text);
    }
    result = print_text(&text);
    text_free(&text);
  }
  triax_document_free(report);
  return result;
}

/* --- learning ---- */

static int learn(cli_company *company, const cli_options *options, triax_fit **fit) {
  static const char *const words[] = {"--metrics", "--leaks", "--rising", "--falling"};
  const char *const given[] = {options->metrics, options->leaks, options->rising, options->falling};
  name_list *lists = calloc(4, sizeof *lists);
  if (lists == NULL) {
    say_no_memory();
    return EXIT_MACHINE;
  }
  for (size_t i = 0; i < 4; i++) {
    if (read_list(given[i], words[i], &lists[i])) continue;
    free(lists);
    return EXIT_USAGE;
  }
  triax_fit_options settings = TRIAX_FIT_OPTIONS_INIT;
  settings.outcome = triax_text_of(options->outcome);
  settings.score = triax_text_of(options->score);
  settings.folds = triax_text_of(options->folds);
  settings.metrics = options->metrics != NULL ? lists[0].names : NULL;
  settings.metric_count = lists[0].count;
  settings.leaks = lists[1].names;
  settings.leak_count = lists[1].count;
  settings.rising = lists[2].names;
  settings.rising_count = lists[2].count;
  settings.falling = lists[3].names;
  settings.falling_count = lists[3].count;
  settings.method = options->fit_method;
  settings.ridge = options->fit_ridge;
  settings.pairs = options->fit_pairs;
  settings.force = options->force;
  triax_error error = {.status = TRIAX_OK};
  size_t before = triax_messages_count(company->messages);
  triax_status status =
      triax_health_fit(company->context, company->policy, company->customers, &settings, fit, company->messages, &error);
  say_messages(company->messages, before, status != TRIAX_OK ? &error : NULL, NULL, 0);
  free(lists);
  return exit_of(status);
}

/* The policy with what was learnt. */
static int renew(cli_company *company, const cli_options *options, const triax_fit *fit, text_buffer *text) {
  const triax_text old = {company->policy_text.bytes, company->policy_text.length};
  const bool is_health = options->score == NULL || strcmp(options->score, "health") == 0;
  const triax_text parent = triax_text_of(is_health ? NULL : "scores");
  const triax_text key = triax_text_of(is_health ? "health" : options->score);
  triax_error error = {.status = TRIAX_OK};
  size_t length = 0;
  triax_status status = triax_yaml_replace(company->context, old, parent, key, triax_fit_section(fit), NULL, 0, &length,
                                           &error);
  if (status == TRIAX_OK) {
    text->bytes = malloc(length + 1);
    text->capacity = text->length = length;
    if (text->bytes == NULL) status = TRIAX_ENOMEM;
    else status = triax_yaml_replace(company->context, old, parent, key, triax_fit_section(fit), text->bytes, length + 1,
                                     &length, &error);
  }
  if (status == TRIAX_ENOMEM) say_no_memory();
  else if (status != TRIAX_OK) say_error("%s", error.message);
  return exit_of(status);
}

/* How the new policy, read from its text, sorts the customers it was learnt from. */
static int test_renewed(cli_company *company, const cli_options *options, const text_buffer *text,
                        triax_document **report) {
  triax_policy *policy = NULL;
  triax_error error = {.status = TRIAX_OK};
  size_t before = triax_messages_count(company->messages);
  const char *name = options->out != NULL ? options->out : "the new policy";
  triax_status status = triax_yaml_policy(company->context, (triax_text){text->bytes, text->length}, triax_text_of(name),
                                          &policy, company->messages, &error);
  say_messages(company->messages, before, status != TRIAX_OK ? &error : NULL, NULL, 0);
  int result = exit_of(status);
  if (result == EXIT_DONE) result = test_policy(company, options, policy, true, report);
  triax_policy_unref(policy);
  return result;
}

static void add_learnt(text_buffer *text, const triax_document *d, const triax_document *test) {
  triax_node out = triax_document_find(d, 0, triax_text_of("out_of_sample"));
  triax_node folds = triax_document_find(d, 0, triax_text_of("folds"));
  add_rows(text, d);
  add_wrapped(text, text_of(d, 0, "verdict"));
  text_add_format(text, "\nOut of sample, mean of %d folds\n", (int)triax_document_count(d, folds));
  add_measures(text, d, out);
  add_metrics(text, d);
  add_not_used(text, d);
  if (test == NULL) return;
  text_add_string(text, "\nThe new policy on the customers it was learnt from");
  add_bands(text, test);
}

static int print_learnt(const cli_options *options, const triax_fit *fit, const triax_document *test) {
  text_buffer text = {NULL, 0, 0, false};
  if (options->json) {
    json_add_document(&text, triax_fit_report(fit), 0);
  } else {
    add_learnt(&text, triax_fit_report(fit), test);
    text_scrub(&text);
    if (test != NULL && options->out != NULL) text_add_format(&text, "\nWritten to %s\n", options->out);
  }
  int result = print_text(&text);
  text_free(&text);
  return result;
}

static int write_table(const char *path, const triax_fit *fit, int32_t which) {
  return path == NULL ? EXIT_DONE : output_write_table(path, triax_fit_table(fit, which));
}

static int fit_and_write(cli_company *company, const cli_options *options) {
  triax_fit *fit = NULL;
  triax_document *test = NULL;
  text_buffer renewed = {NULL, 0, 0, false};
  int result = learn(company, options, &fit);
  const bool learnt = result == EXIT_DONE && triax_fit_section(fit) != NULL;
  if (learnt) result = renew(company, options, fit, &renewed);
  if (learnt && result == EXIT_DONE) result = test_renewed(company, options, &renewed, &test);
  if (result == EXIT_DONE) result = write_table(options->predictions, fit, TRIAX_FIT_PREDICTIONS);
  if (result == EXIT_DONE) result = write_table(options->coefficients, fit, TRIAX_FIT_COEFFICIENTS);
  if (learnt && result == EXIT_DONE && options->out != NULL) result = output_write_file(options->out, &renewed);
  if (result == EXIT_DONE) result = print_learnt(options, fit, test);
  if (result == EXIT_DONE && !learnt) {
    say_error("there is nothing to learn%s", options->out != NULL ? "; no policy was written" : "");
    result = EXIT_INPUT;
  }
  text_free(&renewed);
  triax_document_free(test);
  triax_fit_unref(fit);
  return result;
}

int command_fit(const cli_options *options) {
  cli_company company;
  int result = company_open(&company, options);
  if (result == EXIT_DONE) result = company_load(&company, options);
  if (result == EXIT_DONE) {
    result = options->only_test ? only_test(&company, options) : fit_and_write(&company, options);
  }
  company_close(&company);
  return result;
}
