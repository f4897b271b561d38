/* Marks of parts: equal input, equal mark. For finding what has not changed; never written anywhere. */
#ifndef TX_SOLVER_MARK_H
#define TX_SOLVER_MARK_H

#include "books/split.h"

/* 128 bits over all that decides the part's answer. */
void tx_part_mark(const tx_split *split, size_t part, const tx_part *outline, uint64_t mark[2]);

#endif
