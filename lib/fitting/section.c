/* What was learnt, in the policy's own words: what stands under `health:` or under a score's name. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "document/write.h"
#include "fitting/fitting.h"

/* Text that grows in the fitting's arena; what does not fit any more is cut, and told by `failed`. */
typedef struct script {
  char bytes[TX_EXPR_SOURCE];
  size_t length;
  bool failed;
} script;

static void put(script *to, triax_text text) {
  if (to->length + text.length >= sizeof to->bytes) {
    to->failed = true;
    return;
  }
  memcpy(to->bytes + to->length, text.bytes, text.length);
  to->length += text.length;
}

static void put_c(script *to, const char *text) { put(to, triax_text_of(text)); }

static void put_number(script *to, double value) {
  char number[TX_NUMBER_SIZE];
  put(to, (triax_text){number, tx_format_double(value, number)});
}

/* A text as a literal of the expression language. */
static void put_quoted(script *to, triax_text text) {
  put_c(to, "\"");
  for (size_t i = 0; i < text.length; i++) {
    const char c = text.bytes[i];
    if (c == '"' || c == '\\') put_c(to, "\\");
    if (c == '\n') put_c(to, "\\n");
    else if (c == '\r') put_c(to, "\\r");
    else if (c == '\t') put_c(to, "\\t");
    else put(to, (triax_text){&text.bytes[i], 1});
  }
  put_c(to, "\"");
}

static triax_text level_text(const tx_fitting *fitting, size_t column, uint32_t level) {
  const tx_column *source = fitting->sources[column];
  if (source->type == TRIAX_TYPE_BOOLEAN) return triax_text_of(level ? "true" : "false");
  return tx_dictionary_text(source->dictionary, level);
}

/* --- sides of a table ---- */

/* "tenure under 6", "tenure 6 to 12", "tenure 12 and up"; "contract Monthly", "contract other". */
static void put_group_label(const tx_fitting *fitting, const tx_fit_axis *axis, size_t group, script *to) {
  put(to, fitting->of[axis->column]->name);
  put_c(to, " ");
  if (axis->levels) {
    if (group + 1 < axis->groups) put(to, level_text(fitting, axis->column, axis->levels[group]));
    else put_c(to, "other");
  } else if (group == 0) {
    put_c(to, "under ");
    put_number(to, axis->cuts[0]);
  } else {
    put_number(to, axis->cuts[group - 1]);
    if (group + 1 == axis->groups) put_c(to, " and up");
    else put_c(to, " to "), put_number(to, axis->cuts[group]);
  }
}

/* (tenure < 6 ? "tenure under 6" : …): the label of a row's group. */
static void put_axis(const tx_fitting *fitting, const tx_fit_axis *axis, script *to) {
  const triax_text name = fitting->of[axis->column]->name;
  const bool is_flag = fitting->sources[axis->column]->type == TRIAX_TYPE_BOOLEAN;
  script *label = tx_calloc(fitting->context, 1, sizeof *label);
  if (!label) {
    to->failed = true;
    return;
  }
  put_c(to, "(");
  for (size_t group = 0; group < axis->groups; group++) {
    label->length = 0;
    put_group_label(fitting, axis, group, label);
    if (group + 1 < axis->groups) {
      if (axis->levels && is_flag && !axis->levels[group]) put_c(to, "!");
      put(to, name);
      if (axis->levels && !is_flag) {
        put_c(to, " == ");
        put_quoted(to, level_text(fitting, axis->column, axis->levels[group]));
      } else if (!axis->levels) {
        put_c(to, " < ");
        put_number(to, axis->cuts[group]);
      }
      put_c(to, " ? ");
    }
    put_quoted(to, (triax_text){label->bytes, label->length});
    if (group + 1 < axis->groups) put_c(to, " : ");
  }
  put_c(to, ")");
  tx_free(fitting->context, label, sizeof *label);
}

/* --- metrics ---- */

