/* The inside of programs, shared by program_*.c and run*.c.
 *
 * A program is compiled in full only when it meets its columns (tx_data_new): then it is known which operands can be
 * missing, how wide codes are and what dictionaries hold. What comes out is a tx_code: steps over slots. */
#ifndef TX_EXPR_PROGRAM_PRIVATE_H
#define TX_EXPR_PROGRAM_PRIVATE_H

#include "expr/claims.h"
#include "expr/node.h"
#include "expr/program.h"

/* Rows per strip: all steps are run for one strip before the next, so that registers stay in the nearest cache. */
#define TX_STRIP 512
#define TX_STRIP_WORDS (TX_STRIP / 64)

/* --- slots and steps --------------------------------------------------------------------------------------------- */

/* What a slot's pointer is. Slot 0 is none: its pointer is NULL (no mask, nothing missing). */
enum { TX_SLOT_NONE, TX_SLOT_REGISTER, TX_SLOT_OUTPUT, TX_SLOT_COLUMN, TX_SLOT_CONSTANT };

typedef struct tx_slot {
  uint8_t kind;
  uint8_t bits;        /* per row: 1, 8, 16, 32, 64 */
  bool needed;         /* by a later step or as a result */
  uint32_t last_use;   /* step */
  size_t offset;       /* REGISTER, OUTPUT, CONSTANT: into the run's scratch */
  size_t tail;         /* COLUMN: offset of the copy that stands in for the last rows, which do not fill a word */
  const void *base;    /* COLUMN: row 0 */
  uint64_t pattern;    /* CONSTANT: every element (planes: every word) */
} tx_slot;

typedef struct tx_frame tx_frame;
typedef struct tx_step tx_step;
typedef void (*tx_step_fn)(const tx_step *step, tx_frame *frame);

#define TX_STEP_INPUTS 6
struct tx_step {
  tx_step_fn run;
  uint32_t out[3];               /* values or truth, known, fault; 0 where not wanted */
  uint32_t in[TX_STEP_INPUTS];   /* by step kind; 0 where absent */
  uint32_t choice;               /* which kernel of a family, or a node */
  uint32_t list_count;
  const uint32_t *list;          /* further input slots */
  union {
    double number;
    int64_t integer;
    const void *table;
  };
  size_t table_size;
};

/* Which codes of a dictionary are in which list: a bitmap of `stride` words for each list. */
typedef struct tx_members {
  size_t stride;
  uint32_t codes, lists;
  uint64_t bits[];
} tx_members;

struct tx_frame {
  void **at; /* by slot */
  const tx_kernels *kernels;
  size_t words; /* of 64 rows, in this strip */
  size_t first; /* row of the data that the strip begins with */
  size_t rows;  /* of the strip */
  tx_run *run;
};

/* Steps for some roots. */
typedef struct tx_root {
  tx_type type;
  uint32_t values, truth, known, fault; /* slots; known 0: never missing */
  uint32_t column;                      /* 1 + variable when the root is a bare column, 0 else */
  bool unmade;                          /* has no vector form: see tx_data.made */
  tx_dictionary *dictionary;            /* string: owned by the code */
} tx_root;

typedef struct tx_code {
  tx_arena arena; /* tables, lists */
  tx_step *steps;
  size_t step_count, step_capacity;
  tx_slot *slots;
  size_t slot_count, slot_capacity;
  tx_root *roots; /* in the arena */
  size_t root_count;
  tx_dictionary **dictionaries; /* references held */
  size_t dictionary_count, dictionary_capacity;
  size_t scratch_size;
  uint32_t *moving; /* slots whose pointers move from strip to strip, columns first; in the arena */
  size_t moving_count, moving_columns;
  size_t lines_a_step; /* cache lines of the next strip's columns to ask for after each step */
  bool slow; /* has steps that evaluate row by row */
} tx_code;

/* --- program and data -------------------------------------------------------------------------------------------- */

/* What the compiler knows of a node before it sees data. */
typedef struct tx_node_facts {
  uint32_t uses;         /* by reachable nodes and roots */
  uint32_t variable;     /* the one that it reads, when `variables` is 1 */
  uint8_t variables;     /* how many it reads: 0, 1, 2 = several (not counting those inside whole-set functions) */
  bool reachable, percentiles; /* contains a percentile */
  uint64_t locals;       /* slots of the macro variables that are free in it */
  double steps;          /* of the node and all below it */
} tx_node_facts;

