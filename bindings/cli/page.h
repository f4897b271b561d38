/* The pieces of report.html: text, tables, bars. The page stands alone: no script, no font, no picture from elsewhere. */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include "digest.h"

enum { PAGE_ROWS = 20 }; /* of a list of accounts or people; the tables beside the page have all of them */

/* Text as it is, with what HTML would take as its own written out. */
void page_text(text_buffer *buffer, triax_text text);

/* A heading and what to know before reading on; `note` may be NULL and is written as it is. */
void page_section(text_buffer *buffer, const char *title, const char *note);
void page_section_end(text_buffer *buffer);

/* Words of the columns, ended by NULL; those that begin with '#' are of numbers, which stand to the right. */
void page_table(text_buffer *buffer, const char *caption, const char *const *heads);
void page_table_end(text_buffer *buffer);
void page_row(text_buffer *buffer);
void page_row_end(text_buffer *buffer);
void page_cell(text_buffer *buffer, triax_text text);
/* A key, and what the row of customers or team is called, if it has a `name`. */
void page_named(text_buffer *buffer, triax_text key, const triax_table *people, size_t row);
void page_word(text_buffer *buffer, const char *word);
void page_number(text_buffer *buffer, const char *number);
void page_share(text_buffer *buffer, double share, int decimals);
/* "and 12 more in customers.csv", if there are more than are shown. */
void page_more(text_buffer *buffer, double more, const char *file);

/* A bar of `part` in `whole`, in a cell of its own; `colour` is a class of the style sheet. */
void page_bar(text_buffer *buffer, double part, double whole, const char *colour);

/* A figure with what it says, of the row at the top. */
void page_tile(text_buffer *buffer, const char *figure, const char *words);

void page_begin(text_buffer *buffer, triax_text title);
void page_end(text_buffer *buffer);

/* Rows of a plan's table by a number, greatest first; those where it is missing come last, those where `keep` says no
 * not at all. NULL, with *count 0: there are none, or memory is short, which the buffer then says. */
typedef bool (*page_keep)(const void *user, size_t row);
digest_ranked *page_rank(text_buffer *buffer, size_t rows, const double *values, page_keep keep, const void *user,
                         size_t *count);

/* A number of the summary, by its path; NaN where there is none. */
double page_summary(const digest *d, const char *map, const char *key);

/* What is known of each customer beside the plan; malloc'd, to be freed. NULL where there is none. */
double *page_money(const digest *d);

/* page_people.c */
void page_add_segments(const digest *d);
void page_add_health(const digest *d, const double *money);
/* page_books.c */
void page_add_books(const digest *d, const double *money);
/* page_outlook.c */
void page_add_outlook(const digest *d);

#endif
