/* Between the regex parser and the matcher. */
#ifndef TX_EXPR_REGEX_PRIVATE_H
#define TX_EXPR_REGEX_PRIVATE_H

#include "expr/regex.h"

typedef struct tx_range {
  uint32_t low, high; /* code points, both included */
} tx_range;

typedef struct tx_class {
  uint32_t first, count; /* ranges */
  bool negated, folds;
  uint64_t ascii[2]; /* the answer for code points below 128 */
} tx_class;

typedef enum tx_pattern_kind {
  TX_P_EMPTY,
  TX_P_CHARACTER, /* x: the code point, folded when `flag` */
  TX_P_CLASS,     /* x: number of the class */
  TX_P_ANY,       /* flag: new lines too */
  TX_P_BEGIN_TEXT,
  TX_P_END_TEXT,
  TX_P_BEGIN_LINE,
  TX_P_END_LINE,
  TX_P_WORD_EDGE,
  TX_P_NO_WORD_EDGE,
  TX_P_SEQUENCE, /* x: first child, linked by next */
  TX_P_CHOICE,   /* x: first child, linked by next */
  TX_P_REPEAT    /* x: child; least to most times, most UINT32_MAX: any number */
} tx_pattern_kind;

typedef struct tx_pattern_node {
  uint8_t kind;
  bool flag;
  uint32_t x, next, least, most;
} tx_pattern_node;

/* A pattern taken apart; working memory of one compilation. */
typedef struct tx_pattern {
  tx_pattern_node *nodes;
  uint32_t count, capacity;
  tx_class *classes;
  uint32_t class_count, class_capacity;
  tx_range *ranges;
  uint32_t range_count, range_capacity;
  uint32_t root;
} tx_pattern;

#define TX_PATTERN_NONE UINT32_MAX

/* Takes a pattern apart. False: message and offset say why; `limit` when it is one of size. */
bool tx_pattern_parse(tx_pattern *pattern, triax_text text, char message[TX_REGEX_MESSAGE], size_t *offset,
                      bool *limit);
bool tx_class_has(const tx_class *class, const tx_range *ranges, uint32_t code_point);
uint32_t tx_fold_lower(uint32_t code_point);

#endif
