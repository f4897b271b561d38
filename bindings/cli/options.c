/* Reads the command line. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "platform.h"

enum { READ_DATA = COMMAND_CHECK | COMMAND_PLAN | COMMAND_EXPLAIN | COMMAND_EVAL | COMMAND_COMPARE | COMMAND_FIT };
enum { READ_TEAM = READ_DATA & ~(COMMAND_EVAL | COMMAND_FIT) };

typedef struct known_option {
  const char *name; /* with its dashes */
  const char *brief;
  int commands;
  size_t place; /* of the text or flag in options */
  bool is_flag;
  size_t second; /* compare takes two: the place of the other; 0: one alone */
} known_option;

#define TAKES(name, brief, commands, member)                                                                           \
  { name, brief, commands, offsetof(cli_options, member), false, 0 }
/* compare takes two of them, as `--customers OLD NEW` or the option twice. */
#define PAIRS(name, commands, member)                                                                                  \
  { name, NULL, commands, offsetof(cli_options, member), false, offsetof(cli_options, member##_after) }
#define FLAG(name, brief, commands, member)                                                                            \
  { name, brief, commands, offsetof(cli_options, member), true, 0 }

static const known_option known[] = {
    PAIRS("--customers", READ_DATA, customers),
    PAIRS("--team", READ_TEAM, team),
    TAKES("--history", NULL, COMMAND_CHECK | COMMAND_PLAN | COMMAND_EXPLAIN | COMMAND_COMPARE, history),
    TAKES("--sent", NULL, COMMAND_CHECK | COMMAND_PLAN | COMMAND_EXPLAIN, sent),
    PAIRS("--as-of", READ_DATA, as_of),
    TAKES("--out", "-o", COMMAND_PLAN | COMMAND_COMPARE | COMMAND_FIT, out),
    TAKES("--threads", NULL, READ_DATA, threads),
    TAKES("--delimiter", NULL, READ_DATA, delimiter),
    TAKES("--encoding", NULL, READ_DATA, encoding),
    TAKES("--decimal", NULL, READ_DATA, decimal),
    TAKES("--date-order", NULL, READ_DATA, date_order),
    TAKES("--set-aside", NULL, READ_DATA, set_aside),
    TAKES("--outcome", NULL, COMMAND_CHECK | COMMAND_FIT, outcome),
    TAKES("--metrics", NULL, COMMAND_FIT, metrics),
    TAKES("--leaks", NULL, COMMAND_FIT, leaks),
    TAKES("--rising", NULL, COMMAND_FIT, rising),
    TAKES("--falling", NULL, COMMAND_FIT, falling),
    TAKES("--folds", NULL, COMMAND_FIT, folds),
    TAKES("--score", NULL, COMMAND_FIT, score),
    TAKES("--method", NULL, COMMAND_FIT, method),
    TAKES("--ridge", NULL, COMMAND_FIT, ridge),
    TAKES("--interactions", NULL, COMMAND_FIT, interactions),
    TAKES("--predictions", NULL, COMMAND_FIT, predictions),
    TAKES("--coefficients", NULL, COMMAND_FIT, coefficients),
    FLAG("--only-test", NULL, COMMAND_FIT, only_test),
    FLAG("--force", NULL, COMMAND_FIT, force),
    TAKES("--csm", NULL, COMMAND_EXPLAIN, csm),
    FLAG("--loose-numbers", NULL, READ_DATA, loose_numbers),
    FLAG("--json", NULL, COMMAND_PLAN | COMMAND_EXPLAIN | COMMAND_COMPARE | COMMAND_FIT, json),
    FLAG("--raw-text", NULL, COMMAND_PLAN | COMMAND_COMPARE, raw_text),
    FLAG("--present", NULL, COMMAND_COMPARE, present),
    FLAG("--tradeoff", NULL, COMMAND_PLAN, tradeoff),
    FLAG("--hires", NULL, COMMAND_PLAN, hires),
    FLAG("--verbose", "-v", READ_DATA, verbose),
    FLAG("--report", NULL, COMMAND_PLAN, report),
    FLAG("--help", "-h", ~0, help),
};
enum { KNOWN_COUNT = sizeof known / sizeof *known };

static const struct {
  const char *name;
  int command, fewest, most;
} commands[] = {
    {"check", COMMAND_CHECK, 1, 1},     {"plan", COMMAND_PLAN, 1, 1},       {"explain", COMMAND_EXPLAIN, 2, 2},
    {"eval", COMMAND_EVAL, 1, 1},       {"compare", COMMAND_COMPARE, 1, 2}, {"fit", COMMAND_FIT, 1, 1},
    {"version", COMMAND_VERSION, 0, 0}, {"help", COMMAND_HELP, 0, 1},
};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static int find_command(const char *name) {
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) return COMMAND_HELP;
  if (strcmp(name, "--version") == 0) return COMMAND_VERSION;
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    if (strcmp(name, commands[i].name) == 0) return commands[i].command;
  }
  return 0;
}

