/* The case folders of tests/conformance/cases, through the public API and libtriax-yaml: one test for each folder.
 * cases/README.md describes them. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <triax/triax.h>
#include <triax/yaml.h>

#include "fault.h"
#include "numbers.h"

#define CASES "tests/conformance/cases"
#define MOST_CASES 400
#define MOST_ROWS 200
#define MOST_COLUMNS 40

/* --- files --- */

/* NULL when there is no such file. NUL-terminated; to be freed. */
static char *read_file(const char *folder, const char *name) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s/%s", CASES, folder, name);
  FILE *stream = fopen(path, "rb");
  if (!stream) return NULL;
  size_t length = 0, room = 1 << 16;
  char *text = malloc(room);
  assert_non_null(text);
  for (size_t got; (got = fread(text + length, 1, room - length - 1, stream)) > 0;) {
    length += got;
    if (length + 1 < room) continue;
    text = realloc(text, room *= 2);
    assert_non_null(text);
  }
  fclose(stream);
  text[length] = '\0';
  return text;
}

typedef struct sheet {
  char *text;
  size_t rows, columns; /* the header is row 0 */
  long total;           /* "# rows: N"; -1 not said */
  char *cell[MOST_ROWS][MOST_COLUMNS];
} sheet;

/* Ends a field in its place and gives the next one's beginning; *more: on the same line. Quotes may hold commas. */
static char *end_field(char *from, char **field, int *more) {
  char *to = from;
  int quoted = *from == '"';
  *field = from;
  from += quoted;
  for (; *from && (quoted || (*from != ',' && *from != '\n')); from++) {
    if (quoted && *from == '"' && from[1] != '"') {
      quoted = 0;
      continue;
    }
    if (quoted && *from == '"') from++;
    *to++ = *from;
  }
  *more = *from == ',';
  char *next = *from ? from + 1 : from;
  *to = '\0';
  return next;
}

/* Simple CSV: LF, no line ends in quotes. Lines that begin with '#' are notes. */
static sheet *read_sheet(const char *folder, const char *name) {
  char *text = read_file(folder, name);
  if (!text) return NULL;
  sheet *made = calloc(1, sizeof *made);
  assert_non_null(made);
  made->text = text;
  made->total = -1;
  while (*text) {
    if (*text == '#') {
      sscanf(text, "# rows: %ld", &made->total);
      text += strcspn(text, "\n");
      text += *text != '\0';
      continue;
    }
    assert_true(made->rows < MOST_ROWS);
    size_t columns = 0;
    for (int more = 1; more; columns++) {
      assert_true(columns < MOST_COLUMNS);
      text = end_field(text, &made->cell[made->rows][columns], &more);
    }
    if (made->rows == 0) made->columns = columns;
    if (columns != made->columns) fail_msg("%s: line of %zu fields, not %zu", name, columns, made->columns);
    made->rows++;
  }
  return made;
}

static void free_sheet(sheet *made) {
  if (made) free(made->text);
  free(made);
}

/* --- from files to a plan --- */

typedef struct company {
  fault_allocator allocator; /* counts what lives */
  triax_context *context;
  triax_messages *messages;
  triax_policy *policy;
  triax_customers *customers;
  triax_team *team;
  triax_plan *plan;
  triax_error error;
  triax_status status;
} company;

static triax_table *table_of(company *made, const sheet *from) {
  triax_table_builder *builder;
  triax_table *table = NULL;
  assert_int_equal(triax_table_builder_new(made->context, &builder, NULL), TRIAX_OK);
  for (size_t c = 0; c < from->columns; c++) {
    assert_int_equal(triax_table_builder_column(builder, triax_text_of(from->cell[0][c]), TRIAX_TYPE_TEXT, NULL, NULL),
                     TRIAX_OK);
    for (size_t r = 1; r < from->rows; r++) {
      triax_text text = triax_text_of(from->cell[r][c][0] ? from->cell[r][c] : NULL);
      assert_int_equal(triax_table_builder_texts(builder, c, &text, 1, NULL), TRIAX_OK);
    }
  }
  assert_int_equal(triax_table_builder_finish(builder, &table, NULL), TRIAX_OK);
  triax_table_builder_free(builder);
  return table;
}

