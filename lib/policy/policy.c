/* A policy: read from a document once, immutable ever after. */
#include "policy/policy.h"

#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "policy/reader.h"

static const char *const top_keys[] = {"triax", "name", "stage", "currency", "customers", "team", "define", "health",
                                       "scores", "segmentation", "allocation", "attention", "plays", "forecast",
                                       "transition", "allow", NULL};

static void read_version(tx_reader *reader, uint32_t node) {
  int64_t version;
  if (node == TX_NO_NODE) {
    tx_read_fault(reader, 0, "begin with triax: 1", "the policy does not say which version of the language it is in");
  } else if (!tx_parse_int64(tx_read_text(reader, node), &version) || version != TRIAX_POLICY_LANGUAGE) {
    tx_read_fault(reader, node, NULL, "this library reads version %d of the policy language", TRIAX_POLICY_LANGUAGE);
  }
}

/* The codes of advice that `allow` may name. */
static const char *const advice_codes[] = {"T101", "T102", "T103", "T104", "T105", "T106", "T107",
                                       "T108", "T109", "T110", "T111", "T112", "T113", "T114", NULL};

/* A code that there is not silences nothing, and whoever wrote it believes that it does. */
static void read_allow(tx_reader *reader, uint32_t node) {
  triax_policy *policy = reader->policy;
  if (node == TX_NO_NODE) return;
  policy->allow = tx_read_texts(reader, node, &policy->allow_count);
  if (reader->document->nodes[node].kind != TRIAX_KIND_LIST) {
    tx_read_word(reader, node, advice_codes);
    return;
  }
  for (uint32_t item = tx_read_first(reader, node); item != TX_NO_NODE; item = tx_read_next(reader, item)) {
    tx_read_word(reader, item, advice_codes);
  }
}

static void read_head(tx_reader *reader) {
  static const char *const stages[] = {"startup", "growth", "scaling", "mature", NULL};
  triax_policy *policy = reader->policy;
  uint32_t name = tx_read_child(reader, 0, "name"), stage = tx_read_child(reader, 0, "stage");
  read_version(reader, tx_read_child(reader, 0, "triax"));
  if (name != TX_NO_NODE) policy->name = tx_read_text(reader, name);
  if (stage != TX_NO_NODE) policy->stage = tx_read_word(reader, stage, stages) + 1;
  read_allow(reader, tx_read_child(reader, 0, "allow"));
}

/* Columns that keys of the policy name have the type that the key wants, whatever their values look like: an owner "17"
 * is no number. Columns that are declared keep what is declared. */
static void imply_type(tx_reader *reader, triax_text name, int32_t type, uint32_t node, const char *path) {
  tx_schema *schema = &reader->policy->customers;
  if (!name.bytes || !name.length) return;
  for (size_t i = 0; i < schema->declaration_count; i++) {
    if (tx_text_equal(schema->declarations[i].name, name)) return;
  }
  tx_declaration *more = tx_read_alloc(reader, schema->declaration_count + 1, sizeof *more);
  if (!more) return;
  if (schema->declaration_count) memcpy(more, schema->declarations, schema->declaration_count * sizeof *more);
  const tx_node *where = &reader->document->nodes[node];
  more[schema->declaration_count] =
      (tx_declaration){.name = name, .type = type, .at = {where->line, where->column}, .path = path};
  schema->declarations = more;
  schema->declaration_count++;
}

static void imply_string(tx_reader *reader, triax_text name, const char *section, const char *key, const char *path) {
  uint32_t node = tx_read_child(reader, tx_read_child(reader, 0, section), key);
  imply_type(reader, name, TRIAX_TYPE_STRING, node, path);
}

static void imply_overlay_owners(tx_reader *reader) {
  uint32_t list = tx_read_child(reader, tx_read_child(reader, 0, "allocation"), "overlays");
  if (list == TX_NO_NODE) return;
  size_t at = 0;
  for (uint32_t item = tx_read_first(reader, list); item != TX_NO_NODE && at < reader->policy->allocation.overlay_count;
       item = tx_read_next(reader, item), at++) {
    imply_type(reader, reader->policy->allocation.overlays[at].owner, TRIAX_TYPE_STRING,
               tx_read_child(reader, item, "owner"), "allocation.overlays.owner");
  }
}

static void imply_types(tx_reader *reader) {
  const triax_policy *policy = reader->policy;
  uint32_t transition = tx_read_child(reader, 0, "transition"), known = tx_read_child(reader, transition, "known");
  uint32_t handovers = tx_read_child(reader, tx_read_child(reader, transition, "max_handovers"), "column");
  uint32_t column = tx_read_child(reader, known, "column");
  const char *path = column == TX_NO_NODE ? "transition.known" : "transition.known.column";
  imply_string(reader, policy->segmentation.previous, "segmentation", "previous", "segmentation.previous");
  imply_string(reader, policy->segmentation.override_, "segmentation", "override", "segmentation.override");
  imply_string(reader, policy->allocation.owner, "allocation", "owner", "allocation.owner");
  imply_overlay_owners(reader);
  if (!policy->transition.given) return;
  imply_type(reader, policy->transition.known, TRIAX_TYPE_STRINGS, column == TX_NO_NODE ? known : column, path);
  imply_type(reader, policy->transition.handovers, TRIAX_TYPE_NUMBER, handovers, "transition.max_handovers.column");
  imply_type(reader, policy->transition.renewal, TRIAX_TYPE_DATE, tx_read_child(reader, transition, "renewal"),
             "transition.renewal");
}