struct tx_program {
  triax_context *context;
  const tx_module *module;
  const tx_kernels *kernels;
  uint32_t *roots;
  size_t root_count;
  tx_node_facts *facts; /* by node */
  double cost;
};

struct tx_data {
  const tx_program *program;
  triax_context *context;
  const tx_column **columns; /* by variable; borrowed */
  size_t rows;
  int32_t as_of;
  bool has_as_of;
  const tx_aggregates *aggregates; /* own or borrowed */
  tx_aggregates *own_aggregates;
  tx_value *blank;         /* by variable: all missing */
  tx_column **percentiles; /* by aggregate: the function's values for all rows, or NULL */
  tx_column **made;        /* by root: strings that were made row by row, or NULL */
  uint64_t **made_faults;  /* by root: where that failed */
  tx_code code;
};

struct tx_run {
  triax_context *context;
  const tx_data *data;
  const tx_code *code;
  unsigned char *scratch, *scratch_block;
  size_t scratch_size;
  void **at;
  unsigned char **start; /* of the moving slots in this batch */
  uint64_t ones[TX_BATCH_WORDS];
  tx_value *variables; /* for row-by-row steps */
  tx_arena arena;
  size_t first, count; /* of the last batch */
  triax_status status; /* of row-by-row steps in this batch */
};

/* One scalar evaluation over the data's aggregates and date; variables NULL: a node that reads none. */
triax_status tx_data_scalar(const tx_data *data, uint32_t node, const tx_value *variables, tx_arena *scratch,
                            tx_value *value);
/* Whether a node's value does not depend on the row, or only through one variable's value. */
static inline bool tx_facts_constant(const tx_node_facts *facts) {
  return facts->variables == 0 && !facts->percentiles && !facts->locals;
}
static inline bool tx_facts_sole(const tx_node_facts *facts) {
  return facts->variables == 1 && !facts->percentiles && !facts->locals;
}

/* Compiles nodes into steps; the code must be zero-initialised and is freed by tx_code_free, also on failure. */
triax_status tx_code_make(tx_code *code, const tx_data *data, const uint32_t *nodes, size_t count);
void tx_code_free(tx_code *code, triax_context *context);

triax_status tx_run_make(const tx_data *data, const tx_code *code, tx_run **run, triax_error *error);
/* One root of any code over all rows. */
triax_status tx_code_column(const tx_data *data, const tx_code *code, size_t root, tx_column **column,
                            uint64_t *faults, triax_error *error);

/* Row by row, for what has no vector form: a string or list node as a column. fault_plane (may be NULL): zeroed, a bit
 * a row. faults may be NULL. */
triax_status tx_data_make_column(const tx_data *data, uint32_t node, tx_column **column, uint64_t *fault_plane,
                                 uint64_t *faults, triax_error *error);

/* Whole-set functions over a double column (set.c). */
triax_status tx_aggregate_make(triax_context *context, int op, const tx_column *column, tx_aggregate *aggregate,
                               tx_column **percentiles, triax_error *error);
/* The functions' values of a column by an earlier run's result. */
triax_status tx_aggregate_apply(triax_context *context, const tx_aggregate *aggregate, const tx_column *column,
                                tx_column **percentiles, triax_error *error);

/* --- operands: what nodes become while compiling ------------------------------------------------------------------ */

enum { TX_FORM_NONE, /* no vector form */
       TX_FORM_CONSTANT, TX_FORM_TRUTH, TX_FORM_NUMBERS, TX_FORM_INTEGERS, TX_FORM_DATES, TX_FORM_CODES };

typedef struct tx_operand {
  uint8_t form;
  bool nan_missing; /* NUMBERS: NaN wherever not known */
  uint32_t values;  /* slot; TRUTH: the plane of what is definitely true, a subset of known */
  uint32_t known;   /* slot of a plane, 0: always present */
  uint32_t fault;   /* slot of a plane disjoint from known, 0: never */
  const tx_value *constant;
  const tx_dictionary *dictionary; /* CODES; bits of the slot say how wide */
} tx_operand;

enum { TX_UNWANTED, TX_WANTED, TX_ABSORBED };

