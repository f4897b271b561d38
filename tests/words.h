/* Policies in the words of the file, for tests in C. */
#ifndef TRIAX_TESTS_WORDS_H
#define TRIAX_TESTS_WORDS_H

#include <triax/document.h>

#define T(literal) triax_text_of(literal)

void put(triax_document *d, const char *key, const char *value);
/* A metric whose scale goes straight from low, 0 points, to high, 100 points. */
void metric(triax_document *d, const char *name, const char *value, double low, double high);
/* Below the metrics: a limit of 40 points by the test, with its reason unless that is NULL; red from 0, green from 50. */
void limit_and_bands(triax_document *d, const char *when, const char *why);
/* A segment with one further key, or none where test is NULL; begin_segment leaves it open for more. */
void begin_segment(triax_document *d, const char *name, const char *test, const char *value);
void segment(triax_document *d, const char *name, const char *test, const char *value);
/* Customers and team by `id`; who has an ARR of 5000 by the test is large, the others are small; and so many of each
 * fill a CSM. */
void two_sizes(triax_document *d, const char *test, const char *large, const char *small);

#endif