static void load(company *made, const char *folder, const char *name, int is_team) {
  sheet *from = read_sheet(folder, name);
  if (!from) return;
  triax_table *table = table_of(made, from);
  made->status = is_team ? triax_team_new(made->context, made->policy, table, NULL, &made->team, NULL, made->messages,
                                          &made->error)
                         : triax_customers_new(made->context, made->policy, table, NULL, &made->customers, NULL,
                                               made->messages, &made->error);
  triax_table_unref(table);
  free_sheet(from);
}

static void plan(company *made, const char *folder) {
  triax_plan_options options = TRIAX_PLAN_OPTIONS_INIT;
  char *as_of = read_file(folder, "as_of");
  sheet *sent = read_sheet(folder, "sent.csv"), *history = read_sheet(folder, "history.csv");
  triax_table *log = sent ? table_of(made, sent) : NULL, *past = history ? table_of(made, history) : NULL;
  options.parts = 1;
  if (as_of) {
    options.has_as_of = triax_date_of((triax_text){as_of, strcspn(as_of, "\n")}, &options.as_of);
    assert_int_equal(options.has_as_of, 1);
  }
  free(as_of);
  free_sheet(sent);
  free_sheet(history);
  options.sent = log;
  options.history = past;
  made->status = triax_plan_new(made->context, made->policy, made->customers, made->team, &options, &made->plan,
                                made->messages, &made->error);
  triax_table_unref(log);
  triax_table_unref(past);
}

static void open_company(company *made, const char *folder) {
  memset(made, 0, sizeof *made);
  made->allocator.countdown = FAULT_NEVER;
  made->context = fault_context(&made->allocator);
  assert_non_null(made->context);
  assert_int_equal(triax_messages_new(made->context, &made->messages, NULL), TRIAX_OK);
  char *policy = read_file(folder, "policy.yaml");
  assert_non_null(policy);
  made->status = triax_yaml_policy(made->context, triax_text_of(policy), triax_text_of("policy.yaml"), &made->policy,
                                   made->messages, &made->error);
  free(policy);
  if (made->status == TRIAX_OK) load(made, folder, "customers.csv", 0);
  if (made->status == TRIAX_OK) load(made, folder, "team.csv", 1);
  if (made->status == TRIAX_OK) plan(made, folder);
}

static void close_company(company *made) {
  triax_plan_unref(made->plan);
  triax_team_unref(made->team);
  triax_customers_unref(made->customers);
  triax_policy_unref(made->policy);
  triax_messages_free(made->messages);
  triax_context_unref(made->context);
  assert_int_equal(made->allocator.live_blocks, 0);
}

/* --- tables against what is expected --- */

typedef struct differences {
  char text[4096];
  size_t length;
} differences;

static void differ(differences *found, const char *format, ...) {
  va_list arguments;
  size_t room = sizeof found->text - found->length;
  va_start(arguments, format);
  int length = vsnprintf(found->text + found->length, room, format, arguments);
  va_end(arguments);
  if (length > 0) found->length += (size_t)length < room ? (size_t)length : room - 1;
}

static int number_agrees(const char *wanted, double got) {
  int exactly = *wanted == '=';
  char *end;
  double value = number_of_test(wanted + exactly, &end);
  if (end == wanted + exactly || *end) return 0;
  if (exactly || value == got) return value == got;
  double off = value > got ? value - got : got - value, size = value < 0 ? -value : value;
  return off <= 1e-9 * size;
}