typedef struct tx_emitter {
  const tx_program *program;
  const tx_data *data;
  const tx_module *module;
  tx_code *code;
  triax_context *context;
  tx_operand *operands; /* by node */
  bool *done;           /* by node */
  uint8_t *wanted;      /* by node: TX_WANTED …  */
  uint32_t ones, zeros; /* constant planes, 0 before needed */
  triax_status status;
  tx_step spare; /* stands in for a step that memory was too short for */
} tx_emitter;

/* Drops unused steps and gives every slot its place. */
triax_status tx_code_place(tx_emitter *emitter);

tx_operand tx_emit(tx_emitter *emitter, uint32_t node);
/* A node that needs none of its children's operands: a constant, a leaf, or a function of one dictionary. */
bool tx_stands_alone(const tx_emitter *emitter, uint32_t node);
/* Whether a first operand is taken up into its parent's step. */
bool tx_absorbed(const tx_emitter *emitter, uint32_t parent, uint32_t child);
/* For each family: form NONE when the node has no vector form after all. */
tx_operand tx_emit_logic(tx_emitter *emitter, uint32_t node);
tx_operand tx_emit_choice(tx_emitter *emitter, uint32_t node);
tx_operand tx_emit_comparison(tx_emitter *emitter, uint32_t node);
tx_operand tx_emit_in(tx_emitter *emitter, uint32_t node);
tx_operand tx_emit_arithmetic(tx_emitter *emitter, uint32_t node);
tx_operand tx_emit_math(tx_emitter *emitter, uint32_t node);
tx_operand tx_emit_convert(tx_emitter *emitter, uint32_t node);
tx_operand tx_emit_time(tx_emitter *emitter, uint32_t node);
tx_operand tx_emit_dictionary(tx_emitter *emitter, uint32_t node);
/* result: the values are a result, so that times may be cut to microseconds; inside of expressions they may not. */
tx_operand tx_emit_rows(tx_emitter *emitter, uint32_t node, bool result);

/* Building blocks. All return slot 0 and set the status when memory is short. */
uint32_t tx_new_register(tx_emitter *emitter, uint8_t bits);
uint32_t tx_new_constant(tx_emitter *emitter, uint8_t bits, uint64_t pattern);
uint32_t tx_new_column(tx_emitter *emitter, uint8_t bits, const void *base);
uint32_t tx_ones(tx_emitter *emitter);
uint32_t tx_zeros(tx_emitter *emitter);
tx_step *tx_new_step(tx_emitter *emitter, tx_step_fn run);
void *tx_emit_memory(tx_emitter *emitter, size_t count, size_t size);
/* A step from two planes to a new one. */
uint32_t tx_plane_step(tx_emitter *emitter, tx_step_fn run, uint32_t a, uint32_t b);
/* A plane that is the and of two, where 0 stands for all ones. */
uint32_t tx_both_known(tx_emitter *emitter, uint32_t a, uint32_t b);
/* A plane that is the or of two, where 0 stands for all zeros. */
uint32_t tx_either_fault(tx_emitter *emitter, uint32_t a, uint32_t b);
/* The operand of a constant that is present. */
tx_operand tx_constant_operand(const tx_value *value);
/* The operand with its values in a slot, for steps that have no variant for constants. */
tx_operand tx_in_slot(tx_emitter *emitter, tx_operand operand, tx_type type);
/* Two strings over codes that can be compared, or over one dictionary; false when one of them has no codes. */
bool tx_to_common_codes(tx_emitter *emitter, tx_operand *a, tx_operand *b);
bool tx_to_one_dictionary(tx_emitter *emitter, tx_operand *a, tx_operand *b);
/* Whether strings are among lists of a column, by row; form NONE when there are too many of either. */
tx_operand tx_emit_member(tx_emitter *emitter, const tx_operand *element, const tx_column *lists);
/* int64 in the order of the texts of both, in the place of codes; false when one of them has no codes. */
bool tx_to_ranks(tx_emitter *emitter, tx_operand *a, tx_operand *b);
/* NUMBERS by a step from int64 or from a plane. */
tx_operand tx_to_numbers(tx_emitter *emitter, tx_operand operand, tx_step_fn run);
/* INTEGERS from DATES; others unchanged. */
tx_operand tx_widen_dates(tx_emitter *emitter, tx_operand operand);
/* The integer, date, time or duration as the engine holds it: microseconds; false when that is not exact. */
bool tx_value_integer(const tx_value *value, int64_t *integer);

#endif
