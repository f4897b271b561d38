/* What the files of the digest share. */
#ifndef CLI_DIGEST_H
#define CLI_DIGEST_H

#include "cli.h"

enum { DIGEST_NAME = 24 }; /* columns for names */

typedef struct digest {
  text_buffer *buffer;
  const triax_plan *plan;
  const cli_company *company;
} digest;

/* Rows of a table in the order of a number, greatest first, then as they stand; digest_by_value is for qsort. */
typedef struct digest_ranked {
  double value;
  size_t row;
} digest_ranked;
int digest_by_value(const void *left, const void *right);

/* By the column's name; SIZE_MAX, NaN and text that is not given where there is no such column or value. */
size_t column_of(const triax_table *table, const char *name);
double number_at(const triax_table *table, const char *name, size_t row);
triax_text text_at(const triax_table *table, const char *name, size_t row);
bool digest_same(triax_text a, triax_text b);
/* The text is there, and is that word. */
bool digest_says(triax_text text, const char *word);
/* Whose column is the customers' ARR, as the plan has it: `arr`, or else the first of money; NULL: there is none. */
const triax_table *digest_money_of(const digest *d, size_t *column);
/* What stands under `key` in the summary's map; TRIAX_NO_NODE where there is no such map, or nothing in it. */
triax_node digest_find(const triax_document *summary, const char *map, const char *key);
/* A number in a map of the summary; NaN where there is none. */
double digest_number_of(const triax_document *summary, triax_node map, const char *key);
/* 1234567 as 1,234,567. */
const char *digest_count(double value, char text[CLI_NUMBER_SIZE]);
/* 1234567 as 1.23m. */
const char *digest_money(double value, char text[CLI_NUMBER_SIZE]);
const char *digest_figure(double value, int decimals, char text[CLI_NUMBER_SIZE]);
/* Text in a column: cut where it is too long, never within a character. */
void digest_cell(text_buffer *buffer, triax_text text, size_t width);
/* Ends a line, without blanks at its end. */
void digest_line(text_buffer *buffer);

/* digest_allocation.c: returns how many steps there are for the pool of that row. */
size_t digest_add_hires(const digest *d, const triax_table *pools, size_t pool);
void digest_add_overlays(const digest *d);
void digest_add_tradeoff(const digest *d);
void digest_add_certificate(const digest *d);
/* A part of the objective in words, from the summary's certificate; false for one that is not known here. */
typedef struct digest_objective {
  const char *words;
  char reached[CLI_NUMBER_SIZE], bound[CLI_NUMBER_SIZE];
  triax_text state;
  char gap[CLI_NUMBER_SIZE]; /* in per cent; "" for none */
} digest_objective;
bool digest_part(const triax_document *summary, triax_node part, digest_objective *into);
/* digest_plays.c and digest_transition.c */
void digest_add_transition(text_buffer *buffer, const triax_plan *plan);
void digest_add_plays(text_buffer *buffer, const triax_plan *plan);
/* digest_forecast.c */
void digest_add_forecast(const digest *d);

#endif
