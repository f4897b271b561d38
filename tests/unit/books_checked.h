/* Books solved and looked at by the checkers, which share no code with the solver. */
#ifndef TRIAX_TESTS_BOOKS_CHECKED_H
#define TRIAX_TESTS_BOOKS_CHECKED_H

#include "books/books.h"

triax_context *books_plain(uint64_t threads);
/* In every part, as bounds are. */
bool books_no_worse(const tx_books_goal *a, const tx_books_goal *b);
/* Rules hold, the objective is what is said, bounds are none that are passed, as said and as recomputed. The caller frees. */
tx_books_result *books_solved(triax_context *context, const tx_books *books);

#endif
