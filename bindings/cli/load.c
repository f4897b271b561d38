/* What a command works on: policy, customers and team, read from their files. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "platform.h"

int company_open(cli_company *company, const cli_options *options) {
  memset(company, 0, sizeof *company);
  triax_context_options settings = TRIAX_CONTEXT_OPTIONS_INIT;
  settings.progress = progress_show;
  settings.log = say_log;
  settings.log_user = (void *)options; /* say_log takes them as they are: unchanged */
  settings.threads = options->thread_count;
  if (triax_context_new(&settings, &company->context, NULL) == TRIAX_OK &&
      triax_messages_new(company->context, &company->messages, NULL) == TRIAX_OK) {
    return EXIT_DONE;
  }
  say_no_memory();
  return EXIT_MACHINE;
}

void company_close(cli_company *company) {
  csv_table_free(&company->sent);
  csv_table_free(&company->history);
  triax_team_unref(company->team);
  triax_customers_unref(company->customers);
  triax_policy_unref(company->policy);
  triax_messages_free(company->messages);
  triax_context_unref(company->context);
  text_free(&company->aside);
  text_free(&company->policy_text);
}

/* The whole of a text file. */
static int read_whole(const char *path, text_buffer *text) {
  FILE *stream = strcmp(path, "-") == 0               ? stdin
                 : platform_kind(path) == PATH_FOLDER ? (errno = EISDIR, NULL)
                                                      : fopen(path, "rb");
  if (stream == NULL) {
    say_error("cannot read '%s': %s", path, strerror(errno));
    return EXIT_INPUT;
  }
  char piece[1 << 14];
  size_t length;
  while ((length = fread(piece, 1, sizeof piece, stream)) > 0) text_add(text, piece, length);
  bool bad = ferror(stream) != 0;
  if (stream != stdin) fclose(stream);
  if (bad) say_error("cannot read '%s' to its end: %s", path, strerror(errno));
  if (text->failed) say_no_memory();
  return bad || text->failed ? EXIT_MACHINE : EXIT_DONE;
}

static int load_policy(cli_company *company, const char *path) {
  text_buffer text = {NULL, 0, 0, false};
  int result = read_whole(path, &text);
  if (result == EXIT_DONE) {
    triax_error error = {.status = TRIAX_OK};
    size_t before = triax_messages_count(company->messages);
    triax_text bytes = {text.bytes != NULL ? text.bytes : "", text.length};
    triax_status status =
        triax_yaml_policy(company->context, bytes, triax_text_of(path), &company->policy, company->messages, &error);
    say_messages(company->messages, before, status != TRIAX_OK ? &error : NULL, NULL, 0);
    result = exit_of(status);
  }
  text_free(&company->policy_text);
  company->policy_text = text;
  return result;
}

static void add_aside_row(text_buffer *aside, const char *file, uint64_t line, const triax_text fields[3],
                          const char *reason, size_t reason_length) {
  if (aside->length == 0) text_add_string(aside, "file,line,key,column,value,reason\n");
  csv_add_field(aside, file, strlen(file), true);
  text_add_format(aside, ",%llu", (unsigned long long)line);
  for (size_t i = 0; i < 3; i++) {
    text_add(aside, ",", 1);
    if (fields[i].bytes != NULL) csv_add_field(aside, fields[i].bytes, fields[i].length, true);
  }
  text_add(aside, ",", 1);
  csv_add_field(aside, reason, reason_length, true);
  text_add(aside, "\n", 1);
}

/* Rows set aside: those of the wrong length, then those with values at fault. */
static void keep_aside(cli_company *company, const char *file, const csv_table *csv, const triax_table *aside) {
  const triax_text nothing[3] = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
  size_t rows = aside != NULL ? triax_table_rows(aside) : 0, last = SIZE_MAX, count = csv->fault_count;
  for (size_t i = 0; i < csv->fault_count; i++) {
    const char *reason = csv->faults[i].reason;
    add_aside_row(&company->aside, file, csv->faults[i].line, nothing, reason, strlen(reason));
  }
  for (size_t i = 0; i < rows; i++) {
    size_t row = (size_t)triax_table_number(aside, 0, i) - 1;
    triax_text fields[3] = {triax_table_text(aside, 1, i), triax_table_text(aside, 2, i),
                            triax_table_text(aside, 3, i)};
    triax_text reason = triax_table_text(aside, 4, i);
    add_aside_row(&company->aside, file, line_of_row(&csv->lines, row), fields,
                  reason.bytes != NULL ? reason.bytes : "", reason.length);
    count += row != last;
    last = row;
  }
  if (count == 0) return;
  say_warning("%s: %zu row%s set aside", file, count, count == 1 ? "" : "s");
  company->aside_count += count;
}

