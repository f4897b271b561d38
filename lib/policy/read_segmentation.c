/* segmentation: levels of ordered tests, flattened so that children of one parent stand together. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "policy/reader.h"

static const char *const touch_words[] = {"high", "low", "tech", NULL};
static const char *const level_keys[] = {"by", "previous", "hold", "override", "segments", NULL};
static const char *const segment_keys[] = {"name", "when", "at_least", "top", "touch", "roles", "services", "success",
                                           "meta", "by", "segments", NULL};

/* The column a key names, as its text. */
static triax_text read_column(tx_reader *reader, uint32_t node) {
  return node == TX_NO_NODE ? (triax_text){NULL, 0} : tx_read_text(reader, node);
}

static void read_hold(tx_reader *reader, uint32_t node, tx_policy_segmentation *segmentation) {
  static const char *const keys[] = {"margin", "dwell", "since", NULL};
  tx_segmentation_model *model = &segmentation->model;
  model->since = TX_NO_INPUT;
  if (node == TX_NO_NODE) return;
  if (reader->document->nodes[node].kind != TRIAX_KIND_MAP) {
    model->margin = tx_read_share(reader, node, 1, 0);
    return;
  }
  if (!tx_read_map(reader, node, keys)) return;
  uint32_t margin = tx_read_child(reader, node, "margin"), dwell = tx_read_child(reader, node, "dwell");
  uint32_t since = tx_read_child(reader, node, "since");
  if (margin != TX_NO_NODE) model->margin = tx_read_share(reader, margin, 1, 0);
  if (dwell != TX_NO_NODE) model->dwell = tx_read_days(reader, dwell, 0);
  segmentation->since = read_column(reader, since);
  if (dwell != TX_NO_NODE && since == TX_NO_NODE) {
    tx_read_key_fault(reader, dwell, "for example since: segment_since",
                      "'dwell' needs 'since': the column with the date of the last move");
  }
  model->since = tx_read_expr(reader, since, &segmentation->inputs, TX_OVER_CUSTOMERS, TX_EXPECT_DATE);
}

/* A segment on its way to the flat list. */
typedef struct draft {
  uint32_t node, parent;
} draft;

static size_t count_segments(const tx_reader *reader, uint32_t list, int depth) {
  size_t count = 0;
  if (list == TX_NO_NODE || depth > TRIAX_DOCUMENT_DEPTH) return 0;
  for (uint32_t item = tx_read_first(reader, list); item != TX_NO_NODE; item = tx_read_next(reader, item)) {
    count += 1 + count_segments(reader, tx_read_child(reader, item, "segments"), depth + 1);
  }
  return count;
}

static triax_text join_path(tx_reader *reader, const tx_segment *segments, const tx_segment *segment) {
  if (segment->parent == TX_NO_SEGMENT || !segment->name.bytes) return segment->name;
  triax_text above = segments[segment->parent].path;
  size_t length = above.length + 1 + segment->name.length;
  char *path = tx_read_alloc(reader, length + 1, 1);
  if (!path) return segment->name;
  memcpy(path, above.bytes, above.length);
  path[above.length] = '/';
  memcpy(path + above.length + 1, segment->name.bytes, segment->name.length);
  return (triax_text){path, length};
}

static void read_top(tx_reader *reader, uint32_t node, tx_policy_segmentation *segmentation, tx_segment *segment) {
  static const char *const keys[] = {"share", "of", NULL};
  segment->test = TX_TEST_TOP;
  if (reader->document->nodes[node].kind != TRIAX_KIND_MAP) {
    segment->share = tx_read_share(reader, node, 1, 0);
    return;
  }
  if (!tx_read_map(reader, node, keys)) return;
  uint32_t share = tx_read_child(reader, node, "share");
  if (share == TX_NO_NODE) {
    tx_read_fault(reader, node, "for example {share: 50%, of: arr}", "'top' needs a share");
  } else {
    segment->share = tx_read_share(reader, share, 1, 0);
  }
  segment->of = tx_read_expr(reader, tx_read_child(reader, node, "of"), &segmentation->inputs, TX_OVER_CUSTOMERS,
                             TX_EXPECT_NUMBER);
}

