/* The commands check, plan, explain and eval. */
#include <errno.h>
#include <string.h>

#include "cli.h"
#include "platform.h"

/* Results go to stdout in one piece; a full disk behind it is the machine's failure. */
int print_text(const text_buffer *text) {
  progress_clear();
  if (text->failed) {
    say_no_memory();
    return EXIT_MACHINE;
  }
  if (fwrite(text->bytes, 1, text->length, stdout) == text->length && fflush(stdout) == 0) return EXIT_DONE;
  /* A reader that has had enough, such as head, is no failure worth words. */
  if (errno != EPIPE) say_error("cannot write the result: %s", strerror(errno));
  return EXIT_MACHINE;
}

int make_plan(cli_company *company, const cli_options *options, triax_plan **plan) {
  int result = company_load(company, options);
  if (result != EXIT_DONE) return result;
  triax_plan_options settings = company_plan_options(company, options);
  triax_error error = {.status = TRIAX_OK};
  size_t before = triax_messages_count(company->messages);
  triax_status status = triax_plan_new(company->context, company->policy, company->customers, company->team, &settings,
                                       plan, company->messages, &error);
  cli_source sources[2];
  say_messages(company->messages, before, status != TRIAX_OK ? &error : NULL, sources,
               company_sources(company, options, sources));
  return exit_of(status);
}

static size_t count_level(const triax_messages *messages, int32_t level) {
  size_t count = 0;
  for (size_t i = 0; i < triax_messages_count(messages); i++) count += triax_messages_level(messages, i) == level;
  return count;
}

static int finish_check(const cli_company *company, const cli_options *options, int result) {
  size_t errors = count_level(company->messages, TRIAX_LEVEL_ERROR);
  size_t warnings = count_level(company->messages, TRIAX_LEVEL_WARNING);
  text_buffer text = {NULL, 0, 0, false};
  if (result == EXIT_DONE) {
    text_add_format(&text, "%s is good%s%s", options->operands[0],
                    options->customers != NULL ? " and fits the data" : "", "");
    if (warnings > 0) text_add_format(&text, "; %zu warning%s", warnings, warnings == 1 ? "" : "s");
  } else {
    text_add_format(&text, "check found faults");
    if (errors > 0) text_add_format(&text, ": %zu error%s", errors, errors == 1 ? "" : "s");
    if (warnings > 0)
      text_add_format(&text, "%s %zu warning%s", errors > 0 ? "," : ":", warnings, warnings == 1 ? "" : "s");
  }
  text_add(&text, "\n", 1);
  int printed = result == EXIT_MACHINE || result == EXIT_INTERRUPTED ? EXIT_DONE : print_text(&text);
  text_free(&text);
  return result != EXIT_DONE ? result : printed;
}

int command_check(const cli_options *options) {
  cli_company company;
  int result = company_open(&company, options);
  if (result == EXIT_DONE) result = company_load(&company, options);
  if (result == EXIT_DONE) {
    triax_plan_options settings = company_plan_options(&company, options);
    triax_error error = {.status = TRIAX_OK};
    size_t before = triax_messages_count(company.messages);
    triax_status status = triax_plan_check(company.context, company.policy, company.customers, company.team, &settings,
                                           company.messages, &error);
    cli_source sources[2];
    say_messages(company.messages, before, status != TRIAX_OK ? &error : NULL, sources,
                 company_sources(&company, options, sources));
    result = exit_of(status);
  }
  result = finish_check(&company, options, result);
  company_close(&company);
  return result;
}

static int print_plan(const cli_company *company, const cli_options *options, const triax_plan *plan,
                      const text_buffer *page) {
  text_buffer text = {NULL, 0, 0, false};
  if (options->json) {
    json_add_document(&text, triax_plan_summary(plan), 0);
  } else {
    digest_add(&text, plan, company);
    if (options->out != NULL) output_list(&text, options->out, &output_plan, plan, page);
  }
  int result = print_text(&text);
  text_free(&text);
  return result;
}