static void read_all(tx_reader *reader) {
  triax_policy *policy = reader->policy;
  if (!tx_read_map(reader, 0, top_keys)) return;
  read_head(reader);
  tx_read_currency(reader, tx_read_child(reader, 0, "currency"));
  tx_read_schema(reader, tx_read_child(reader, 0, "customers"), &policy->customers, "customers");
  policy->team.base_currency = policy->customers.base_currency;
  policy->team.rates = policy->customers.rates;
  policy->team.rate_count = policy->customers.rate_count;
  tx_read_schema(reader, tx_read_child(reader, 0, "team"), &policy->team, "team");
  tx_read_defines(reader, tx_read_child(reader, 0, "define"));
  tx_read_define_rings(reader);
  uint32_t health = tx_read_child(reader, 0, "health");
  policy->has_health = health != TX_NO_NODE;
  if (policy->has_health) tx_read_score(reader, health, TX_TEXT("health"), &policy->health);
  tx_read_scores(reader, tx_read_child(reader, 0, "scores"));
  tx_read_segmentation(reader, tx_read_child(reader, 0, "segmentation"));
  tx_read_allocation(reader, tx_read_child(reader, 0, "allocation"));
  tx_read_attention(reader, tx_read_child(reader, 0, "attention"));
  tx_read_plays(reader, tx_read_child(reader, 0, "plays"));
  tx_read_forecast(reader, tx_read_child(reader, 0, "forecast"));
  tx_read_transition(reader, tx_read_child(reader, 0, "transition"));
  imply_types(reader);
}

static void destroy(triax_policy *policy) {
  triax_context *context = policy->context;
  triax_document_free(policy->document);
  tx_arena_free(&policy->arena);
  tx_free(context, policy, sizeof *policy);
  triax_context_unref(context);
}

triax_status tx_policy_make(triax_context *context, const triax_document *document, tx_policy_part part,
                            triax_policy **policy, triax_messages *messages, triax_error *error) {
  if (!context || !document || !policy) {
    return tx_fail(error, TRIAX_EINVAL, "a policy needs a context, a document and a place to go");
  }
  triax_policy *made = tx_calloc(context, 1, sizeof *made);
  tx_expr_faults *faults = tx_alloc(context, sizeof *faults);
  triax_status status = made && faults ? TRIAX_OK : tx_no_memory(error);
  if (made) {
    made->context = triax_context_ref(context);
    tx_count_init(&made->count);
    tx_arena_init(&made->arena, context);
    if (status == TRIAX_OK) status = tx_document_copy(context, document, &made->document, error);
  }
  if (status == TRIAX_OK) {
    tx_report report;
    made->source = made->document->source;
    tx_report_init(&report, context, messages, error, &made->source);
    tx_reader reader = {made, made->document, &report, faults};
    if (part == TX_POLICY_WHOLE) {
      read_all(&reader);
    } else {
      made->has_health = true;
      tx_read_score(&reader, 0, TX_TEXT("health"), &made->health);
    }
    status = tx_report_finish(&report);
  }
  tx_free(context, faults, sizeof *faults);
  if (status == TRIAX_OK) *policy = made;
  else if (made) destroy(made);
  return status;
}

triax_status triax_policy_new(triax_context *context, const triax_document *document, triax_policy **policy,
                              triax_messages *messages, triax_error *error) {
  triax_status status = tx_policy_make(context, document, TX_POLICY_WHOLE, policy, messages, error);
  if (status == TRIAX_OK) {
    const triax_policy *made = *policy;
    tx_log(context, TRIAX_LEVEL_NOTE, "policy%s%.*s: segments %zu, metrics of health %zu, scores %zu, plays %zu",
           made->name.bytes ? " " : "", tx_name_width(made->name), made->name.bytes ? made->name.bytes : "",
           made->segmentation.model.count,
           made->has_health ? made->health.model.metric_count : 0, made->score_count, made->plays.count);
  }
  return status;
}

triax_policy *triax_policy_ref(triax_policy *policy) {
  if (policy) tx_count_ref(&policy->count);
  return policy;
}

void triax_policy_unref(triax_policy *policy) {
  if (policy && tx_count_unref(&policy->count)) destroy(policy);
}

triax_text triax_policy_name(const triax_policy *policy) { return policy ? policy->name : (triax_text){NULL, 0}; }

triax_text triax_policy_currency(const triax_policy *policy) {
  return policy ? policy->customers.base_currency : (triax_text){NULL, 0};
}
