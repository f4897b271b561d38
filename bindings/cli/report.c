/* What is said to people, on stderr. */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static void say(const char *level, const char *format, va_list arguments) {
  progress_clear();
  fprintf(stderr, "triax: %s: ", level);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
}

void say_error(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  say("error", format, arguments);
  va_end(arguments);
}

void say_warning(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  say("warning", format, arguments);
  va_end(arguments);
}

void say_done(const cli_options *options, const char *format, ...) {
  if (!options->verbose) return;
  progress_clear();
  fputs("triax: ", stderr);
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
}

void say_log(void *options, int32_t level, const char *line) {
  if (level == TRIAX_LEVEL_WARNING) say_warning("%s", line);
  else say_done(options, "%s", line);
}

void say_error_at(const char *file, uint64_t at_line, uint64_t at_column, const char *format, ...) {
  progress_clear();
  fprintf(stderr, "%s:", file);
  if (at_line > 0) fprintf(stderr, "%llu:", (unsigned long long)at_line);
  if (at_column > 0) fprintf(stderr, "%llu:", (unsigned long long)at_column);
  fputs(" error: ", stderr);
  char message[1000]; /* names of columns may be long, and hold anything */
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  text_buffer shown = {message, strlen(message), sizeof message, false};
  text_scrub(&shown);
  fprintf(stderr, "%s\n", message);
}

void say_no_memory(void) { say_error("the machine is out of memory"); }

int exit_of(triax_status status) {
  switch (status) {
  case TRIAX_OK:
    return EXIT_DONE;
  case TRIAX_ENOMEM:
    return EXIT_MACHINE;
  case TRIAX_ECANCELED:
    return EXIT_INTERRUPTED;
  default:
    return EXIT_INPUT;
  }
}

uint64_t line_of_row(const line_map *lines, size_t row) {
  size_t low = 0, high = lines->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (lines->shifts[middle].row <= row) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return (uint64_t)row + 1 + (low > 0 ? lines->shifts[low - 1].shift : 0);
}

/* Reads the number of "row N" at `text`; 0 when there is none. */
static size_t row_at(const char *text, size_t *length) {
  if (strncmp(text, "row ", 4) != 0 || !isdigit((unsigned char)text[4])) return 0;
  char *end;
  unsigned long row = strtoul(text + 4, &end, 10);
  *length = (size_t)(end - text);
  return (size_t)row;
}

/* The message with the line behind each row: "row 3 (line 4)". */
static void print_with_lines(const char *text, const line_map *lines) {
  for (const char *at = text; *at != '\0';) {
    size_t length = 0, row = at == text || at[-1] == ' ' ? row_at(at, &length) : 0;
    if (row == 0) {
      fputc(*at++, stderr);
      continue;
    }
    fprintf(stderr, "%.*s (line %llu)", (int)length, at, (unsigned long long)line_of_row(lines, row - 1));
    at += length;
  }
  fputc('\n', stderr);
}

static const char *level_word(int32_t level) {
  return level == TRIAX_LEVEL_ERROR ? "error" : level == TRIAX_LEVEL_WARNING ? "warning" : "note";
}

/* A finding of the data, placed in its file rather than in the policy. */
static void say_of_file(int32_t level, const char *code, const triax_error *fields, const cli_source *source) {
  size_t length = 0, row = row_at(fields->message, &length);
  bool named = source->path != NULL; /* the file says what the path would */
  fprintf(stderr, "%s:", source->file);
  if (row != 0) fprintf(stderr, "%llu:", (unsigned long long)line_of_row(source->lines, row - 1));
  fprintf(stderr, code[0] != '\0' ? " %s[%s]: " : " %s%s: ", level_word(level), code);
  if (row == 0 && !named && fields->path[0] != '\0') fprintf(stderr, "%s: ", fields->path);
  fprintf(stderr, "%.*s", (int)length, fields->message);
  print_with_lines(fields->message + length, source->lines);
}

/* The library cannot know what its options are called here. */
static void say_hints(const triax_messages *messages, size_t first) {
  bool numbers = false, dates = false;
  for (size_t i = first; i < triax_messages_count(messages); i++) {
    numbers = numbers || strstr(triax_messages_text(messages, i), "allow loose numbers") != NULL;
    dates = dates || strstr(triax_messages_text(messages, i), "state their order") != NULL;
  }
  if (numbers) fputs("hint: --loose-numbers with --decimal . or --decimal , takes such numbers\n", stderr);
  if (dates) fputs("hint: --date-order dmy, mdy or ymd takes such dates\n", stderr);
}

/* The file that a message is about; NULL: it is about the policy, or stands for itself. */
static const cli_source *source_of(const triax_error *fields, const cli_source *sources, size_t count) {
  for (size_t i = 0; i < count && fields->line == 0; i++) {
    if (sources[i].path == NULL || strcmp(sources[i].path, fields->path) == 0) return &sources[i];
  }
  return NULL;
}

void say_messages(const triax_messages *messages, size_t first, const triax_error *error, const cli_source *sources,
                  size_t source_count) {
  size_t count = triax_messages_count(messages);
  int32_t errors = 0;
  triax_error fields;
  progress_clear();
  for (size_t i = first; i < count; i++) {
    int32_t level = triax_messages_level(messages, i);
    if (level == TRIAX_LEVEL_ERROR) errors++;
    bool got = triax_messages_get(messages, i, &fields) != 0;
    const cli_source *source = got ? source_of(&fields, sources, source_count) : NULL;
    if (source != NULL) {
      say_of_file(level, triax_messages_code(messages, i), &fields, source);
    } else {
      fprintf(stderr, "%s\n", triax_messages_text(messages, i));
    }
  }
  if (source_count > 0) say_hints(messages, first);
  if (error == NULL || error->status == TRIAX_OK) return;
  const cli_source *source = source_of(error, sources, source_count);
  if (errors == 0 && source != NULL) {
    say_of_file(TRIAX_LEVEL_ERROR, "", error, source);
  } else if (errors == 0) {
    char text[TRIAX_ERROR_SIZE + TRIAX_PATH_SIZE + 64];
    triax_error_format(error, NULL, text, sizeof text);
    fprintf(stderr, "%s\n", text);
  } else if (error->count > errors) {
    fprintf(stderr, "... and %d more errors\n", (int)(error->count - errors));
  }
}
