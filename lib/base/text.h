/* UTF-8, comparison, hashing, nearest names. Nothing here looks at the locale. */
#ifndef TX_BASE_TEXT_H
#define TX_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <triax/base.h>

/* The literal as triax_text. */
#define TX_TEXT(literal) ((triax_text){(literal), sizeof(literal) - 1})

bool tx_text_equal(triax_text a, triax_text b);
bool tx_text_equal_c(triax_text a, const char *b);
/* Byte order, then length: <0, 0, >0. */
int tx_text_compare(triax_text a, triax_text b);
/* 64-bit hash, the same on every machine. */
uint64_t tx_text_hash(triax_text text);
/* Strips ASCII spaces and tabs, CR, LF, no-break spaces (U+00A0, U+202F) at both ends. */
triax_text tx_text_trim(triax_text text);

/* Offset of the first byte that is not well-formed UTF-8 (or is NUL), or SIZE_MAX when all is well. */
size_t tx_utf8_check(triax_text text);
/* Number of code points in valid UTF-8. */
size_t tx_utf8_count(triax_text text);
/* Decodes the code point at *offset of valid UTF-8 and moves past it. */
uint32_t tx_utf8_next(triax_text text, size_t *offset);
/* Encodes into out (room for 4); returns bytes written, 0 for surrogates and beyond U+10FFFF. */
size_t tx_utf8_put(uint32_t code_point, char out[4]);

/* Damerau-Levenshtein distance (optimal string alignment) over code points, capped: returns limit + 1 when greater.
 * Texts longer than 64 code points count as far. Case counts half: 'Arr' is nearer to 'arr' than to 'art'. */
size_t tx_text_distance(triax_text a, triax_text b, size_t limit);
/* Index of the name nearest to `word` within max(1, length / 3) edits (a difference in case alone always counts as
 * near), or SIZE_MAX. Ties go to the first. */
size_t tx_text_nearest(triax_text word, const triax_text *names, size_t count);

/* A bounded writer: never overflows, always NUL-terminates, cuts at a character. */
typedef struct tx_writer {
  char *buffer;
  size_t size;   /* of the buffer */
  size_t length; /* that the whole text would need */
} tx_writer;
void tx_write(tx_writer *writer, triax_text text);
void tx_write_c(tx_writer *writer, const char *string);

#endif
