/* Whole numbers in place of parts, so that what is printed sums to what is printed. */
#ifndef TX_BASE_APPORTION_H
#define TX_BASE_APPORTION_H

#include <stddef.h>
#include <stdint.h>

/* Rounds parts to whole numbers that sum to `total`: each is rounded down, then those with the largest remainders get
 * one more (Hamilton's method of apportionment; ties to the earlier). A part of exactly 0 stays 0 as long as another
 * can give way. Parts must be finite and below 2^62 in size; those that come nearest to the total change least. */
void tx_apportion(const double *parts, size_t count, int64_t total, int64_t *whole);

#endif