static void read_test(tx_reader *reader, uint32_t node, tx_policy_segmentation *segmentation, tx_segment *segment) {
  uint32_t when = tx_read_child(reader, node, "when"), least = tx_read_child(reader, node, "at_least");
  uint32_t top = tx_read_child(reader, node, "top");
  int tests = (when != TX_NO_NODE) + (least != TX_NO_NODE) + (top != TX_NO_NODE);
  segment->when = segment->of = TX_NO_INPUT;
  segment->test = TX_TEST_REST;
  if (tests > 1) tx_read_fault(reader, node, "keep one of 'when', 'at_least' and 'top'", "a segment has one test");
  if (when != TX_NO_NODE) {
    segment->test = TX_TEST_WHEN;
    segment->when = tx_read_expr(reader, when, &segmentation->inputs, TX_OVER_CUSTOMERS, TX_EXPECT_TRUTH);
  } else if (least != TX_NO_NODE) {
    segment->test = TX_TEST_AT_LEAST;
    segment->at_least = tx_read_number(reader, least, -INFINITY, INFINITY, 0);
  } else if (top != TX_NO_NODE) {
    read_top(reader, top, segmentation, segment);
  }
  if ((segment->test == TX_TEST_AT_LEAST || segment->test == TX_TEST_TOP) &&
      tx_segment_by(&segmentation->model, (size_t)(segment - segmentation->model.segments)) == TX_NO_INPUT) {
    tx_read_key_fault(reader, least != TX_NO_NODE ? least : top, "add segmentation.by, for example by: arr",
                      "this test needs a number to go by");
  }
}

static void read_success(tx_reader *reader, uint32_t node, tx_policy_segmentation *segmentation,
                         tx_policy_segment *segment) {
  if (!tx_read_map(reader, node, NULL)) return;
  tx_policy_success *list = tx_read_alloc(reader, tx_read_count(reader, node), sizeof *list);
  if (!list) return;
  segment->success = list;
  segment->success_count = 0;
  for (uint32_t child = tx_read_first(reader, node); child != TX_NO_NODE; child = tx_read_next(reader, child)) {
    uint32_t input = tx_read_expr(reader, child, &segmentation->success, TX_OVER_CUSTOMERS, TX_EXPECT_TRUTH);
    if (input != TX_NO_INPUT) list[segment->success_count++] = (tx_policy_success){tx_read_key(reader, child), input};
  }
}

/* What a segment carries: its parent's, where it says nothing itself. */
static void read_traits(tx_reader *reader, uint32_t node, tx_policy_segmentation *segmentation,
                        tx_policy_segment *segment) {
  uint32_t touch = tx_read_child(reader, node, "touch"), roles = tx_read_child(reader, node, "roles");
  uint32_t services = tx_read_child(reader, node, "services"), success = tx_read_child(reader, node, "success");
  uint32_t meta = tx_read_child(reader, node, "meta");
  char path[TRIAX_PATH_SIZE];
  tx_document_path(reader->document, node, path, sizeof path);
  segment->document_path = tx_arena_copy(&reader->policy->arena, path, strlen(path));
  if (!segment->document_path) tx_report_no_memory(reader->report);
  segment->line = reader->document->nodes[node].line;
  segment->column = reader->document->nodes[node].column;
  if (touch != TX_NO_NODE) segment->touch = tx_read_word(reader, touch, touch_words) + 1;
  if (roles != TX_NO_NODE) segment->roles = tx_read_texts(reader, roles, &segment->role_count);
  if (services != TX_NO_NODE) segment->services = tx_read_texts(reader, services, &segment->service_count);
  if (success != TX_NO_NODE) read_success(reader, success, segmentation, segment);
  if (meta != TX_NO_NODE) segment->meta = meta;
}

/* What the tiers go by, and theirs, unless they say so themselves. */
static void read_tiers_by(tx_reader *reader, uint32_t node, tx_policy_segmentation *segmentation,
                          tx_policy_segment *traits) {
  uint32_t by = tx_read_child(reader, node, "by");
  if (by == TX_NO_NODE) return;
  if (tx_read_child(reader, node, "segments") == TX_NO_NODE) {
    tx_read_fault(reader, by, "the level's own stands beside its 'segments'",
                  "'by' of a segment is what its tiers go by, and this one has none");
    return;
  }
  uint32_t input = tx_read_expr(reader, by, &segmentation->inputs, TX_OVER_CUSTOMERS, TX_EXPECT_NUMBER);
  if (input != TX_NO_INPUT) traits->tiers_by = input + 1;
}

