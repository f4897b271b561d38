/* Conditions that always hold, or never. Guards against what cannot happen stay, and say so: they cost nothing that can
 * be measured and keep a mistake elsewhere from becoming a stray write. Sanitized builds trap where one is mistaken (the
 * library as it is shipped never ends its host); builds that count coverage leave them out, since no test can reach them.
 * SQLite and H3 have them by these names. */
#ifndef TX_BASE_ALWAYS_H
#define TX_BASE_ALWAYS_H

#if defined(TX_COVERAGE)
#define TX_ALWAYS(condition) 1
#define TX_NEVER(condition) 0
#elif defined(TX_TRAP)
#define TX_ALWAYS(condition) ((condition) ? 1 : (__builtin_trap(), 0))
#define TX_NEVER(condition) ((condition) ? (__builtin_trap(), 1) : 0)
#else
#define TX_ALWAYS(condition) (condition)
#define TX_NEVER(condition) (condition)
#endif

#endif
