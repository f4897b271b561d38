/* Checking a policy without data. */
#ifndef TX_ADVICE_CHECK_FORM_H
#define TX_ADVICE_CHECK_FORM_H

#include "policy/policy.h"

/* Tells of functions that there are not and, where all that an expression reads is declared, defined or made by the
 * policy, of types that do not fit. TRIAX_OK also when something was told; TRIAX_ENOMEM. */
triax_status tx_check_form(triax_context *context, const triax_policy *policy, tx_report *report);

#endif
