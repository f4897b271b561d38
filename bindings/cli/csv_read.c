/* A CSV file as a table of text columns, by libcsv in its strict mode.
 *
 * libcsv says neither line nor place, so lines are counted along: by line ends between rows, and within fields. */
#include <stdlib.h>
#include <string.h>

#include <csv.h>

#include "cli.h"

/* Rows that are handed to the table's builder at once. */
enum { CHUNK = 2048, FAULTS_SHOWN = 20, PIECE = 1 << 18 };

typedef struct cell {
  size_t start, length; /* in the chunk's bytes */
} cell;

typedef struct csv_reader {
  const csv_text *text;
  const cli_options *options;
  csv_table *into;
  triax_table_builder *builder;
  size_t columns; /* 0 until the header is read */
  cell *cells;    /* column by column, CHUNK each; while the header is read, its names */
  size_t cell_capacity;
  text_buffer bytes;   /* of the chunk's fields */
  triax_text *values;  /* CHUNK of them, for the builder */
  size_t chunk_rows;   /* rows in the chunk */
  size_t rows;         /* rows in all */
  size_t fields;       /* of the row at hand */
  size_t row_bytes;    /* where its bytes begin */
  uint64_t line;       /* that is being read */
  uint64_t row_line;   /* that the row begins on */
  bool after_return;   /* the last line end was a CR: an LF belongs to it */
  bool quotes;         /* in the piece at hand or the one before: fields may hold line ends */
  size_t shape_faults; /* rows of the wrong length */
  int result;          /* EXIT_DONE while all goes well */
} csv_reader;

static bool failed(const csv_reader *reader) { return reader->result != EXIT_DONE; }

static void fail_memory(csv_reader *reader) {
  if (!failed(reader)) say_no_memory();
  reader->result = EXIT_MACHINE;
}

static void fail_status(csv_reader *reader, triax_status status, const triax_error *error) {
  if (status == TRIAX_OK || failed(reader)) return;
  if (status == TRIAX_ENOMEM) {
    fail_memory(reader);
    return;
  }
  say_error_at(reader->text->path, 0, 0, "%s", error->message);
  reader->result = exit_of(status);
}

static void note_line(csv_reader *reader) {
  line_map *lines = &reader->into->lines;
  uint64_t shift = reader->row_line - (uint64_t)reader->rows - 1;
  if (lines->count > 0 ? lines->shifts[lines->count - 1].shift == shift : shift == 0) return;
  if (lines->count == lines->capacity) {
    size_t capacity = lines->capacity == 0 ? 16 : lines->capacity * 2;
    line_shift *larger = realloc(lines->shifts, capacity * sizeof *larger);
    if (larger == NULL) {
      fail_memory(reader);
      return;
    }
    lines->shifts = larger;
    lines->capacity = capacity;
  }
  lines->shifts[lines->count++] = (line_shift){reader->rows, shift};
}

/* Hands the chunk to the builder, column by column. */
static void flush_chunk(csv_reader *reader) {
  for (size_t column = 0; column < reader->columns && !failed(reader); column++) {
    const cell *cells = reader->cells + column * CHUNK;
    for (size_t row = 0; row < reader->chunk_rows; row++) {
      size_t length = cells[row].length;
      reader->values[row] =
          length == 0 ? triax_text_of(NULL) : (triax_text){reader->bytes.bytes + cells[row].start, length};
    }
    triax_error error;
    triax_status status =
        triax_table_builder_texts(reader->builder, column, reader->values, reader->chunk_rows, &error);
    fail_status(reader, status, &error);
  }
  reader->chunk_rows = 0;
  reader->bytes.length = 0;
}

/* A row of the wrong length: an error, or set aside. */
static void shape_fault(csv_reader *reader) {
  csv_table *into = reader->into;
  char reason[160];
  const char *hint = reader->fields > reader->columns ? "; a field that holds the delimiter must be in quotes" : "";
  snprintf(reason, sizeof reason, "%zu field%s, %zu expected%s", reader->fields, reader->fields == 1 ? "" : "s",
           reader->columns, hint);
  reader->shape_faults++;
  if (reader->options->set_aside == NULL) {
    if (reader->shape_faults > FAULTS_SHOWN) return;
    say_error_at(reader->text->path, reader->row_line, 0, "%s", reason);
    return;
  }
  if (into->fault_count == into->fault_capacity) {
    size_t capacity = into->fault_capacity == 0 ? 16 : into->fault_capacity * 2;
    csv_fault *larger = realloc(into->faults, capacity * sizeof *larger);
    if (larger == NULL) {
      fail_memory(reader);
      return;
    }
    into->faults = larger;
    into->fault_capacity = capacity;
  }
  size_t size = strlen(reason) + 1;
  char *copy = malloc(size);
  if (copy == NULL) {
    fail_memory(reader);
    return;
  }
  memcpy(copy, reason, size);
  into->faults[into->fault_count++] = (csv_fault){reader->row_line, copy};
}

