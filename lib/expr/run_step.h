/* The steps that code is made of: one strip of rows each. What in[] and out[] hold stands beside each. */
#ifndef TX_EXPR_RUN_STEP_H
#define TX_EXPR_RUN_STEP_H

#include "expr/program_private.h"

/* Planes (run_step_plane.c). Lists are slots of planes. */
void tx_step_and(const tx_step *step, tx_frame *frame);       /* list of truths; out 0 */
void tx_step_or(const tx_step *step, tx_frame *frame);        /* list of truths; out 0 */
void tx_step_and_known(const tx_step *step, tx_frame *frame); /* list of truth, known pairs (known 0: all); out 0, 1 */
void tx_step_or_known(const tx_step *step, tx_frame *frame);
void tx_step_not(const tx_step *step, tx_frame *frame);        /* in truth, known (0: all); out 0 */
void tx_step_and_not(const tx_step *step, tx_frame *frame);    /* in a, b; out 0 = a & ~b */
void tx_step_plane_and(const tx_step *step, tx_frame *frame);  /* in a, b; out 0 */
void tx_step_plane_or(const tx_step *step, tx_frame *frame);   /* in a, b; out 0 */
void tx_step_plane_copy(const tx_step *step, tx_frame *frame); /* in a; out 0 */
void tx_step_plane_same(const tx_step *step, tx_frame *frame); /* in a, b, mask; out 0 = ~(a ^ b) & mask */
/* in truth, known (0: all), a, b; out 0 = truth ? a : known ? b : 0 */
void tx_step_plane_choose(const tx_step *step, tx_frame *frame);

/* Tests (run_step_test.c): in x, y, mask; choice TX_TEST_…; constants in number or integer; out 0. */
void tx_step_test_number(const tx_step *step, tx_frame *frame);
void tx_step_test_numbers(const tx_step *step, tx_frame *frame);
void tx_step_test_integer(const tx_step *step, tx_frame *frame);
void tx_step_test_integers(const tx_step *step, tx_frame *frame);
void tx_step_test_date(const tx_step *step, tx_frame *frame);
void tx_step_codes_equal(const tx_step *step, tx_frame *frame);
void tx_step_look_up8(const tx_step *step, tx_frame *frame); /* table: bits by code */
void tx_step_look_up16(const tx_step *step, tx_frame *frame);
void tx_step_look_up32(const tx_step *step, tx_frame *frame);
/* in codes, list codes, mask; choice: bits a code of each, the lists' times 256; table: a tx_members */
void tx_step_member(const tx_step *step, tx_frame *frame);
/* in x, -, mask; table: table_size values ascending; out 0 = x is among them */
void tx_step_in_numbers(const tx_step *step, tx_frame *frame);
void tx_step_in_integers(const tx_step *step, tx_frame *frame);

/* Values (run_step_value.c). */
void tx_step_dual(const tx_step *step, tx_frame *frame);       /* in x, y; choice; out 0 */
void tx_step_dual_right(const tx_step *step, tx_frame *frame); /* in x; number */
void tx_step_dual_left(const tx_step *step, tx_frame *frame);  /* in y; number */
void tx_step_sole(const tx_step *step, tx_frame *frame);
void tx_step_choose64(const tx_step *step, tx_frame *frame); /* in condition, x, y; out 0 */
void tx_step_choose32(const tx_step *step, tx_frame *frame);
void tx_step_widen_dates(const tx_step *step, tx_frame *frame);       /* in int32; out int64 */
void tx_step_integer_to_number(const tx_step *step, tx_frame *frame); /* in int64; out double */
void tx_step_truth_to_number(const tx_step *step, tx_frame *frame);   /* in plane; out double 0 or 1 */
void tx_step_table64(const tx_step *step, tx_frame *frame);           /* in codes; choice = bits a code; table; out 0 */
void tx_step_table32(const tx_step *step, tx_frame *frame); /* as above, out uint32; table NULL: the codes themselves */
void tx_step_copy64(const tx_step *step, tx_frame *frame);
/* in numbers, known (0: all); out 0 numbers with one and the same NaN where not known, out 1 known and not NaN */
void tx_step_finish_numbers(const tx_step *step, tx_frame *frame);
/* in int64 x, y, known (0: all); choice TX_OP_ADD …; out values, known, fault */
void tx_step_integer_dual(const tx_step *step, tx_frame *frame);

void tx_step_number_to_integer(const tx_step *step, tx_frame *frame); /* in doubles, known; out int64, known, fault */

/* Times (run_step_time.c): in int64 days or microseconds; table = the node. */
void tx_step_date_part(const tx_step *step, tx_frame *frame); /* out int64 */
void tx_step_time_part(const tx_step *step, tx_frame *frame);
/* in int64 microseconds x, y, known (0: all); choice TX_OP_ADD or TX_OP_SUBTRACT, with TX_GIVES_DURATION; out int64,
 * known, fault */
#define TX_GIVES_DURATION 0x10000
void tx_step_time_dual(const tx_step *step, tx_frame *frame);
void tx_step_days_of_dates(const tx_step *step, tx_frame *frame); /* out double */
void tx_step_days_of_times(const tx_step *step, tx_frame *frame);

/* Row by row (run_rows.c): choice = node; out values or truth, known, fault. */
void tx_step_rows(const tx_step *step, tx_frame *frame);

#endif
