/* The command triax: what its files share. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <triax/triax.h>
#include <triax/yaml.h>

/* Exit statuses. */
enum { EXIT_DONE = 0, EXIT_INPUT = 1, EXIT_USAGE = 2, EXIT_MACHINE = 3, EXIT_INTERRUPTED = 130 };

#if defined(__MINGW_PRINTF_FORMAT)
#define CLI_PRINTF(at, first) __attribute__((format(__MINGW_PRINTF_FORMAT, at, first)))
#elif defined(__GNUC__)
#define CLI_PRINTF(at, first) __attribute__((format(printf, at, first)))
#else
#define CLI_PRINTF(at, first)
#endif

/* Commands as bits, so that an option can say which take it. */
enum {
  COMMAND_CHECK = 1,
  COMMAND_PLAN = 2,
  COMMAND_EXPLAIN = 4,
  COMMAND_EVAL = 8,
  COMMAND_COMPARE = 16,
  COMMAND_FIT = 32,
  COMMAND_VERSION = 64,
  COMMAND_HELP = 128
};

/* What the command line said. Texts are argv's. */
typedef struct cli_options {
  int command;
  bool help;
  const char *operands[4]; /* policy, key or expression */
  int operand_count;
  const char *customers, *team, *sent, *history, *out, *set_aside;
  const char *as_of, *threads, *delimiter, *encoding, *decimal, *date_order;
  const char *outcome, *metrics, *leaks, *rising, *falling, *folds, *score, *method, *ridge, *interactions, *predictions, *csm;
  const char *coefficients;
  bool only_test, force;
  const char *customers_after, *team_after, *as_of_after; /* compare: the second of two */
  bool json, raw_text, loose_numbers, report, present, tradeoff, hires, verbose;
  /* from the texts above */
  char delimiter_sign; /* '\0': to be detected */
  int32_t as_of_days, as_of_days_after;
  uint64_t thread_count;
  int fit_method, fit_pairs; /* as in triax_fit_options */
  double fit_ridge;
  triax_load_options load;
} cli_options;

/* options.c: reads the command line; EXIT_DONE, or EXIT_USAGE with a message on stderr. */
int options_read(cli_options *options, int count, char **arguments);
/* help.c */
void help_print(FILE *stream, int command);
const char *help_usage(int command);

/* text.c: text that grows; after a failed allocation the rest is dropped and `failed` is set. */
typedef struct text_buffer {
  char *bytes;
  size_t length, capacity;
  bool failed;
} text_buffer;
void text_add(text_buffer *buffer, const char *bytes, size_t length);
void text_add_string(text_buffer *buffer, const char *string);
void text_add_format(text_buffer *buffer, const char *format, ...) CLI_PRINTF(2, 3);
/* The same with blanks for line breaks. */
void text_add_line(text_buffer *buffer, const char *bytes, size_t length);
/* What is in the data must not move the cursor of who reads it: blanks for control characters but line breaks. */
void text_scrub(text_buffer *buffer);
void text_free(text_buffer *buffer);
/* NaN, which is how missing numbers come. */
static inline bool is_missing(double value) { return !(value == value); }
/* Room for what the functions below write. */
#define CLI_NUMBER_SIZE 40
/* Shortest text that reads back to the same double; nothing for NaN. */
size_t text_of_number(double value, char buffer[CLI_NUMBER_SIZE]);
size_t text_of_integer(int64_t value, char buffer[CLI_NUMBER_SIZE]);
size_t text_of_date(int64_t days, char buffer[CLI_NUMBER_SIZE]);
size_t text_of_timestamp(int64_t microseconds, char buffer[CLI_NUMBER_SIZE]);
/* The word of `words` (NULL ends) that is likest to `word`, or NULL when none is near. */
const char *text_nearest(const char *word, const char *const *words);
/* Code points of UTF-8 text, for columns of a terminal. */
size_t text_width(const char *bytes, size_t length);

/* report.c: to people, on stderr. */
void say_error(const char *format, ...) CLI_PRINTF(1, 2);
void say_warning(const char *format, ...) CLI_PRINTF(1, 2);
/* FILE:LINE:COLUMN: error: …, without what is 0. */
void say_error_at(const char *file, uint64_t at_line, uint64_t at_column, const char *format, ...) CLI_PRINTF(4, 5);
/* The library's log: warnings, and the rest with --verbose. */
void say_log(void *options, int32_t level, const char *line);
/* What this command did, with --verbose. */
void say_done(const cli_options *options, const char *format, ...) CLI_PRINTF(2, 3);
void say_no_memory(void);
/* The exit status that a failed call makes. */
int exit_of(triax_status status);
/* Where the rows of a table stand in its file: `row` and all behind it are `shift` lines further than its number. */
typedef struct line_shift {
  size_t row;
  uint64_t shift;
} line_shift;
typedef struct line_map {
  line_shift *shifts;
  size_t count, capacity;
} line_map;
uint64_t line_of_row(const line_map *lines, size_t row); /* row from 0; lines from 1 */
/* A file that messages may be about: those with its path, or (path NULL) all that have no line of the policy. */
typedef struct cli_source {
  const char *path, *file;
  const line_map *lines;
} cli_source;
/* Prints the messages from number `first` on; those about a file get its name and the lines of their rows. If there is
 * no error among them though `error` is one, it is printed. */
