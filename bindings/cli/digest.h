/* What the parts of the digest share. */
#ifndef CLI_DIGEST_H
#define CLI_DIGEST_H

#include "cli.h"

/* 1234567 as 1,234,567. */
const char *digest_count(double value, char text[CLI_NUMBER_SIZE]);
/* 1234567 as 1.23m. */
const char *digest_money(double value, char text[CLI_NUMBER_SIZE]);
const char *digest_figure(double value, int decimals, char text[CLI_NUMBER_SIZE]);
/* Text in a column: cut where it is too long, never within a character. */
void digest_cell(text_buffer *buffer, triax_text text, size_t width);
/* Ends a line, without blanks at its end. */
void digest_line(text_buffer *buffer);

/* digest_plays.c */
void digest_add_plays(text_buffer *buffer, const triax_plan *plan);

#endif
