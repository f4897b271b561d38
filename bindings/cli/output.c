/* Results on disk: written beside their place, and moved there once they are complete. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "platform.h"

static const triax_table *plan_table(const void *result, int32_t which) { return triax_plan_table(result, which); }
static const triax_document *plan_summary(const void *result) { return triax_plan_summary(result); }
static const triax_table *comparison_table(const void *result, int32_t which) {
  return triax_comparison_table(result, which);
}
static const triax_document *comparison_summary(const void *result) { return triax_comparison_summary(result); }

const output_kind output_plan = {"a plan", triax_plan_table_name, plan_table, plan_summary};
const output_kind output_comparison = {"a comparison", triax_comparison_table_name, comparison_table,
                                       comparison_summary};

/* The place of a folder, of the one that is written beside it, and of the earlier one while both are there. */
typedef struct places {
  char *final, *fresh, *old;
} places;

static void free_places(places *at) {
  free(at->final);
  free(at->fresh);
  free(at->old);
}

static char *join(const char *one, const char *two, const char *three) {
  text_buffer text = {NULL, 0, 0, false};
  text_add_string(&text, one);
  text_add_string(&text, two);
  text_add_string(&text, three);
  if (!text.failed) return text.bytes;
  text_free(&text);
  return NULL;
}

static bool find_places(const char *path, places *at) {
  char process[32];
  *at = (places){NULL, NULL, NULL};
  snprintf(process, sizeof process, "%lu", platform_process());
  /* Behind a link, it is the folder itself that is to be replaced. */
  at->final = platform_kind(path) != PATH_NONE ? platform_resolve(path) : join(path, "", "");
  if (at->final == NULL) return false;
  for (size_t end = strlen(at->final); end > 1 && strchr("/\\", at->final[end - 1]) != NULL; end--)
    at->final[end - 1] = '\0';
  at->fresh = join(at->final, ".tmp-", process);
  at->old = join(at->final, ".old-", process);
  return at->fresh != NULL && at->old != NULL;
}

static bool is_ours(const output_kind *kind, const char *name) {
  size_t length = strlen(name);
  if (strcmp(name, "summary.json") == 0 || strcmp(name, "report.html") == 0) return true;
  for (int32_t which = 1; kind->table_name(which) != NULL; which++) {
    const char *table = kind->table_name(which);
    if (length == strlen(table) + 4 && strncmp(name, table, length - 4) == 0 && strcmp(name + length - 4, ".csv") == 0)
      return true;
  }
  return false;
}

/* What is in a folder that may have to make way. */
typedef struct contents {
  const output_kind *kind;
  size_t count;
  bool has_summary;
  char foreign[200]; /* a name that is not of ours */
} contents;

static bool look_at(void *user, const char *name) {
  contents *found = user;
  found->count++;
  if (strcmp(name, "summary.json") == 0) found->has_summary = true;
  if (!is_ours(found->kind, name) && found->foreign[0] == '\0')
    snprintf(found->foreign, sizeof found->foreign, "%s", name);
  return true;
}

/* Whether the folder that holds `path` is there, so that nobody waits for a plan that has no place. */
static bool has_parent(const char *path) {
  places at;
  bool known = find_places(path, &at);
  char *end = known ? at.final + strlen(at.final) : NULL;
  while (known && end > at.final && strchr("/\\", end[-1]) == NULL) end--;
  bool has = true; /* a name alone is in this folder; short memory is told where it is needed */
  if (known && end > at.final) {
    *end = '\0';
    has = platform_kind(at.final) == PATH_FOLDER;
  }
  free_places(&at);
  return has;
}

