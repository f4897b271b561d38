/* The typed nodes of a module: what the checker makes, the scalar evaluator walks and the program compiler reads.
 *
 * Nodes are immutable and hash-consed: equal subexpressions are one node. Children come before parents, so that a
 * loop by number is an evaluation order. Conversions are explicit nodes; after checking, the operands of an
 * operation have just the types that its comment says. */
#ifndef TX_EXPR_NODE_H
#define TX_EXPR_NODE_H

#include "base/exact_sum.h"
#include "expr/expr.h"

typedef enum tx_op {
  TX_OP_LITERAL,  /* value */
  TX_OP_LIST,     /* children of one type (TX_FREE when empty) */
  TX_OP_VARIABLE, /* index = variable */
  TX_OP_LOCAL,    /* index = slot of a macro's variable, counted from the outermost macro of its expression (a
                   * definition used inside a macro counts anew: whoever fills a slot must put the old value back) */
  TX_OP_AS_OF,    /* timestamp of the plan's date, midnight UTC */
  TX_OP_HAS,      /* has(variable): index = variable; always present */

  TX_OP_NOT, TX_OP_AND, TX_OP_OR, /* bool; AND and OR have two children */
  TX_OP_IF,                       /* condition, then, else */
  TX_OP_OR_VALUE,                 /* value, stand-in */

  /* Comparisons: two children of one type (bool, int, uint, double, string, timestamp, duration, date, lists for
   * EQUAL and UNEQUAL), or mixed int/uint/double, compared as CEL does. */
  TX_OP_EQUAL, TX_OP_UNEQUAL, TX_OP_LESS, TX_OP_AT_MOST, TX_OP_GREATER, TX_OP_AT_LEAST,
  TX_OP_IN, /* element, list; numbers of mixed types as for EQUAL */

  /* Arithmetic: the node's type says which. int, uint, double; ADD also string, list, time + duration. */
  TX_OP_ADD, TX_OP_SUBTRACT, TX_OP_MULTIPLY, TX_OP_DIVIDE, TX_OP_REMAINDER, TX_OP_NEGATE,

  TX_OP_INDEX, /* list, int (through dyn() also uint, double) */
  TX_OP_SIZE,  /* string (code points) or list */

  TX_OP_CONTAINS, TX_OP_STARTS_WITH, TX_OP_ENDS_WITH, /* string, string */
  TX_OP_MATCHES, /* string, pattern; regex = the compiled pattern where it is fixed, NULL where it is dynamic */
  TX_OP_LOWER_ASCII, TX_OP_UPPER_ASCII, TX_OP_TRIM,
  TX_OP_STRING_FUNCTION, /* index = TX_STRING_… : the rest of CEL's strings extension */

  TX_OP_CONVERT, /* to the node's type from the child's: int(), double(), string(), bool(), timestamp(), … date() */

  TX_OP_TIME_PART, /* index = TX_PART_…; child timestamp, date or duration; optional second child: fixed offset text */
  TX_OP_DAYS_UNTIL, TX_OP_DAYS_SINCE, /* child date or timestamp -> double */

  TX_OP_MATH, /* index = TX_MATH_… */

  /* Macros: list, body (…); index = slot of the variable. MAP has an optional filter as third child. */
  TX_OP_ALL, TX_OP_EXISTS, TX_OP_EXISTS_ONE, TX_OP_FILTER, TX_OP_MAP,

  /* Whole-set functions: child double; index = number of the aggregate in the module. */
  TX_OP_TOTAL, TX_OP_MEAN, TX_OP_STDDEV, TX_OP_PERCENTILE,

  TX_OP_PRESENT /* one child of any type: whether it has a value; always present itself (`x + y != null`) */
} tx_op;

/* The rest of CEL's strings extension: children string, then … */
enum { TX_STRING_CHAR_AT,       /* int -> string */
       TX_STRING_INDEX_OF,      /* string [, int] -> int */
       TX_STRING_LAST_INDEX_OF, /* string [, int] -> int */
       TX_STRING_JOIN,          /* child list of string [, string] -> string */
       TX_STRING_QUOTE,         /* -> string */
       TX_STRING_REPLACE,       /* string, string [, int] -> string */
       TX_STRING_REVERSE,       /* -> string */
       TX_STRING_SPLIT,         /* string [, int] -> list of string */
       TX_STRING_SUBSTRING };   /* int [, int] -> string */

