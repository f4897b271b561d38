/* exp and log of our own: those of the C library differ from machine to machine in the last place, and what is fitted
 * must not. Within 2 units in the last place of the true value. */
#ifndef TX_FIT_ELEMENTARY_H
#define TX_FIT_ELEMENTARY_H

/* e to the power of x; 0 below -745, infinite above 709.78. NaN gives NaN. */
double tx_exp(double x);
/* The natural logarithm; x must be positive and finite. */
double tx_ln(double x);
/* 1 / (1 + e^-x). */
double tx_logistic(double x);
/* log(1 + e^x), without overflow. */
double tx_log_one_plus_exp(double x);

#endif