static void put_pair_scale(const tx_fitting *fitting, const tx_fit_metric *metric, const tx_fit_pair *pair, script *work,
                           triax_document *d) {
  tx_put_map(d, "scale");
  for (size_t one = 0; one < pair->axes[0].groups; one++) {
    for (size_t other = 0; other < pair->axes[1].groups; other++) {
      work->length = 0;
      put_group_label(fitting, &pair->axes[0], one, work);
      put_c(work, ", ");
      put_group_label(fitting, &pair->axes[1], other, work);
      triax_document_number(d, (triax_text){work->bytes, work->length},
                            metric->points[one * pair->axes[1].groups + other]);
    }
  }
  tx_put_end(d);
}

static void put_pair(const tx_fitting *fitting, const tx_fit_metric *metric, script *work, triax_document *d) {
  const tx_fit_pair *pair = &fitting->model.pairs[metric->number];
  work->length = 0;
  put(work, fitting->of[pair->axes[0].column]->name);
  put_c(work, " with ");
  put(work, fitting->of[pair->axes[1].column]->name);
  triax_document_map(d, (triax_text){work->bytes, work->length});
  work->length = 0;
  put_axis(fitting, &pair->axes[0], work);
  put_c(work, " + \", \" + ");
  put_axis(fitting, &pair->axes[1], work);
  triax_document_text(d, TX_TEXT("value"), (triax_text){work->bytes, work->length});
  put_pair_scale(fitting, metric, pair, work, d);
}

static void put_shape(const tx_fitting *fitting, const tx_fit_metric *metric, triax_document *d) {
  const tx_fit_shape *shape = &fitting->model.shapes[metric->number];
  const triax_text name = fitting->of[shape->column]->name;
  triax_document_map(d, name);
  triax_document_text(d, TX_TEXT("value"), name);
  if (shape->knots) tx_put_list(d, "scale");
  else tx_put_map(d, "scale");
  for (size_t i = 0; i < shape->count; i++) {
    if (shape->knots) {
      tx_put_list(d, NULL);
      tx_put_number(d, NULL, shape->knots[i]);
      tx_put_number(d, NULL, metric->points[i]);
      tx_put_end(d);
    } else {
      triax_document_number(d, level_text(fitting, shape->column, shape->levels[i]), metric->points[i]);
    }
  }
  tx_put_end(d);
}

static void put_metrics(const tx_fitting *fitting, script *work, triax_document *d) {
  tx_put_map(d, "metrics");
  for (size_t m = 0; m < fitting->score.metric_count; m++) {
    const tx_fit_metric *metric = &fitting->score.metrics[m];
    if (metric->is_pair) put_pair(fitting, metric, work, d);
    else put_shape(fitting, metric, d);
    tx_put_number(d, "weight", metric->weight);
    tx_put_number(d, "missing", metric->missing);
    tx_put_end(d);
  }
  tx_put_end(d);
}

static void put_bands(const tx_fit_score *score, triax_document *d) {
  tx_put_map(d, "bands");
  tx_put_number(d, score->falls ? "red" : "low", 0);
  if (!isnan(score->middle)) tx_put_number(d, score->falls ? "yellow" : "medium", score->middle);
  if (!isnan(score->best)) tx_put_number(d, score->falls ? "green" : "high", score->best);
  tx_put_end(d);
}

triax_status tx_fitting_section(const tx_fitting *fitting, triax_document **section, triax_error *error) {
  const tx_fit_score *score = &fitting->score;
  triax_document *d = NULL;
  script *work = tx_calloc(fitting->context, 1, sizeof *work);
  triax_status status = work ? triax_document_new(fitting->context, &d, error) : tx_no_memory(error);
  if (status == TRIAX_OK) {
    put_metrics(fitting, work, d);
    put_bands(score, d);
    tx_put_list(d, "calibration");
    for (size_t k = 0; k < score->calibration_count; k++) {
      tx_put_list(d, NULL);
      tx_put_number(d, NULL, score->calibration[k]);
      tx_put_number(d, NULL, score->probability[k]);
      tx_put_end(d);
    }
    tx_put_end(d);
    status = triax_document_finish(d, error);
    if (status == TRIAX_OK && work->failed) {
      status = tx_fail(error, TRIAX_ELIMIT, "the texts of a table of two columns are too long for an expression; "
                                            "fit without interactions");
    }
  }
  tx_free(fitting->context, work, sizeof *work);
  if (status == TRIAX_OK) *section = d;
  else triax_document_free(d);
  return status;
}