enum { TX_PART_YEAR, TX_PART_MONTH, TX_PART_DAY_OF_YEAR, TX_PART_DAY_OF_MONTH, TX_PART_DATE, TX_PART_DAY_OF_WEEK,
       TX_PART_HOURS, TX_PART_MINUTES, TX_PART_SECONDS, TX_PART_MILLISECONDS };

enum { TX_MATH_GREATEST, TX_MATH_LEAST, TX_MATH_ABS, TX_MATH_CEIL, TX_MATH_FLOOR, TX_MATH_ROUND, TX_MATH_TRUNC,
       TX_MATH_SIGN, TX_MATH_SQRT, TX_MATH_IS_NAN, TX_MATH_IS_INF, TX_MATH_IS_FINITE, TX_MATH_BIT_AND,
       TX_MATH_BIT_OR, TX_MATH_BIT_XOR, TX_MATH_BIT_NOT, TX_MATH_SHIFT_LEFT, TX_MATH_SHIFT_RIGHT };

/* Macros in macros, at most. */
#define TX_EXPR_LOCALS 8
/* Walking first children by a loop and the others by recursion nests at most TX_HEIGHT / TX_HEIGHT_STEP deep. */
#define TX_HEIGHT_STEP 64
#define TX_HEIGHT (256 * TX_HEIGHT_STEP)

typedef struct tx_expr_node {
  uint16_t op;
  tx_type type;
  bool fixed;      /* a constant: no variable, local, as_of or set function below, and `value` is what it comes to */
  bool varies;     /* a variable, as_of or set function is somewhere below */
  uint8_t locals;  /* bit i: reads slot i of a macro outside of itself */
  uint32_t index;  /* see tx_op */
  uint32_t first;  /* children: module->children[first .. first + count) */
  uint32_t count;
  uint32_t height; /* bound on recursion: a first child counts 1, any other child TX_HEIGHT_STEP */
  tx_value value;  /* where `fixed`; its state may be TX_FAULT */
  const struct tx_regex *regex; /* MATCHES with a fixed pattern */
} tx_expr_node;

typedef struct tx_expr_variable {
  triax_text name;
  tx_type type;
  const tx_column *column; /* reference, or NULL */
} tx_expr_variable;

struct tx_module {
  triax_context *context;
  tx_arena arena; /* literals' bytes, names, list items */
  tx_expr_node *nodes;
  size_t count, capacity;
  uint32_t *children;
  size_t child_count, child_capacity;
  tx_expr_variable *variables;
  size_t variable_count, variable_capacity;
  uint32_t aggregate_count; /* whole-set functions in nodes */
  uint32_t local_depth;     /* most macro variables in scope at once */
  void *check;              /* the checker's own: definitions, hash index, unavailable names */
};

static inline const tx_expr_node *tx_node_child(const tx_module *module, const tx_expr_node *node, uint32_t i) {
  return &module->nodes[module->children[node->first + i]];
}

/* What a whole-set function came to. */
typedef struct tx_aggregate {
  int op;        /* TX_OP_TOTAL … */
  bool known;    /* false: no present value */
  uint64_t present;
  double value;  /* total, mean, stddev (population) */
  double *sorted;       /* percentile: distinct values ascending … */
  uint64_t *below;      /* … how many present values are below each */
  uint64_t *equal;      /* … and equal to it */
  size_t distinct;
  tx_exact_sum *sum, *squares; /* what value comes from: total, mean; stddev both */
  bool given;                  /* of an earlier run: the arrays above are not this one's */
} tx_aggregate;

struct tx_aggregates {
  triax_context *context;
  size_t count;
  tx_aggregate *items; /* by number */
};
void tx_aggregates_free(tx_aggregates *aggregates);
/* Sets value from the exact sums. */
void tx_aggregate_conclude(tx_aggregate *aggregate);
/* The percentile of a value against the set, as policy.md defines it; NaN when nothing is present. */
double tx_aggregate_percentile(const tx_aggregate *aggregate, double value);

#endif
