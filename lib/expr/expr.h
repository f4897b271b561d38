/* Expressions: text -> syntax -> checked module -> values.
 *
 *   tx_syntax    one parsed source, untyped                                (syntax.c, lex.c, parse.c)
 *   tx_module    all checked expressions of one policy over one set of variables: a pool of typed nodes, each
 *                distinct subexpression once                                (check.c, module.c)
 *   tx_scalar    values one at a time: complete, needs no compilation       (scalar_*.c)
 *   tx_program   roots of a module compiled for columns, run in batches     (program.h)
 *
 * A value is present, missing, or missing through a fault (division by zero, overflow, failed conversion).
 * && || ?: absorb missing operands exactly as CEL's absorb errors. */
#ifndef TX_EXPR_EXPR_H
#define TX_EXPR_EXPR_H

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "table/column.h"

/* Limits (policy.md section 3). */
#define TX_EXPR_SOURCE 16384
#define TX_EXPR_NODES 4096
#define TX_EXPR_DEPTH 64
#define TX_EXPR_LIST 1024

/* --- types and values ------------------------------------------------------------------------------------------ */

enum {
  TX_BOOL = 1,
  TX_INT,
  TX_UINT,
  TX_DOUBLE,
  TX_STRING,
  TX_TIMESTAMP,
  TX_DURATION,
  TX_DATE,
  TX_NULL, /* only beside == and != */
  TX_FREE  /* element of an empty list */
};

/* A scalar (lists 0), a list of it (1), a list of lists (2) … */
typedef struct tx_type {
  uint8_t kind;
  uint8_t lists;
} tx_type;

static inline bool tx_type_is(tx_type type, int kind) { return type.kind == kind && type.lists == 0; }
/* "double", "list of string", … into the buffer; returns it. */
const char *tx_type_name(tx_type type, char buffer[64]);
/* The expression type of a column: number, money -> double; integer -> int; strings -> list of string … */
tx_type tx_type_of_column(int32_t column_type);

enum { TX_PRESENT = 0, TX_MISSING = 1, TX_FAULT = 2 };

typedef struct tx_value {
  uint8_t state; /* TX_PRESENT, TX_MISSING, TX_FAULT */
  tx_type type;
  union {
    bool boolean;
    int64_t integer;       /* int; date: days */
    uint64_t natural;      /* uint */
    double number;
    triax_text text;
    struct {
      int64_t seconds; /* timestamp since 1970, or duration */
      int32_t nanos;   /* 0..999999999 for timestamps; same sign as seconds for durations */
    } time;
    struct {
      const struct tx_value *items;
      size_t count;
    } list;
  };
} tx_value;

/* As CEL prints it: 1, 2.0, "text", true, [1, 2], timestamp("…"), duration("…"), date("…"), 3u; missing, fault.
 * Returns the needed length. */
size_t tx_value_print(const tx_value *value, char *buffer, size_t size);

/* --- faults in the source -------------------------------------------------------------------------------------- */

/* One fault in an expression: what is wrong, where, and what would help. */
typedef struct tx_expr_fault {
  uint32_t offset, length; /* bytes in the source */
  int32_t level;           /* TRIAX_LEVEL_ERROR or _WARNING */
  triax_status status;     /* TRIAX_EPOLICY, TRIAX_ELIMIT */
  char message[384];
  char hint[192]; /* or "" */
} tx_expr_fault;

#define TX_EXPR_FAULTS 20
typedef struct tx_expr_faults {
  size_t count; /* of all found; the first TX_EXPR_FAULTS are kept */
  tx_expr_fault fault[TX_EXPR_FAULTS];
} tx_expr_faults;

/* --- syntax ---------------------------------------------------------------------------------------------------- */

typedef struct tx_syntax tx_syntax; /* lives in the arena it was parsed into */

/* Parses. The source is copied into the arena. On TRIAX_EPOLICY or TRIAX_ELIMIT the faults say why (errors recovered
 * at commas and brackets where it is cheap, so that several are found). */
triax_status tx_syntax_parse(tx_arena *arena, triax_text source, tx_syntax **syntax, tx_expr_faults *faults);

/* A free name of the source: a variable, or a dotted pair such as customer.arr; macro variables are not free. */
typedef struct tx_free_name {
  triax_text name; /* "arr", "customer.arr" (longest dotted form that is not a call) */
  uint32_t offset, length;
} tx_free_name;
/* All free names in order of appearance (repeats included); as_of is none. */
size_t tx_syntax_free_names(const tx_syntax *syntax, const tx_free_name **names);

