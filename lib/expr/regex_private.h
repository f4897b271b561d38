/* Between the regex parser and the matcher. */
#ifndef TX_EXPR_REGEX_PRIVATE_H
#define TX_EXPR_REGEX_PRIVATE_H

#include "expr/regex.h"

typedef struct tx_range {
  uint32_t low, high; /* code points, both included */
} tx_range;

/* Unicode's general categories; a class has them as a mask. */
typedef enum tx_category {
  TX_LU, TX_LL, TX_LT, TX_LM, TX_LO, TX_MN, TX_MC, TX_ME, TX_ND, TX_NL, TX_NO, TX_PC, TX_PD, TX_PS, TX_PE, TX_PI,
  TX_PF, TX_PO, TX_SM, TX_SC, TX_SK, TX_SO, TX_ZS, TX_ZL, TX_ZP, TX_CC, TX_CF, TX_CS, TX_CO, TX_CN
} tx_category;

/* Characters and the next of those that differ from them in case alone; step 0: two that change places. */
typedef struct tx_fold_row {
  uint32_t first, last;
  int32_t step;
} tx_fold_row;

extern const tx_fold_row tx_fold_rows[];
extern const size_t tx_fold_count;
extern const uint32_t tx_category_rows[];
extern const size_t tx_category_count;

typedef struct tx_class {
  uint32_t first, count; /* ranges */
  uint32_t categories;   /* beside the ranges */
  uint32_t left_out;     /* and all but these categories; 0: no such set */
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
/* The least of the characters that differ from this one in case alone. */
uint32_t tx_fold_case(uint32_t code_point);

#endif