int output_check(const char *path, const output_kind *kind) {
  contents found = {kind, 0, false, ""};
  path_kind there = platform_kind(path);
  if (path[0] == '\0') {
    say_error("-o needs the name of a folder");
    return EXIT_USAGE;
  }
  if (there == PATH_NONE) {
    if (has_parent(path)) return EXIT_DONE;
    say_error("cannot make the folder '%s': there is no folder to make it in", path);
    return EXIT_MACHINE;
  }
  if (there == PATH_FILE) {
    say_error("'%s' is a file; -o needs the name of a folder", path);
    return EXIT_USAGE;
  }
  if (!platform_list(path, look_at, &found)) {
    say_error("cannot look into '%s': %s", path, strerror(errno));
    return EXIT_MACHINE;
  }
  if (found.foreign[0] != '\0') {
    say_error("'%s' holds '%s', which is not of %s; name a new folder, or an earlier %s's", path, found.foreign,
              kind->word, kind->word + 2);
    return EXIT_USAGE;
  }
  if (found.count > 0 && !found.has_summary) {
    say_error("'%s' is no earlier %s: it has no summary.json; name a new folder", path, kind->word + 2);
    return EXIT_USAGE;
  }
  return EXIT_DONE;
}

/* Calls platform_remove_file for each of our names; nobody else's files are ever touched. */
static void remove_ours(const char *path, const output_kind *kind) {
  static const char *const others[] = {"summary.json", "report.html"};
  for (int32_t which = 1; kind->table_name(which) != NULL; which++) {
    char *folder = join(path, "/", kind->table_name(which)), *file = folder != NULL ? join(folder, ".csv", "") : NULL;
    if (file != NULL) platform_remove_file(file);
    free(file);
    free(folder);
  }
  for (size_t i = 0; i < 2; i++) {
    char *file = join(path, "/", others[i]);
    if (file != NULL) platform_remove_file(file);
    free(file);
  }
  platform_remove_folder(path);
}

static int say_not_written(const char *path) {
  if (progress_interrupted()) return EXIT_INTERRUPTED;
  say_error("cannot write '%s': %s", path, errno != 0 ? strerror(errno) : "the disk did not take all of it");
  return EXIT_MACHINE;
}

/* Closes the stream whatever came before; true when all of it is on the disk. */
static bool close_written(FILE *stream, bool good) {
  good = good && ferror(stream) == 0 && platform_sync(stream);
  int error = errno;
  if (fclose(stream) != 0) good = false;
  else errno = error;
  return good;
}

static int write_table(const char *folder, const char *name, const triax_table *table, bool raw_text) {
  char *stem = join(folder, "/", name), *path = stem != NULL ? join(stem, ".csv", "") : NULL;
  free(stem);
  if (path == NULL) {
    say_no_memory();
    return EXIT_MACHINE;
  }
  errno = 0;
  FILE *stream = fopen(path, "wb");
  bool good = stream != NULL && close_written(stream, csv_write_table(stream, table, raw_text));
  int result = good ? EXIT_DONE : say_not_written(path);
  free(path);
  return result;
}

static int write_bytes(const char *path, const text_buffer *text) {
  errno = 0;
  FILE *stream = fopen(path, "wb");
  bool good = stream != NULL && close_written(stream, fwrite(text->bytes, 1, text->length, stream) == text->length);
  return good ? EXIT_DONE : say_not_written(path);
}

static int write_in(const char *folder, const char *name, const text_buffer *text) {
  char *path = join(folder, "/", name);
  int result = path != NULL ? write_bytes(path, text) : EXIT_MACHINE;
  if (path == NULL) say_no_memory();
  free(path);
  return result;
}

static int write_summary(const char *folder, const triax_document *summary) {
  text_buffer text = {NULL, 0, 0, false};
  int result = EXIT_MACHINE;
  if (json_add_document(&text, summary, 0)) result = write_in(folder, "summary.json", &text);
  else say_no_memory();
  text_free(&text);
  return result;
}

