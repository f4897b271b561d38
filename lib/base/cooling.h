/* How searches that anneal draw and cool: without the C library's functions, which differ between machines. */
#ifndef TX_BASE_COOLING_H
#define TX_BASE_COOLING_H

#include <stdint.h>

/* -ln of a uniform number: how many times its heat a loss may be that is taken now. */
double tx_cool_exponential(uint64_t random);
/* 2^-x for x >= 0. */
double tx_cool_halved(double x);
/* By how many halvings heat falls from hot to cold. */
double tx_cool_span(double hot, double cold);

#endif