static const known_option *find_option(const char *name, size_t length) {
  for (size_t i = 0; i < KNOWN_COUNT; i++) {
    if (strlen(known[i].name) == length && strncmp(name, known[i].name, length) == 0) return &known[i];
    if (known[i].brief != NULL && strncmp(name, known[i].brief, 2) == 0 && length == 2) return &known[i];
  }
  return NULL;
}

static int unknown_command(const char *name) {
  const char *names[COMMAND_COUNT + 1] = {NULL};
  for (size_t i = 0; i < COMMAND_COUNT; i++) names[i] = commands[i].name;
  const char *nearest = text_nearest(name, names);
  if (nearest != NULL) {
    say_error("there is no command '%s'; did you mean '%s'?", name, nearest);
  } else {
    say_error("there is no command '%s'; see triax --help", name);
  }
  return EXIT_USAGE;
}

static int unknown_option(const cli_options *options, const char *argument, size_t length) {
  const char *names[KNOWN_COUNT + 1] = {NULL};
  size_t count = 0;
  char name[40];
  snprintf(name, sizeof name, "%.*s", (int)(length < 39 ? length : 39), argument);
  if (strcmp(name, "--list-separator") == 0) {
    say_error("the separator of lists is declared in the policy: {type: strings, separator: \"|\"}");
    return EXIT_USAGE;
  }
  for (size_t i = 0; i < KNOWN_COUNT; i++) {
    if (known[i].commands & options->command) names[count++] = known[i].name;
  }
  const char *nearest = text_nearest(name, names);
  if (nearest != NULL) {
    say_error("there is no option '%s'; did you mean '%s'?", name, nearest);
  } else if (options->command == COMMAND_EVAL) {
    say_error("there is no option '%s'; an expression that looks like one stands behind --", name);
  } else {
    say_error("there is no option '%s'; see triax %s --help", name, help_usage(options->command));
  }
  return EXIT_USAGE;
}

/* Expressions such as -1 or -arr + 5 are no options; those that could be one stand behind --. */
static bool is_option(const cli_options *options, const char *argument) {
  if (argument[0] != '-' || argument[1] == '\0') return false;
  if (options->command != COMMAND_EVAL) return true;
  return strchr(argument, ' ') == NULL && strchr("0123456789.([\"'", argument[1]) == NULL;
}

/* Takes the option at arguments[*at]; moves *at past its value. */
static int take_option(cli_options *options, int count, char **arguments, int *at) {
  const char *argument = arguments[*at];
  const char *equals = argument[1] == '-' ? strchr(argument, '=') : NULL;
  size_t length = equals != NULL ? (size_t)(equals - argument) : strlen(argument);
  const known_option *option = find_option(argument, length);
  if (option == NULL) return unknown_option(options, argument, length);
  if (!(option->commands & options->command)) {
    say_error("triax %s takes no %s; see triax %s --help", help_usage(options->command), option->name,
              help_usage(options->command));
    return EXIT_USAGE;
  }
  if (option->is_flag) {
    if (equals != NULL) {
      say_error("%s takes no value", option->name);
      return EXIT_USAGE;
    }
    *(bool *)((char *)options + option->place) = true;
    return EXIT_DONE;
  }
  const char **value = (const char **)(void *)((char *)options + option->place);
  bool pairs = option->second != 0 && options->command == COMMAND_COMPARE;
  const char **second = pairs ? (const char **)(void *)((char *)options + option->second) : value;
  if (pairs && *value != NULL && *second == NULL) value = second; /* the option stands for the second time */
  if (equals == NULL && *at + 1 >= count) {
    say_error("%s needs a value", option->name);
    return EXIT_USAGE;
  }
  if (*value != NULL) {
    say_error("%s is given twice", option->name);
    return EXIT_USAGE;
  }
  *value = equals != NULL ? equals + 1 : arguments[++*at];
  bool more = equals == NULL && *at + 1 < count && !is_option(options, arguments[*at + 1]);
  if (pairs && value != second && more) *second = arguments[++*at];
  return EXIT_DONE;
}

static int take_operand(cli_options *options, const char *operand) {
  if (options->operand_count == (int)(sizeof options->operands / sizeof *options->operands)) {
    say_error("'%s' is one argument too many; see triax %s --help", operand, help_usage(options->command));
    return EXIT_USAGE;
  }
  options->operands[options->operand_count++] = operand;
  return EXIT_DONE;
}