static triax_text header_name(const csv_reader *reader, size_t column) {
  triax_text name = {reader->bytes.bytes + reader->cells[column].start, reader->cells[column].length};
  while (name.length > 0 && strchr(" \t\r\n", name.bytes[0]) != NULL) {
    name.bytes++;
    name.length--;
  }
  while (name.length > 0 && strchr(" \t\r\n", name.bytes[name.length - 1]) != NULL) name.length--;
  return name;
}

/* Whether every column has a name; titles above the header are what mostly leaves them out. */
static bool header_named(csv_reader *reader) {
  size_t unnamed = 0, first = 0;
  for (size_t column = reader->fields; column-- > 0;) {
    if (header_name(reader, column).length > 0) continue;
    unnamed++;
    first = column;
  }
  if (unnamed == 0) return true;
  if (unnamed + 1 >= reader->fields && reader->fields > 2) {
    say_error_at(
        reader->text->path, reader->row_line, 0,
        "no header here: %zu of %zu columns have no name; is this a preamble? Remove the lines above the header",
        unnamed, reader->fields);
  } else {
    say_error_at(reader->text->path, reader->row_line, 0, "column %zu has no name; give each column one in the header",
                 first + 1);
  }
  reader->result = EXIT_INPUT;
  return false;
}

/* The names go to the builder, which refuses one that is there already. */
static void add_columns(csv_reader *reader) {
  triax_error error;
  for (size_t column = 0; column < reader->fields && !failed(reader); column++) {
    triax_text name = header_name(reader, column);
    for (size_t other = 0; other < column && reader->fields <= 1000; other++) {
      triax_text before = header_name(reader, other);
      if (before.length != name.length || memcmp(before.bytes, name.bytes, name.length) != 0) continue;
      say_error_at(reader->text->path, reader->row_line, 0,
                   "columns %zu and %zu are both named '%.*s'; rename one of them", other + 1, column + 1,
                   name.length < 80 ? (int)name.length : 80, name.bytes);
      reader->result = EXIT_INPUT;
      return;
    }
    triax_status status = triax_table_builder_column(reader->builder, name, TRIAX_TYPE_TEXT, NULL, &error);
    fail_status(reader, status, &error);
  }
}

static void finish_header(csv_reader *reader) {
  if (!header_named(reader)) return;
  add_columns(reader);
  reader->columns = reader->fields;
  reader->bytes.length = 0;
  free(reader->cells);
  reader->cells = NULL;
  if (reader->columns <= SIZE_MAX / CHUNK / sizeof *reader->cells) {
    reader->cells = malloc(reader->columns * CHUNK * sizeof *reader->cells);
  }
  reader->values = malloc(CHUNK * sizeof *reader->values);
  if (reader->cells == NULL || reader->values == NULL) fail_memory(reader);
}

static cell *cell_for(csv_reader *reader) {
  if (reader->columns > 0) {
    /* What is too much is counted only. */
    return reader->fields < reader->columns ? &reader->cells[reader->fields * CHUNK + reader->chunk_rows] : NULL;
  }
  if (reader->fields == reader->cell_capacity) {
    size_t capacity = reader->cell_capacity == 0 ? 64 : reader->cell_capacity * 2;
    cell *larger = realloc(reader->cells, capacity * sizeof *larger);
    if (larger == NULL) {
      fail_memory(reader);
      return NULL;
    }
    reader->cells = larger;
    reader->cell_capacity = capacity;
  }
  return &reader->cells[reader->fields];
}

static void take_field(void *bytes, size_t length, void *user) {
  csv_reader *reader = user;
  if (failed(reader)) return;
  if (reader->fields == 0) {
    reader->row_line = reader->line;
    reader->row_bytes = reader->bytes.length;
    reader->after_return = false;
  }
  cell *here = cell_for(reader);
  reader->fields++;
  const char *text = bytes;
  if (reader->quotes && length > 0 && (memchr(text, '\n', length) != NULL || memchr(text, '\r', length) != NULL)) {
    for (size_t i = 0; i < length; i++) {
      reader->line += text[i] == '\n' ? !(i > 0 && text[i - 1] == '\r') : text[i] == '\r';
    }
  }
  if (here == NULL) return;
  here->start = reader->bytes.length;
  here->length = length;
  text_add(&reader->bytes, text, length);
  if (reader->bytes.failed) fail_memory(reader);
}

static void take_row(csv_reader *reader) {
  if (reader->columns == 0) {
    finish_header(reader);
  } else if (reader->fields != reader->columns) {
    shape_fault(reader);
    reader->bytes.length = reader->row_bytes;
  } else {
    note_line(reader);
    reader->rows++;
    if (++reader->chunk_rows == CHUNK) flush_chunk(reader);
  }
  reader->fields = 0;
}

/* Called at each line end outside of quotes, and with -1 at the end of the text. */
static void take_line_end(int sign, void *user) {
  csv_reader *reader = user;
  if (failed(reader)) return;
  /* Lines without anything on them are no rows. */
  if (reader->fields > 0) take_row(reader);
  if (sign == '\n' && reader->after_return) {
    reader->after_return = false;
    return;
  }
  reader->after_return = sign == '\r';
  reader->line++;
}