/* --- module: checked expressions ------------------------------------------------------------------------------- */

typedef struct tx_module tx_module;
#define TX_NO_INDEX UINT32_MAX

triax_status tx_module_new(triax_context *context, tx_module **module, triax_error *error);
void tx_module_free(tx_module *module);

/* Declares a variable. column (may be NULL, referenced) lets names of values be suggested; `declared` false makes
 * the name known only for better messages ("not available here: …reason"). Returns its index by *variable. */
triax_status tx_module_variable(tx_module *module, triax_text name, tx_type type, const tx_column *column,
                                uint32_t *variable);
/* A name that exists elsewhere but not here, with the sentence that explains it. */
triax_status tx_module_unavailable(tx_module *module, triax_text name, const char *why);
/* A definition (policy.md `define:`): checked when first used; same node wherever used. The syntax must live until
 * the last check. A definition at fault is reported where it is used, with its first message; check it by itself to
 * have all of them with their places. Variables come before definitions of the same name. */
triax_status tx_module_define(tx_module *module, triax_text name, const tx_syntax *syntax);

/* What a place wants of an expression. */
typedef enum tx_expect {
  TX_EXPECT_ANY,
  TX_EXPECT_TRUTH,  /* bool */
  TX_EXPECT_NUMBER, /* double; int and uint are converted, a bool becomes 1 or 0 */
  TX_EXPECT_DATE,   /* date or timestamp */
  TX_EXPECT_CATEGORY, /* string, bool, int */
  TX_EXPECT_NUMBER_OR_CATEGORY,
  TX_EXPECT_TEXT /* what can be written into a text: all but durations, uint, null and lists of other than strings */
} tx_expect;

/* Checks a parsed expression; *root is its node. Faults are filled on TRIAX_EPOLICY and TRIAX_ELIMIT, and with warnings
 * on TRIAX_OK. Numbers stay as they come out (infinite, NaN): what stores them takes what is not finite for missing. */
triax_status tx_module_check(tx_module *module, const tx_syntax *syntax, tx_expect expect, uint32_t *root,
                             tx_expr_faults *faults);
/* What can be told of an expression whose columns are not known: functions that there are not. */
triax_status tx_module_check_calls(tx_module *module, const tx_syntax *syntax, tx_expr_faults *faults);
tx_type tx_module_type(const tx_module *module, uint32_t node);
/* The variables that a node reads, ascending; returns how many (into `variables`, room for `size`). SIZE_MAX when
 * memory is short, which can only be in modules of some 16,000 nodes and more. */
size_t tx_module_reads(const tx_module *module, uint32_t node, uint32_t *variables, size_t size);
/* Sets the bits of a node and of all below it; marks: tx_words(root + 1) words, zeroed. */
void tx_module_mark(const tx_module *module, uint32_t root, uint64_t *marks);
size_t tx_module_variables(const tx_module *module);
triax_text tx_module_variable_name(const tx_module *module, uint32_t variable);

/* --- values one at a time -------------------------------------------------------------------------------------- */

/* What whole-set functions came to, so that single rows can be judged against the set: made by a run (program.h). */
typedef struct tx_aggregates tx_aggregates;

typedef struct tx_scalar {
  const tx_module *module;
  const tx_value *variables;       /* one per variable of the module */
  const tx_aggregates *aggregates; /* NULL: whole-set functions are missing */
  int32_t as_of;                   /* days since 1970; the plan's date */
  bool has_as_of;
  tx_arena *scratch;               /* for strings and lists made on the way; not touched by numbers and truths */
} tx_scalar;

/* Evaluates a node. Never fails but by memory (TRIAX_ENOMEM) or cost (TRIAX_ELIMIT); faults are in the value. */
triax_status tx_scalar_eval(const tx_scalar *scalar, uint32_t node, tx_value *value);
/* A node's value as the result of an expression: a number that came out as infinite or NaN (a division by zero, an
 * overflow) is a fault. A column's own values stay as they are. */
void tx_value_settle(const tx_module *module, uint32_t node, tx_value *value);
/* A column's value at a row, as an expression's value (lists need the arena). */
triax_status tx_value_of_column(const tx_column *column, size_t row, tx_arena *scratch, tx_value *value);

#endif