/* The value as text, but for numbers. */
static void show(const triax_table *table, size_t column, size_t row, char *shown, size_t size) {
  shown[0] = '\0';
  if (triax_table_type(table, column) == TRIAX_TYPE_BOOLEAN) {
    snprintf(shown, size, "%s", triax_table_integer(table, column, row) ? "true" : "false");
  } else if (triax_table_type(table, column) == TRIAX_TYPE_STRINGS) {
    size_t length = 0;
    for (size_t i = 0; i < triax_table_items(table, column, row) && length < size; i++) {
      triax_text item = triax_table_item(table, column, row, i);
      length += (size_t)snprintf(shown + length, size - length, "%s%.*s", i ? ";" : "", (int)item.length, item.bytes);
    }
  } else if (triax_table_type(table, column) == TRIAX_TYPE_STRING) {
    triax_text text = triax_table_text(table, column, row);
    snprintf(shown, size, "%.*s", (int)text.length, text.bytes);
  } else {
    snprintf(shown, size, "%.17g", triax_table_number(table, column, row));
  }
}

static int cell_agrees(const triax_table *table, size_t column, size_t row, const char *wanted, char *shown,
                       size_t size) {
  int32_t day;
  if (!triax_table_has(table, column, row)) {
    shown[0] = '\0';
    return wanted[0] == '\0';
  }
  show(table, column, row, shown, size);
  switch (triax_table_type(table, column)) {
  case TRIAX_TYPE_NUMBER:
  case TRIAX_TYPE_MONEY:
  case TRIAX_TYPE_INTEGER:
    return number_agrees(wanted, triax_table_number(table, column, row));
  case TRIAX_TYPE_DATE:
    return triax_date_of(triax_text_of(wanted), &day) && day == triax_table_integer(table, column, row);
  default:
    return strcmp(wanted, shown) == 0;
  }
}

/* The row for an expected one: the n-th expected row of a first cell goes with the n-th row that has it. */
static size_t find_row(const sheet *expected, size_t at, const triax_table *table, size_t key) {
  char shown[512];
  size_t before = 0;
  for (size_t r = 1; r < at; r++) before += strcmp(expected->cell[r][0], expected->cell[at][0]) == 0;
  for (size_t row = 0; row < triax_table_rows(table); row++) {
    if (cell_agrees(table, key, row, expected->cell[at][0], shown, sizeof shown) && before-- == 0) return row;
  }
  return SIZE_MAX;
}

static void compare(const char *name, const sheet *expected, const triax_table *table, differences *found) {
  size_t columns[MOST_COLUMNS];
  char shown[512];
  for (size_t c = 0; c < expected->columns; c++) {
    columns[c] = triax_table_find(table, triax_text_of(expected->cell[0][c]));
    if (columns[c] == SIZE_MAX) {
      differ(found, "%s: no column '%s'\n", name, expected->cell[0][c]);
      return;
    }
  }
  if (expected->total >= 0 && (size_t)expected->total != triax_table_rows(table)) {
    differ(found, "%s: %zu rows, expected %ld\n", name, triax_table_rows(table), expected->total);
  }
  for (size_t r = 1; r < expected->rows; r++) {
    size_t row = find_row(expected, r, table, columns[0]);
    if (row == SIZE_MAX) differ(found, "%s: no row '%s' for line %zu\n", name, expected->cell[r][0], r);
    for (size_t c = 1; c < expected->columns && row != SIZE_MAX; c++) {
      if (cell_agrees(table, columns[c], row, expected->cell[r][c], shown, sizeof shown)) continue;
      differ(found, "%s: row '%s', %s: '%s', expected '%s'\n", name, expected->cell[r][0], expected->cell[0][c], shown,
             expected->cell[r][c]);
    }
  }
}

static void hold_tables(const company *made, const char *folder, differences *found) {
  for (int32_t which = 1; triax_plan_table_name(which); which++) {
    char name[128];
    snprintf(name, sizeof name, "expected/%s.csv", triax_plan_table_name(which));
    sheet *expected = read_sheet(folder, name);
    const triax_table *table = triax_plan_table(made->plan, which);
    if (expected && table) compare(name, expected, table, found);
    if (expected && !table) differ(found, "%s: the plan has no such table\n", name);
    free_sheet(expected);
  }
}

