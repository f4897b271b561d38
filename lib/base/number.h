/* Numbers as text without the locale: exact both ways. */
#ifndef TX_BASE_NUMBER_H
#define TX_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <triax/base.h>

/* Room for any number that tx_format_double writes, with its NUL. */
#define TX_NUMBER_SIZE 32

/* Strict decimal: [+-] digits [. digits] [e[+-] digits], where digits on one side of the point are enough; or inf,
 * infinity, nan in any case (only if `special`). Correctly rounded whatever the locale. The whole text must match; no spaces. Overflow to infinity is an error. */
bool tx_parse_double(triax_text text, bool special, double *value);
/* [+-] digits, within int64. */
bool tx_parse_int64(triax_text text, int64_t *value);
/* As in policy files: a strict number, optionally followed by k, m or bn (either case). */
bool tx_parse_suffixed(triax_text text, double *value);
/* Shortest text that reads back to the same double: 0.1, 750000, 1e+300, -0, nan, inf, -inf.
 * Plain notation where 1e-5 <= |x| < 1e16, else d.ddde+XX. Returns the length. */
size_t tx_format_double(double value, char buffer[TX_NUMBER_SIZE]);
/* The same as Go's and C's %g choose it: plain notation where 1e-4 <= |x| < 1e6. */
size_t tx_format_general(double value, char buffer[TX_NUMBER_SIZE]);
/* Fixed number of decimals, rounded half to even on the exact value; returns the length. */
size_t tx_format_fixed(double value, int decimals, char buffer[TX_NUMBER_SIZE + 320]);
size_t tx_format_int64(int64_t value, char buffer[TX_NUMBER_SIZE]);

#endif