/* There must be something to compare, and one thing with one other. */
static int check_sides(const cli_options *options) {
  bool two = options->operand_count > 1 || options->customers_after != NULL || options->team_after != NULL ||
             options->as_of_after != NULL;
  if (options->present && two) {
    say_error("--present compares one plan with the books as they are: one policy, one file, one day");
    return EXIT_USAGE;
  }
  if (!options->present && !two) {
    say_error("triax compare needs a second policy, --customers OLD NEW, --as-of DAY LATER, or --present for the "
              "books as they are");
    return EXIT_USAGE;
  }
  return EXIT_DONE;
}

/* Standard input can be read once. */
static int check_inputs(const cli_options *options) {
  bool policies = options->command != COMMAND_EVAL;
  const char *files[] = {policies ? options->operands[0] : NULL,
                         options->command == COMMAND_COMPARE ? options->operands[1] : NULL,
                         options->customers,
                         options->customers_after,
                         options->team,
                         options->team_after,
                         options->sent,
                         options->history};
  int count = 0;
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) count += files[i] != NULL && strcmp(files[i], "-") == 0;
  if (count < 2) return EXIT_DONE;
  say_error("only one file can be standard input (-); here are %d", count);
  return EXIT_USAGE;
}

static int check_operands(const cli_options *options) {
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    if (commands[i].command != options->command) continue;
    if (options->operand_count < commands[i].fewest) {
      say_error("triax %s needs %s; see triax %s --help", commands[i].name,
                options->command == COMMAND_EVAL                                    ? "an expression"
                : options->command == COMMAND_EXPLAIN && options->operand_count > 0 ? "a customer's key"
                                                                                    : "a policy",
                commands[i].name);
      return EXIT_USAGE;
    }
    if (options->operand_count > commands[i].most) {
      say_error("'%s' is one argument too many; see triax %s --help", options->operands[commands[i].most],
                commands[i].name);
      return EXIT_USAGE;
    }
  }
  int needs_customers = COMMAND_PLAN | COMMAND_EXPLAIN | COMMAND_COMPARE | COMMAND_FIT;
  if ((options->command & needs_customers) && options->customers == NULL) {
    say_error("triax %s needs --customers FILE", help_usage(options->command));
    return EXIT_USAGE;
  }
  if (options->command == COMMAND_FIT && options->outcome == NULL) {
    say_error("triax fit needs --outcome COLUMN");
    return EXIT_USAGE;
  }
  int result = check_inputs(options);
  return result == EXIT_DONE && options->command == COMMAND_COMPARE ? check_sides(options) : result;
}

/* The index of `word` among `words`, or -1 with a message. */
static int choose(const char *option, const char *word, const char *const *words) {
  for (int i = 0; words[i] != NULL; i++) {
    if (strcmp(word, words[i]) == 0) return i;
  }
  const char *nearest = text_nearest(word, words);
  progress_clear();
  fprintf(stderr, "triax: error: %s does not take '%s'", option, word);
  if (nearest != NULL) {
    fprintf(stderr, "; did you mean '%s'?\n", nearest);
    return -1;
  }
  fputs("; it takes", stderr);
  for (int i = 0; words[i] != NULL; i++) fprintf(stderr, "%s %s", i == 0 ? "" : ",", words[i]);
  fputc('\n', stderr);
  return -1;
}

static int read_delimiter(cli_options *options) {
  static const char *const words[] = {"comma", "semicolon", "tab", "bar", ",", ";", "\t", "\\t", NULL};
  static const char signs[] = {',', ';', '\t', '|', ',', ';', '\t', '\t'};
  if (options->delimiter == NULL) return EXIT_DONE;
  if (strlen(options->delimiter) == 1 && strchr("|:", options->delimiter[0]) != NULL) {
    options->delimiter_sign = options->delimiter[0];
    return EXIT_DONE;
  }
  int chosen = choose("--delimiter", options->delimiter, words);
  if (chosen >= 0) options->delimiter_sign = signs[chosen];
  return chosen < 0 ? EXIT_USAGE : EXIT_DONE;
}

static int read_date(cli_options *options) {
  const char *texts[] = {options->as_of, options->as_of_after};
  int32_t *days[] = {&options->as_of_days, &options->as_of_days_after};
  options->as_of_days = platform_today();
  for (int i = 0; i < 2; i++) {
    if (i == 1) options->as_of_days_after = options->as_of_days;
    if (texts[i] == NULL || triax_date_of(triax_text_of(texts[i]), days[i])) continue;
    say_error("--as-of takes a date such as 2026-11-21, not '%s'", texts[i]);
    return EXIT_USAGE;
  }
  return EXIT_DONE;
}

static int read_threads(cli_options *options) {
  options->thread_count = 1;
  if (options->threads == NULL) return EXIT_DONE;
  char *end;
  unsigned long count = strtoul(options->threads, &end, 10);
  if (options->threads[0] < '0' || options->threads[0] > '9' || *end != '\0' || count < 1 || count > 256) {
    say_error("--threads takes a number from 1 to 256, not '%s'", options->threads);
    return EXIT_USAGE;
  }
  options->thread_count = count;
  return EXIT_DONE;
}