static int load_table(cli_company *company, const cli_options *options, const char *file, bool is_team) {
  csv_table csv;
  int result = csv_read(company->context, file, options, &csv);
  if (result != EXIT_DONE) return result;
  triax_error error = {.status = TRIAX_OK};
  triax_table *aside = NULL;
  size_t before = triax_messages_count(company->messages);
  bool wants_rows = !is_team && options->command != COMMAND_EVAL;
  if (wants_rows && triax_table_rows(csv.table) == 0) {
    say_error_at(file, 0, 0, "the file has a header but no rows: 0 customers");
    csv_table_free(&csv);
    return EXIT_INPUT;
  }
  triax_status status = is_team ? triax_team_new(company->context, company->policy, csv.table, &options->load,
                                                 &company->team, &aside, company->messages, &error)
                                : triax_customers_new(company->context, company->policy, csv.table, &options->load,
                                                      &company->customers, &aside, company->messages, &error);
  cli_source source = {NULL, file, &csv.lines};
  say_messages(company->messages, before, status != TRIAX_OK ? &error : NULL, &source, 1);
  if (status == TRIAX_OK) keep_aside(company, file, &csv, aside);
  triax_table_unref(aside);
  csv_table_free(&csv);
  return exit_of(status);
}

/* What was sent, and earlier values, are typed by the plan, which knows the plays and the keys. */
static int load_log(cli_company *company, const cli_options *options, const char *file, csv_table *log) {
  if (file == NULL) return EXIT_DONE;
  int result = csv_read(company->context, file, options, log);
  if (result == EXIT_DONE) keep_aside(company, file, log, NULL);
  return result;
}

int company_write_aside(cli_company *company, const cli_options *options) {
  if (options->set_aside == NULL) return EXIT_DONE;
  /* Also when there is nothing, so that no earlier file is taken for this one's. */
  if (company->aside.length == 0) text_add_string(&company->aside, "file,line,key,column,value,reason\n");
  if (company->aside.failed) {
    say_no_memory();
    return EXIT_MACHINE;
  }
  return output_write_file(options->set_aside, &company->aside);
}

int company_load(cli_company *company, const cli_options *options) {
  int result = EXIT_DONE;
  if (options->command != COMMAND_EVAL) result = load_policy(company, options->operands[0]);
  if (result == EXIT_DONE && options->customers != NULL)
    result = load_table(company, options, options->customers, false);
  if (result == EXIT_DONE && options->team != NULL) result = load_table(company, options, options->team, true);
  if (result == EXIT_DONE) result = load_log(company, options, options->sent, &company->sent);
  if (result == EXIT_DONE) result = load_log(company, options, options->history, &company->history);
  if (result == EXIT_DONE && options->command != COMMAND_COMPARE) result = company_write_aside(company, options);
  return result;
}

size_t company_sources(const cli_company *company, const cli_options *options, cli_source sources[2]) {
  size_t count = 0;
  if (options->sent != NULL) sources[count++] = (cli_source){"sent", options->sent, &company->sent.lines};
  if (options->history != NULL) sources[count++] = (cli_source){"history", options->history, &company->history.lines};
  return count;
}

triax_plan_options company_plan_options(const cli_company *company, const cli_options *options) {
  triax_plan_options settings = TRIAX_PLAN_OPTIONS_INIT;
  settings.as_of = options->as_of_days;
  settings.has_as_of = 1;
  settings.sent = company->sent.table;
  settings.history = company->history.table;
  settings.load = &options->load;
  if (options->outcome != NULL) settings.outcome = triax_text_of(options->outcome);
  settings.tradeoff = options->tradeoff;
  settings.hires = options->hires;
  return settings;
}
