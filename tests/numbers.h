/* Numbers as tests write them, with a point, whatever the locale's decimal sign: read by the C library, not by ours. */
#ifndef TRIAX_TESTS_NUMBERS_H
#define TRIAX_TESTS_NUMBERS_H

/* As strtod. */
double number_of_test(const char *text, char **end);

#endif