static void read_segment(tx_reader *reader, const draft *from, tx_policy_segmentation *segmentation, size_t number) {
  tx_segment *segments = (tx_segment *)segmentation->model.segments, *segment = &segments[number];
  tx_policy_segment *traits = &segmentation->segments[number];
  segment->parent = from->parent;
  segment->name = TX_TEXT("");
  segment->when = segment->of = TX_NO_INPUT;
  traits->meta = TRIAX_NO_NODE;
  if (from->parent != TX_NO_SEGMENT) *traits = segmentation->segments[from->parent];
  segment->own_by = traits->tiers_by;
  if (!tx_read_map(reader, from->node, segment_keys)) return;
  uint32_t name = tx_read_child(reader, from->node, "name");
  if (name == TX_NO_NODE) {
    tx_read_fault(reader, from->node, "add name: …", "a segment has no name");
  } else {
    triax_text text = tx_read_name(reader, name);
    if (text.bytes) segment->name = text;
  }
  segment->path = join_path(reader, segments, segment);
  read_test(reader, from->node, segmentation, segment);
  read_tiers_by(reader, from->node, segmentation, traits);
  read_traits(reader, from->node, segmentation, traits);
}

/* Names are distinct at one level, and only the last may be without a test. */
static void check_level(tx_reader *reader, const tx_segment *segments, const draft *drafts, size_t first, size_t last) {
  tx_names names;
  tx_names_init(&names, reader->policy->context);
  for (size_t i = first; i < last; i++) {
    if (segments[i].test == TX_TEST_REST && i + 1 < last &&
        reader->document->nodes[drafts[i].node].kind == TRIAX_KIND_MAP) {
      tx_read_fault(reader, drafts[i].node, "give it a test, or put it last",
                    "only the last segment of a level may be without a test: it takes the rest");
    }
    if (segments[i].name.length && tx_read_twin(reader, &names, segments[i].name, i) != TX_NO_NAME) {
      tx_read_fault(reader, tx_read_child(reader, drafts[i].node, "name"), NULL,
                    "two segments of one level are called '%.*s'", (int)segments[i].name.length,
                    segments[i].name.bytes);
    }
  }
  tx_names_free(&names);
}

static size_t add_level(tx_reader *reader, uint32_t list, uint32_t parent, draft *drafts, size_t count) {
  if (list == TX_NO_NODE || !tx_read_list(reader, list)) return count;
  if (tx_read_count(reader, list) == 0) tx_read_fault(reader, list, NULL, "at least one segment is wanted");
  for (uint32_t item = tx_read_first(reader, list); item != TX_NO_NODE; item = tx_read_next(reader, item)) {
    drafts[count++] = (draft){item, parent};
  }
  return count;
}

static void read_levels(tx_reader *reader, uint32_t list, tx_policy_segmentation *segmentation) {
  size_t total = count_segments(reader, list, 0);
  draft *drafts = tx_read_alloc(reader, total, sizeof *drafts);
  tx_segment *segments = tx_read_alloc(reader, total, sizeof *segments);
  segmentation->segments = tx_read_alloc(reader, total, sizeof *segmentation->segments);
  if (!drafts || !segments || !segmentation->segments) return;
  segmentation->model.segments = segments;
  size_t count = add_level(reader, list, TX_NO_SEGMENT, drafts, 0);
  segmentation->model.top_count = count;
  for (size_t i = 0; i < count; i++) {
    read_segment(reader, &drafts[i], segmentation, i);
    uint32_t children = tx_read_child(reader, drafts[i].node, "segments");
    segments[i].first = (uint32_t)count;
    count = add_level(reader, children, (uint32_t)i, drafts, count);
    segments[i].last = (uint32_t)count;
  }
  segmentation->model.count = count;
  check_level(reader, segments, drafts, 0, segmentation->model.top_count);
  for (size_t i = 0; i < count; i++) check_level(reader, segments, drafts, segments[i].first, segments[i].last);
}

