/* The public face of comparisons. */
#include <string.h>

#include "base/text.h"
#include "compare/compare.h"

void triax_comparison_options_init(triax_comparison_options *options) {
  if (options) *options = (triax_comparison_options)TRIAX_COMPARISON_OPTIONS_INIT;
}

const char *tx_cause_word(int cause) {
  static const char *const words[TX_CAUSES] = {"data",  "missing", "freshness", "rule",   "scale", "weights",
                                               "limits", "time",   "set",       "health", "segment", "csm",
                                               "team",  "others",  "new",       "gone"};
  return words[cause];
}

static triax_status compare(triax_comparison *comparison, triax_error *error) {
  triax_status status = tx_side_open(comparison, error);
  if (status == TRIAX_OK) status = tx_progress(comparison->context, "compare", 0, error);
  if (status == TRIAX_OK) status = tx_compare_accounts(comparison, error);
  if (status == TRIAX_OK) status = tx_compare_groups(comparison, error);
  if (status == TRIAX_OK) status = tx_compare_summarise(comparison, error);
  return status;
}

triax_status triax_comparison_new(triax_context *context, triax_plan *before, triax_plan *after,
                                  const triax_comparison_options *options, triax_comparison **comparison,
                                  triax_error *error) {
  triax_comparison_options given;
  if (!context || !after || !comparison) {
    return tx_fail(error, TRIAX_EINVAL, "a comparison needs a context, a plan to arrive at and a place to go");
  }
  triax_status status = tx_options_copy(options, sizeof(triax_comparison_options), sizeof given, &given,
                                        "triax_comparison_options", error);
  if (status != TRIAX_OK) return status;
  triax_comparison *made = tx_calloc(context, 1, sizeof *made);
  if (!made) return tx_no_memory(error);
  made->context = triax_context_ref(context);
  tx_count_init(&made->count);
  made->plans[0] = triax_plan_ref(before);
  made->plans[1] = triax_plan_ref(after);
  made->causes = !given.without_causes;
  status = compare(made, error);
  if (status == TRIAX_OK) {
    tx_log(context, TRIAX_LEVEL_NOTE, "comparison: made, accounts on both sides %zu, new %zu, gone %zu; that differ %lld",
           made->both, made->fresh, made->gone, (long long)made->accounts_differ);
    *comparison = made;
  } else {
    triax_comparison_unref(made);
  }
  return status;
}

triax_comparison *triax_comparison_ref(triax_comparison *comparison) {
  if (comparison) tx_count_ref(&comparison->count);
  return comparison;
}

void triax_comparison_unref(triax_comparison *comparison) {
  if (!comparison || !tx_count_unref(&comparison->count)) return;
  triax_context *context = comparison->context;
  for (size_t t = 0; t < TX_COMPARISON_TABLES; t++) triax_table_unref(comparison->tables[t]);
  triax_document_free(comparison->summary);
  tx_free_array(context, comparison->pairs, comparison->sides[0].rows + comparison->sides[1].rows,
                sizeof *comparison->pairs);
  triax_plan_unref(comparison->plans[0]);
  triax_plan_unref(comparison->plans[1]);
  tx_free(context, comparison, sizeof *comparison);
  triax_context_unref(context);
}

triax_table *triax_comparison_table(const triax_comparison *comparison, int32_t which) {
  return comparison && which >= 1 && which < TX_COMPARISON_TABLES ? comparison->tables[which] : NULL;
}

const char *triax_comparison_table_name(int32_t which) {
  static const char *const names[TX_COMPARISON_TABLES] = {NULL,   "accounts", "causes", "metrics",  "segments", "bands",
                                                          "csms", "pools",    "flows",  "forecast", "headcount"};
  return which >= 1 && which < TX_COMPARISON_TABLES ? names[which] : NULL;
}

const triax_document *triax_comparison_summary(const triax_comparison *comparison) {
  return comparison ? comparison->summary : NULL;
}