/* --- messages against what is expected --- */

/* All errors, or all warnings, one below the other; to be freed. */
static char *told(const company *made, int32_t level) {
  size_t room = 1 << 16, length = 0;
  int32_t errors = 0;
  char *text = malloc(room);
  assert_non_null(text);
  text[0] = '\0';
  for (size_t i = 0; i < triax_messages_count(made->messages); i++) {
    if (triax_messages_level(made->messages, i) != level) continue;
    length += (size_t)snprintf(text + length, room - length, "%s\n", triax_messages_text(made->messages, i));
    assert_true(length < room);
    errors++;
  }
  if (level == TRIAX_LEVEL_ERROR && made->status != TRIAX_OK && made->error.count > errors) {
    snprintf(text + length, room - length, "... and %d more errors\n", (int)(made->error.count - errors));
  }
  return text;
}

/* expected/warnings.txt: paragraphs that are all to be among the warnings. */
static void hold_warnings(const company *made, const char *folder, differences *found) {
  char *wanted = read_file(folder, "expected/warnings.txt"), *all = told(made, TRIAX_LEVEL_WARNING);
  for (char *paragraph = wanted; paragraph && *paragraph;) {
    char *end = strstr(paragraph, "\n\n"), *next = end ? end + 2 : NULL;
    if (end) end[1] = '\0';
    if (!strstr(all, paragraph)) differ(found, "not warned of:\n%sbut of:\n%s", paragraph, all);
    paragraph = next;
  }
  free(wanted);
  free(all);
}

static void hold_case(void **state) {
  const char *folder = *state;
  company made;
  differences found = {"", 0};
  char *errors = read_file(folder, "expected/errors.txt");
  open_company(&made, folder);
  char *got = told(&made, TRIAX_LEVEL_ERROR);
  if (strcmp(got, errors ? errors : "") != 0)
    differ(&found, "errors:\n%sexpected:\n%s", got, errors ? errors : "none\n");
  if ((made.status != TRIAX_OK) != (errors != NULL)) differ(&found, "status: %s\n", triax_status_name(made.status));
  if (errors && made.plan) differ(&found, "a plan was made in spite of errors\n");
  hold_warnings(&made, folder, &found);
  if (made.plan) hold_tables(&made, folder, &found);
  free(got);
  free(errors);
  close_company(&made);
  if (found.length) fail_msg("%s\n%s", folder, found.text);
}

/* --- the list of cases --- */

static int by_name(const void *one, const void *other) {
  return strcmp(((const struct CMUnitTest *)one)->name, ((const struct CMUnitTest *)other)->name);
}

static char *copy_of(const char *text) {
  char *copy = malloc(strlen(text) + 1);
  if (copy) strcpy(copy, text);
  return copy;
}

static size_t find_cases(struct CMUnitTest *tests) {
  size_t count = 0;
  DIR *folder = opendir(CASES);
  for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL && count < MOST_CASES;) {
    char *name = strchr(entry->d_name, '.') ? NULL : copy_of(entry->d_name);
    if (name) tests[count++] = (struct CMUnitTest){name, hold_case, NULL, NULL, name};
  }
  if (folder) closedir(folder);
  qsort(tests, count, sizeof *tests, by_name);
  return count;
}

int main(void) {
  struct CMUnitTest *tests = calloc(MOST_CASES, sizeof *tests);
  size_t count = tests ? find_cases(tests) : 0;
  if (count == 0) {
    fprintf(stderr, "no cases under %s: tests run in the root of the sources\n", CASES);
    free(tests);
    return 1;
  }
  int failed = _cmocka_run_group_tests("cases", tests, count, NULL, NULL);
  for (size_t i = 0; i < count; i++) free(tests[i].initial_state);
  free(tests);
  return failed;
}