void tx_read_segmentation(tx_reader *reader, uint32_t node) {
  tx_policy_segmentation *segmentation = &reader->policy->segmentation;
  tx_segmentation_model *model = &segmentation->model;
  model->by = model->previous = model->override_ = model->since = TX_NO_INPUT;
  if (node == TX_NO_NODE) {
    tx_read_fault(reader, 0, "for example segmentation: {segments: [{name: all}]}", "a policy needs 'segmentation'");
    return;
  }
  if (!tx_read_map(reader, node, level_keys)) return;
  uint32_t previous = tx_read_child(reader, node, "previous"), override_ = tx_read_child(reader, node, "override");
  uint32_t list = tx_read_child(reader, node, "segments");
  model->by = tx_read_expr(reader, tx_read_child(reader, node, "by"), &segmentation->inputs, TX_OVER_CUSTOMERS,
                           TX_EXPECT_NUMBER);
  segmentation->previous = read_column(reader, previous);
  segmentation->override_ = read_column(reader, override_);
  read_hold(reader, tx_read_child(reader, node, "hold"), segmentation);
  if (list == TX_NO_NODE) tx_read_key_fault(reader, node, NULL, "the segmentation has no 'segments'");
  read_levels(reader, list, segmentation);
  model->input_count = segmentation->inputs.count;
}

/* Says that a text names no segment, or several. */
static void tell_no_segment(tx_reader *reader, uint32_t node, bool at_key, triax_text name, bool ambiguous) {
  const tx_segmentation_model *model = &reader->policy->segmentation.model;
  triax_text names[128];
  size_t count = 0;
  for (size_t i = 0; i < model->count && count + 2 <= 128; i++) {
    names[count++] = model->segments[i].path;
    names[count++] = model->segments[i].name;
  }
  char hint[160], message[256];
  if (ambiguous) {
    snprintf(message, sizeof message, "several segments are called '%.*s': write the path, with the parent's name",
             (int)(name.length < 100 ? name.length : 100), name.bytes);
    hint[0] = 0;
  } else {
    snprintf(message, sizeof message, "there is no segment '%.*s'", (int)(name.length < 100 ? name.length : 100),
             name.bytes);
    tx_read_hint(name, names, count, hint);
  }
  if (at_key) tx_read_key_fault(reader, node, hint, "%s", message);
  else tx_read_fault(reader, node, hint, "%s", message);
}

uint32_t tx_read_segment(tx_reader *reader, uint32_t node, triax_text name) {
  const tx_segmentation_model *model = &reader->policy->segmentation.model;
  bool ambiguous = false;
  uint32_t found = tx_segment_find(model->segments, model->count, name, &ambiguous);
  if (found == TX_NO_SEGMENT) tell_no_segment(reader, node, false, name, ambiguous);
  return found;
}

/* A map's values by the segments that its keys name. `again`: its faults are told. */
static void read_by_segment(tx_reader *reader, uint32_t node, tx_read_value read, bool again, double *values,
                            bool *said) {
  const tx_segmentation_model *model = &reader->policy->segmentation.model;
  tx_segment_names names;
  bool fine = tx_segment_names_make(reader->policy->context, model->segments, model->count, &names);
  if (!fine) tx_report_no_memory(reader->report);
  for (uint32_t child = tx_read_first(reader, node); fine && child != TX_NO_NODE; child = tx_read_next(reader, child)) {
    double value = read(reader, child);
    triax_text name = tx_read_key(reader, child);
    bool ambiguous = false;
    uint32_t segment = tx_segment_named(&names, name, &ambiguous);
    if (segment == TX_NO_SEGMENT) {
      if (!again) tell_no_segment(reader, child, true, name, ambiguous);
      continue;
    }
    values[segment] = value;
    said[segment] = true;
  }
  tx_segment_names_free(&names);
}

double *tx_read_per_segment(tx_reader *reader, uint32_t node, double fallback, tx_read_value read, bool again) {
  const tx_segmentation_model *model = &reader->policy->segmentation.model;
  double *values = tx_read_alloc(reader, model->count, sizeof *values);
  bool *said = tx_read_alloc(reader, model->count, sizeof *said);
  if (!values || !said) return NULL;
  for (size_t i = 0; i < model->count; i++) values[i] = fallback;
  if (node == TX_NO_NODE) return values;
  if (reader->document->nodes[node].kind != TRIAX_KIND_MAP) {
    double value = read(reader, node);
    for (size_t i = 0; i < model->count; i++) values[i] = value;
    return values;
  }
  if (!again && !tx_read_map(reader, node, NULL)) return values;
  read_by_segment(reader, node, read, again, values, said);
  for (size_t i = 0; i < model->count; i++) { /* parents stand before their children */
    uint32_t parent = model->segments[i].parent;
    if (!said[i] && parent != TX_NO_SEGMENT) values[i] = values[parent];
  }
  return values;
}
