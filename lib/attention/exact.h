/* Logarithm and power of two out of plain arithmetic: a C library's differ in the last bit from machine to machine. */
#ifndef TX_ATTENTION_EXACT_H
#define TX_ATTENTION_EXACT_H

/* log2 of a positive finite number, within two roundings. */
double tx_log2(double x);
/* 2 to the x, within two roundings; infinity and 0 where out of range. */
double tx_exp2(double x);

#endif
