/* Regular expressions in RE2's syntax, matched in time linear in the text. */
#ifndef TX_EXPR_REGEX_H
#define TX_EXPR_REGEX_H

#include "base/memory.h"
#include "base/text.h"

#define TX_REGEX_PATTERN 1024
#define TX_REGEX_STATES 10000
#define TX_REGEX_MESSAGE 160

typedef struct tx_regex tx_regex;

/* Compiles into the arena. TRIAX_EPOLICY or TRIAX_ELIMIT: message and the byte in the pattern say why; nothing is
 * allocated then. */
triax_status tx_regex_compile(tx_arena *arena, triax_text pattern, const tx_regex **regex,
                              char message[TX_REGEX_MESSAGE], size_t *offset);
/* States of the automaton: matching takes at most states × bytes of text steps. */
size_t tx_regex_states(const tx_regex *regex);
/* Bytes of scratch that matching needs; the same scratch, aligned for size_t, serves any number of matches. */
size_t tx_regex_scratch(const tx_regex *regex);
/* Whether the pattern occurs anywhere in the (valid) text, as CEL's matches() asks. */
bool tx_regex_match(const tx_regex *regex, triax_text text, void *scratch);

#endif