static void say_broken_quotes(csv_reader *reader, size_t offset, bool at_end) {
  const csv_text *text = reader->text;
  uint64_t line = reader->fields > 0 ? reader->row_line : reader->line;
  if (at_end) {
    say_error_at(text->path, line, 0, "a quote that opens in this row is never closed");
    return;
  }
  /* Lines within the field at hand were not counted yet. */
  line = text->first_line;
  for (size_t i = 0; i < offset; i++) {
    line += text->bytes[i] == '\n' || (text->bytes[i] == '\r' && text->bytes[i + 1] != '\n');
  }
  size_t column = 1;
  for (size_t i = offset; i > 0 && text->bytes[i - 1] != '\n' && text->bytes[i - 1] != '\r'; i--) {
    column += ((unsigned char)text->bytes[i - 1] & 0xC0) != 0x80;
  }
  say_error_at(text->path, line, column,
               "a quote that does not enclose its field: put the whole field in quotes, and double those inside");
}

static void parse(csv_reader *reader, struct csv_parser *parser) {
  const csv_text *text = reader->text;
  bool quotes = false; /* in the piece before */
  for (size_t at = 0; at < text->length && !failed(reader);) {
    size_t piece = text->length - at < PIECE ? text->length - at : PIECE;
    bool more = memchr(text->bytes + at, '"', piece) != NULL;
    reader->quotes = more || quotes;
    quotes = more;
    size_t done = csv_parse(parser, text->bytes + at, piece, take_field, take_line_end, reader);
    if (failed(reader)) return;
    at += done;
    if (done < piece) {
      if (csv_error(parser) == CSV_EPARSE) {
        say_broken_quotes(reader, at, false);
        reader->result = EXIT_INPUT;
      } else {
        fail_memory(reader);
      }
      return;
    }
    if (progress_show(NULL, "reading", (double)at / (double)text->length) != 0) reader->result = EXIT_INTERRUPTED;
  }
  if (failed(reader)) return;
  if (csv_fini(parser, take_field, take_line_end, reader) != 0) {
    if (csv_error(parser) != CSV_EPARSE) {
      fail_memory(reader);
      return;
    }
    say_broken_quotes(reader, text->length, true);
    reader->result = EXIT_INPUT;
  }
}

static void finish(csv_reader *reader) {
  if (failed(reader)) return;
  if (reader->columns == 0) {
    say_error_at(reader->text->path, 0, 0, "the file is empty; it needs a header line and one line for each row");
    reader->result = EXIT_INPUT;
    return;
  }
  if (reader->shape_faults > 0 && reader->options->set_aside == NULL) {
    if (reader->shape_faults > FAULTS_SHOWN) {
      fprintf(stderr, "... and %zu more rows of the wrong length\n", reader->shape_faults - FAULTS_SHOWN);
    }
    reader->result = EXIT_INPUT;
    return;
  }
  flush_chunk(reader);
  triax_error error;
  if (!failed(reader))
    fail_status(reader, triax_table_builder_finish(reader->builder, &reader->into->table, &error), &error);
}

static int read_text(triax_context *context, const csv_text *text, const cli_options *options, csv_table *into) {
  csv_reader reader = {.text = text, .options = options, .into = into, .line = text->first_line, .result = EXIT_DONE};
  struct csv_parser parser;
  triax_error error;
  fail_status(&reader, triax_table_builder_new(context, &reader.builder, &error), &error);
  if (failed(&reader)) return reader.result;
  if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0) {
    fail_memory(&reader);
  } else {
    csv_set_delim(&parser, (unsigned char)text->delimiter);
    parse(&reader, &parser);
    csv_free(&parser);
  }
  finish(&reader);
  triax_table_builder_free(reader.builder);
  text_free(&reader.bytes);
  free(reader.cells);
  free(reader.values);
  return reader.result;
}

int csv_read(triax_context *context, const char *path, const cli_options *options, csv_table *into) {
  *into = (csv_table){.table = NULL};
  csv_text text;
  int result = csv_text_read(&text, path, options);
  if (result == EXIT_DONE) result = read_text(context, &text, options, into);
  if (result == EXIT_DONE) {
    const char sign[] = {text.delimiter, '\0'};
    say_done(options, "%s: read, bytes %zu, rows %zu, columns %zu, delimiter %s%s", path, text.length,
             triax_table_rows(into->table), triax_table_columns(into->table),
             text.delimiter == '\t' ? "tab" : sign, into->fault_count > 0 ? "; others have the wrong length" : "");
  }
  csv_text_free(&text);
  if (result != EXIT_DONE) csv_table_free(into);
  return result;
}

void csv_table_free(csv_table *table) {
  triax_table_unref(table->table);
  free(table->lines.shifts);
  for (size_t i = 0; i < table->fault_count; i++) free(table->faults[i].reason);
  free(table->faults);
  *table = (csv_table){.table = NULL};
}