static int read_load(cli_options *options) {
  static const char *const orders[] = {"iso", "dmy", "mdy", "ymd", NULL}; /* in the order of TRIAX_DATES_… */
  static const char *const signs[] = {".", ",", NULL};
  static const char *const encodings[] = {"utf-8", "utf8", "latin1", "iso-8859-1", "cp1252", "windows-1252", NULL};
  triax_load_options_init(&options->load);
  options->load.loose_numbers = options->loose_numbers;
  options->load.set_aside = options->set_aside != NULL;
  if (options->encoding != NULL && choose("--encoding", options->encoding, encodings) < 0) return EXIT_USAGE;
  if (options->decimal != NULL) {
    int chosen = choose("--decimal", options->decimal, signs);
    if (chosen < 0) return EXIT_USAGE;
    if (!options->loose_numbers) {
      say_error("--decimal needs --loose-numbers: without it, numbers are written as 1234.5");
      return EXIT_USAGE;
    }
    options->load.decimal_sign = signs[chosen][0];
  }
  if (options->loose_numbers && options->decimal == NULL) {
    say_error("--loose-numbers needs --decimal . or --decimal , since 1,234 reads differently under each");
    return EXIT_USAGE;
  }
  if (options->date_order != NULL) {
    int chosen = choose("--date-order", options->date_order, orders);
    if (chosen < 0) return EXIT_USAGE;
    options->load.date_order = chosen;
  }
  return EXIT_DONE;
}

static int read_fit(cli_options *options) {
  static const char *const methods[] = {"additive", "logistic", NULL}; /* in the order of TRIAX_FIT_… */
  if (options->method != NULL) {
    int chosen = choose("--method", options->method, methods);
    if (chosen < 0) return EXIT_USAGE;
    options->fit_method = chosen;
  }
  if (options->ridge != NULL) {
    char *end;
    options->fit_ridge = strtod(options->ridge, &end);
    if (*end != '\0' || end == options->ridge || !(options->fit_ridge >= 0 && options->fit_ridge < 1e300)) {
      say_error("--ridge takes a number from 0 on, not '%s'", options->ridge);
      return EXIT_USAGE;
    }
    if (options->fit_method != TRIAX_FIT_LOGISTIC) {
      say_error("--ridge goes with --method logistic");
      return EXIT_USAGE;
    }
  }
  if (options->coefficients != NULL && (options->fit_method != TRIAX_FIT_LOGISTIC || options->only_test)) {
    say_error("--coefficients goes with --method logistic");
    return EXIT_USAGE;
  }
  if (options->interactions != NULL) {
    char *end;
    long count = strtol(options->interactions, &end, 10);
    if (options->interactions[0] < '0' || options->interactions[0] > '9' || *end != '\0' || count > 20) {
      say_error("--interactions takes a number from 0 to 20, not '%s'", options->interactions);
      return EXIT_USAGE;
    }
    options->fit_pairs = count == 0 ? -1 : (int)count;
  }
  if (options->only_test && options->out != NULL) {
    say_error("--only-test writes no policy: leave out -o");
    return EXIT_USAGE;
  }
  return EXIT_DONE;
}

int options_read(cli_options *options, int count, char **arguments) {
  memset(options, 0, sizeof *options);
  if (count < 2) {
    help_print(stderr, COMMAND_HELP);
    return EXIT_USAGE;
  }
  options->command = find_command(arguments[1]);
  if (options->command == 0) return unknown_command(arguments[1]);
  bool only_operands = false;
  for (int at = 2; at < count; at++) {
    int result;
    if (!only_operands && strcmp(arguments[at], "--") == 0) {
      only_operands = true;
      continue;
    }
    if (!only_operands && is_option(options, arguments[at])) {
      result = take_option(options, count, arguments, &at);
    } else {
      result = take_operand(options, arguments[at]);
    }
    if (result != EXIT_DONE) return result;
  }
  if (options->command == COMMAND_HELP && options->operand_count == 1) {
    int command = find_command(options->operands[0]);
    if (command == 0) return unknown_command(options->operands[0]);
    options->command = command;
    options->help = true;
  }
  if (options->help || (options->command & COMMAND_HELP)) return EXIT_DONE;
  int result = check_operands(options);
  if (result == EXIT_DONE) result = read_fit(options);
  if (result == EXIT_DONE) result = read_delimiter(options);
  if (result == EXIT_DONE) result = read_date(options);
  if (result == EXIT_DONE) result = read_threads(options);
  if (result == EXIT_DONE) result = read_load(options);
  return result;
}
