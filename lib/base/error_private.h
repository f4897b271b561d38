/* What error.c lends to messages.c and report.c. */
#ifndef TX_BASE_ERROR_PRIVATE_H
#define TX_BASE_ERROR_PRIVATE_H

#include "base/error.h"
#include "base/text.h"

/* Data and names quoted in messages may hold what would move a terminal's cursor, or begin a line of their own: control
 * characters become ? or blanks. NUL stays, and '\n' where `lines` are wanted. */
void tx_scrub(char *text, size_t length, bool lines);
/* Formats into buffer, cut at a character, always valid UTF-8, without control characters. */
void tx_format_message(char *buffer, size_t size, const char *format, va_list arguments) TX_PRINTF(3, 0);
/* All fields but the message, which becomes empty. */
void tx_set_error(triax_error *error, triax_status status, const char *path, int32_t line, int32_t column);
void tx_write_int(tx_writer *writer, int32_t value);
/* "name:line:column: ", without the parts that are not known. */
void tx_write_place(tx_writer *writer, const char *name, int32_t line, int32_t column);
/* The source line of a finding with caret, underline and hint below; false (and nothing written) where the source
 * does not have that line. */
bool tx_write_excerpt(tx_writer *writer, const tx_source *source, const tx_finding *finding);

#endif