void say_messages(const triax_messages *messages, size_t first, const triax_error *error, const cli_source *sources,
                  size_t source_count);

/* progress.c */
void progress_start(void);
int progress_show(void *user, const char *stage, double done);
void progress_clear(void);
bool progress_interrupted(void);

/* csv_text.c: a file as UTF-8 text. */
typedef struct csv_text {
  const char *path;
  char *block; /* to be freed */
  char *bytes; /* without a byte order mark and a `sep=` line */
  size_t length;
  uint64_t first_line; /* the line that bytes begin on */
  char delimiter;
} csv_text;
int csv_text_read(csv_text *text, const char *path, const cli_options *options);
void csv_text_free(csv_text *text);

/* csv_read.c: a file as a table of text columns. */
typedef struct csv_fault {
  uint64_t line;
  char *reason;
} csv_fault;
typedef struct csv_table {
  triax_table *table;
  line_map lines;
  csv_fault *faults; /* rows set aside for their shape */
  size_t fault_count, fault_capacity;
} csv_table;
int csv_read(triax_context *context, const char *path, const cli_options *options, csv_table *into);
void csv_table_free(csv_table *table);

/* csv_write.c */
bool csv_write_table(FILE *stream, const triax_table *table, bool raw_text);
/* One field, quoted where need be; `safe` keeps spreadsheets from running it. */
void csv_add_field(text_buffer *buffer, const char *bytes, size_t length, bool safe);

/* json.c */
bool json_add_document(text_buffer *buffer, const triax_document *document, triax_node node);

/* output.c: a folder that is complete or untouched. */
/* What a folder holds: tables by number, and a summary. `result` is a plan or a comparison. */
typedef struct output_kind {
  const char *word; /* "a plan" */
  const char *(*table_name)(int32_t which);
  const triax_table *(*table)(const void *result, int32_t which);
  const triax_document *(*summary)(const void *result);
} output_kind;
extern const output_kind output_plan, output_comparison;
int output_check(const char *path, const output_kind *kind);
/* "Written to DIR: …", in lines of 80 columns. `page` is report.html, or NULL. */
void output_list(text_buffer *text, const char *folder, const output_kind *kind, const void *result,
                 const text_buffer *page);
int output_write(const char *path, const output_kind *kind, const void *result, bool raw_text, const text_buffer *page);
/* A file that is complete or untouched. */
int output_write_file(const char *path, const text_buffer *text);
int output_write_table(const char *path, const triax_table *table);

/* load.c: what a command works on. */
typedef struct cli_company {
  triax_context *context;
  triax_messages *messages;
  triax_policy *policy;
  triax_customers *customers;
  triax_team *team;
  csv_table sent, history; /* what plays sent, earlier values of health; no table: none */
  text_buffer policy_text; /* as it was read */
  text_buffer aside; /* CSV, once something was set aside */
  size_t aside_count;
} cli_company;
int company_open(cli_company *company, const cli_options *options);
int company_load(cli_company *company, const cli_options *options);
void company_close(cli_company *company);
/* Writes what was set aside, where the options ask for it; company_load does it for all commands but compare. */
int company_write_aside(cli_company *company, const cli_options *options);
triax_plan_options company_plan_options(const cli_company *company, const cli_options *options);
/* What messages of making a plan may be about; valid while the options are. Returns how many. */
size_t company_sources(const cli_company *company, const cli_options *options, cli_source sources[2]);

/* digest.c and explain.c: to people, on stdout. */
bool digest_add(text_buffer *buffer, const triax_plan *plan, const cli_company *company);
void explain_add(text_buffer *buffer, const triax_document *document);
/* page_report.c: a plan as a page of HTML. */
bool report_add(text_buffer *buffer, const triax_plan *plan, const cli_company *company);
/* compare.c */
bool comparison_add(text_buffer *buffer, const triax_comparison *comparison);

/* commands.c */
int command_check(const cli_options *options);
int command_plan(const cli_options *options);
int command_explain(const cli_options *options);
int command_eval(const cli_options *options);
int command_compare(const cli_options *options);
/* fit.c */
int command_fit(const cli_options *options);
/* Prints a result in one piece. */
int print_text(const text_buffer *text);
/* company_load, then the plan. */
int make_plan(cli_company *company, const cli_options *options, triax_plan **plan);

#endif