static int write_all(const char *path, const char *folder, const output_kind *kind, const void *plan, bool raw_text,
                     const text_buffer *page) {
  if (!platform_make_folder(folder)) {
    say_error("cannot make the folder '%s': %s", path, strerror(errno));
    return EXIT_MACHINE;
  }
  int result = EXIT_DONE;
  for (int32_t which = 1; result == EXIT_DONE && kind->table_name(which) != NULL; which++) {
    const triax_table *table = kind->table(plan, which);
    if (table == NULL) continue;
    if (progress_show(NULL, "writing", 0) != 0) return EXIT_INTERRUPTED;
    result = write_table(folder, kind->table_name(which), table, raw_text);
  }
  if (result == EXIT_DONE) result = write_summary(folder, kind->summary(plan));
  if (result == EXIT_DONE && page != NULL) result = write_in(folder, "report.html", page);
  if (result == EXIT_DONE) platform_sync_folder(folder);
  return result;
}

/* Puts the fresh folder into its place; an earlier one stays until that is done. */
static int move_into_place(const places *at, const output_kind *kind) {
  bool there = platform_kind(at->final) != PATH_NONE;
  if (there && platform_exchange(at->fresh, at->final)) {
    remove_ours(at->fresh, kind);
    return EXIT_DONE;
  }
  if (there && !platform_rename(at->final, at->old)) {
    say_error("cannot replace '%s': %s", at->final, strerror(errno));
    return EXIT_MACHINE;
  }
  if (!platform_rename(at->fresh, at->final)) {
    say_error("cannot move the result to '%s': %s", at->final, strerror(errno));
    if (there) platform_rename(at->old, at->final);
    return EXIT_MACHINE;
  }
  if (there) remove_ours(at->old, kind);
  return EXIT_DONE;
}

int output_write(const char *path, const output_kind *kind, const void *plan, bool raw_text, const text_buffer *page) {
  places at;
  if (!find_places(path, &at)) {
    free_places(&at);
    say_no_memory();
    return EXIT_MACHINE;
  }
  int result = write_all(path, at.fresh, kind, plan, raw_text, page);
  /* Somebody may have put something there in the meantime. */
  if (result == EXIT_DONE) result = output_check(path, kind);
  if (result == EXIT_DONE) result = move_into_place(&at, kind);
  if (result != EXIT_DONE) remove_ours(at.fresh, kind);
  free_places(&at);
  return result;
}

void output_list(text_buffer *text, const char *folder, const output_kind *kind, const void *result,
                 const text_buffer *page) {
  text_add_format(text, "\nWritten to %s:\n  summary.json%s", folder, page != NULL ? " report.html" : "");
  size_t column = page != NULL ? 26 : 14;
  for (int32_t which = 1; kind->table_name(which) != NULL; which++) {
    const char *name = kind->table_name(which);
    if (kind->table(result, which) == NULL) continue;
    bool wraps = column + strlen(name) + 5 > 80;
    text_add_format(text, "%s %s.csv", wraps ? "\n " : "", name);
    column = (wraps ? 2 : column + 1) + strlen(name) + 4;
  }
  text_add(text, "\n", 1);
}

/* Puts a fresh file into its place, or takes it away again. */
static int settle_file(const places *at, const char *path, int result) {
  if (result == EXIT_DONE && !platform_rename(at->fresh, at->final)) result = say_not_written(path);
  if (result != EXIT_DONE) platform_remove_file(at->fresh);
  return result;
}

int output_write_file(const char *path, const text_buffer *text) {
  places at;
  int result = EXIT_MACHINE;
  if (!find_places(path, &at)) say_no_memory();
  else result = settle_file(&at, path, write_bytes(at.fresh, text));
  free_places(&at);
  return result;
}

int output_write_table(const char *path, const triax_table *table) {
  places at;
  int result = EXIT_MACHINE;
  if (!find_places(path, &at)) {
    say_no_memory();
  } else {
    errno = 0;
    FILE *stream = fopen(at.fresh, "wb");
    bool good = stream != NULL && close_written(stream, csv_write_table(stream, table, false));
    result = settle_file(&at, path, good ? EXIT_DONE : say_not_written(path));
  }
  free_places(&at);
  return result;
}