/* The folder, where one is asked for, then the digest. */
static int put_plan(const cli_company *company, const cli_options *options, const triax_plan *plan) {
  text_buffer page = {NULL, 0, 0, false};
  const text_buffer *report = options->report ? &page : NULL;
  int result = EXIT_DONE;
  if (report != NULL && !report_add(&page, plan, company)) {
    say_no_memory();
    result = EXIT_MACHINE;
  }
  if (result == EXIT_DONE && options->out != NULL) {
    result = output_write(options->out, &output_plan, plan, options->raw_text, report);
  }
  if (result == EXIT_DONE) result = print_plan(company, options, plan, report);
  text_free(&page);
  return result;
}

int command_plan(const cli_options *options) {
  if (options->report && options->out == NULL) {
    say_error("--report writes report.html into the folder of the results; name one with -o DIR");
    return EXIT_USAGE;
  }
  /* Before minutes of work are spent on what cannot be written. */
  int result = options->out != NULL ? output_check(options->out, &output_plan) : EXIT_DONE;
  if (result != EXIT_DONE) return result;
  cli_company company;
  triax_plan *plan = NULL;
  result = company_open(&company, options);
  if (result == EXIT_DONE) result = make_plan(&company, options, &plan);
  if (result == EXIT_DONE) result = put_plan(&company, options, plan);
  triax_plan_unref(plan);
  company_close(&company);
  return result;
}

int command_explain(const cli_options *options) {
  cli_company company;
  triax_plan *plan = NULL;
  triax_document *explanation = NULL;
  int result = company_open(&company, options);
  if (result == EXIT_DONE) result = make_plan(&company, options, &plan);
  if (result == EXIT_DONE) {
    triax_error error = {.status = TRIAX_OK};
    triax_text key = triax_text_of(options->operands[1]);
    triax_status status =
        options->csm != NULL ? triax_plan_why_not(plan, key, triax_text_of(options->csm), &explanation, &error)
                             : triax_plan_explain(plan, key, &explanation, &error);
    if (status != TRIAX_OK) say_error("%s", error.message);
    result = exit_of(status);
  }
  if (result == EXIT_DONE) {
    text_buffer text = {NULL, 0, 0, false};
    if (options->json) {
      json_add_document(&text, explanation, 0);
    } else {
      explain_add(&text, explanation);
    }
    result = print_text(&text);
    text_free(&text);
  }
  triax_document_free(explanation);
  triax_plan_unref(plan);
  company_close(&company);
  return result;
}

/* One line for each row. */
static int print_values(const triax_table *values) {
  text_buffer text = {NULL, 0, 0, false};
  size_t rows = triax_table_rows(values);
  int result = EXIT_DONE;
  for (size_t row = 0; row < rows && result == EXIT_DONE; row++) {
    triax_text value = triax_table_text(values, 0, row);
    if (value.bytes == NULL) value = triax_text_of("missing");
    text_add(&text, value.bytes, value.length);
    text_add(&text, "\n", 1);
    if (text.length < (size_t)1 << 16) continue;
    result = print_text(&text);
    text.length = 0;
  }
  if (result == EXIT_DONE) result = print_text(&text);
  text_free(&text);
  return result;
}

/* What stdout gets in place of a value. */
static int print_error(const triax_error *error) {
  text_buffer text = {NULL, 0, 0, false};
  text_add_format(&text, "error: %s\n", error->message);
  int result = print_text(&text);
  text_free(&text);
  return result == EXIT_DONE ? EXIT_INPUT : result;
}

int command_eval(const cli_options *options) {
  cli_company company;
  triax_table *values = NULL;
  int result = company_open(&company, options);
  if (result == EXIT_DONE) result = company_load(&company, options);
  if (result == EXIT_DONE) {
    triax_plan_options settings = company_plan_options(&company, options);
    triax_error error = {.status = TRIAX_OK};
    size_t before = triax_messages_count(company.messages);
    triax_status status = triax_evaluate(company.context, triax_text_of(options->operands[0]), company.customers,
                                         &settings, &values, company.messages, &error);
    cli_source sources[2];
    say_messages(company.messages, before, status != TRIAX_OK ? &error : NULL, sources,
                 company_sources(&company, options, sources));
    result = exit_of(status);
    /* On a terminal the line above is there already. */
    if (result == EXIT_INPUT && !(platform_is_terminal(stdout) && platform_is_terminal(stderr)))
      result = print_error(&error);
  }
  if (result == EXIT_DONE) result = print_values(values);
  triax_table_unref(values);
  company_close(&company);
  return result;
}
