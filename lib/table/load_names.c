/* Which column of the data stands behind each name in the policy. */
#include <string.h>

#include "base/text.h"
#include "table/load_private.h"

#define NOWHERE SIZE_MAX
#define AMBIGUOUS (SIZE_MAX - 1)
#define NONE ((triax_text){NULL, 0})

/* The raw column of a name: exactly, else but for case and blanks if only one is like that. */
static size_t find_raw(const tx_load *load, triax_text name, size_t *second) {
  const triax_table *raw = load->raw;
  const uint32_t exact = tx_names_find(&load->raw_names, name);
  size_t found = NOWHERE;
  if (exact != TX_NO_NAME) return exact;
  for (size_t i = 0; i < raw->columns; i++) {
    if (!tx_names_alike(raw->fields[i].name, name)) continue;
    if (found != NOWHERE) {
      *second = i;
      return AMBIGUOUS;
    }
    found = i;
  }
  return found;
}

static const tx_declaration *declaration_of(const tx_load *load, triax_text name) {
  const uint32_t number = tx_names_find(&load->declared, name);
  return number == TX_NO_NAME ? NULL : &load->schema->declarations[number];
}

static tx_field *field_named(tx_load *load, triax_text name) {
  const uint32_t number = tx_names_find(&load->names, name);
  return number == TX_NO_NAME ? NULL : &load->fields[number];
}

static tx_field *add_field(tx_load *load, triax_text name, size_t raw, const tx_declaration *declaration) {
  void *fields = load->fields;
  bool grown = tx_grow(load->context, &fields, &load->field_capacity, load->field_count + 1, sizeof(tx_field));
  load->fields = fields;
  uint32_t number = (uint32_t)load->field_count;
  if (!grown || !tx_names_add(&load->names, name, &number)) return NULL;
  tx_field *field = &load->fields[load->field_count++];
  memset(field, 0, sizeof *field);
  field->name = name;
  field->raw = raw;
  field->declaration = declaration;
  field->currency = SIZE_MAX;
  return field;
}

/* What in the policy names a column: WHAT.key[of][then]. */
typedef struct named_by {
  const char *key; /* NULL: nothing, and it may be absent */
  triax_text of;
  const char *then;
  tx_mark at;
} named_by;

static tx_finding finding_at(const tx_load *load, const named_by *by, triax_text name, triax_error *path) {
  tx_fail(path, TRIAX_EDATA, "%s%s%.*s%s", load->schema->what, by->key ? by->key : "", tx_name_width(by->of),
          by->of.bytes ? by->of.bytes : "", by->then ? by->then : "");
  int32_t width = by->at.line ? (int32_t)tx_utf8_count(name) : 1;
  return (tx_finding){TRIAX_LEVEL_ERROR, TRIAX_EDATA, NULL, path->message, by->at.line, by->at.column, width, NULL};
}

/* Says that a column is not in the data, or twice, and which name is near. False when memory is short. */
static bool report_absent(tx_load *load, const named_by *by, triax_text name, triax_text from,
                          const tx_declaration *declaration, size_t found, size_t second) {
  const triax_table *raw = load->raw;
  triax_error path, hint;
  const named_by declared = {".columns.", name, "", declaration ? declaration->at : (tx_mark){0, 0}};
  tx_finding finding = finding_at(load, declaration ? &declared : by, name, &path);
  if (declaration && declaration->path) finding.path = declaration->path;
  if (found == AMBIGUOUS) {
    size_t first = 0;
    while (!tx_names_alike(raw->fields[first].name, from)) first++;
    tx_report_add(load->report, &finding,
                  "column '%.*s' could be '%.*s' or '%.*s' of the data; write the name as it is", tx_name_width(from),
                  from.bytes, tx_name_width(raw->fields[first].name), raw->fields[first].name.bytes,
                  tx_name_width(raw->fields[second].name), raw->fields[second].name.bytes);
    return true;
  }
  const char *why = tx_table_why_left_out(raw, from);
  if (why) {
    tx_report_add(load->report, &finding, "column '%.*s' of the data cannot be read: %s", tx_name_width(from),
                  from.bytes, why);
    return true;
  }
  triax_text *names = tx_alloc_array(load->context, raw->columns, sizeof *names);
  if (!names) return false;
  for (size_t i = 0; i < raw->columns; i++) names[i] = raw->fields[i].name;
  size_t near = tx_text_nearest(from, names, raw->columns);
  if (near != SIZE_MAX) {
    tx_fail(&hint, TRIAX_EDATA, "did you mean '%.*s'?", tx_name_width(names[near]), names[near].bytes);
    finding.hint = hint.message;
  }
  tx_report_add(load->report, &finding, "the data of the %s has no column '%.*s'", load->schema->what,
                tx_name_width(from), from.bytes);
  tx_free_array(load->context, names, raw->columns, sizeof *names);
  return true;
}

/* Whether a name was reported already; if not it counts as such from now on. False in *fine when memory is short. */
static bool reported(tx_load *load, triax_text name, bool *fine) {
  for (size_t i = 0; i < load->absent_count; i++) {
    if (tx_text_equal(load->absent[i], name)) return true;
  }
  void *absent = load->absent;
  *fine = tx_grow(load->context, &absent, &load->absent_capacity, load->absent_count + 1, sizeof *load->absent);
  load->absent = absent;
  if (*fine) load->absent[load->absent_count++] = name;
  return !*fine;
}

/* Makes sure there is a field for a name in the policy. */
static bool want(tx_load *load, triax_text name, const named_by *by, tx_field **field) {
  *field = field_named(load, name);
  if (*field || !name.bytes) return true;
  const tx_declaration *declaration = declaration_of(load, name);
  triax_text from = declaration && declaration->from.bytes ? declaration->from : name;
  size_t second = 0;
  size_t found = find_raw(load, from, &second);
  if (found == NOWHERE || found == AMBIGUOUS) {
    bool fine = true;
    bool optional = !by->key && !declaration && found == NOWHERE && !tx_table_why_left_out(load->raw, from);
    if (optional || reported(load, name, &fine)) return fine;
    return report_absent(load, by, name, from, declaration, found, second);
  }
  *field = add_field(load, name, found, declaration);
  return *field != NULL;
}

/* As want, for a column that is a string whatever it looks like. */
static bool want_identity(tx_load *load, triax_text name, const named_by *by) {
  tx_field *field;
  if (!want(load, name, by, &field)) return false;
  if (field) field->identity = true;
  return true;
}

/* The names that the policy has of its own accord: key, family, declarations and what they need. */
static bool add_named(tx_load *load) {
  const tx_schema *schema = load->schema;
  tx_field *field;
  triax_text key = schema->key.bytes ? schema->key : TX_TEXT("id");
  if (!want_identity(load, key, &(named_by){schema->key.bytes ? ".key" : NULL, NONE, "", schema->key_at})) return false;
  if (!want_identity(load, schema->family, &(named_by){".family", NONE, "", schema->family_at})) return false;
  for (size_t i = 0; i < schema->declaration_count; i++) {
    const tx_declaration *declaration = &schema->declarations[i];
    if (!want(load, declaration->name, &(named_by){".columns.", declaration->name, "", declaration->at}, &field)) return false;
  }
  for (size_t i = 0; i < schema->declaration_count; i++) {
    const tx_declaration *money = &schema->declarations[i];
    if (money->type != TRIAX_TYPE_MONEY) continue;
    const named_by currency = {".columns.", money->name, ".currency", money->currency_at};
    if (!want_identity(load, money->currency, &currency)) return false;
  }
  return true;
}

/* A column that would count if it could be read must not be missing in silence. */
static bool check_own(tx_load *load) {
  const named_by nobody = {NULL, NONE, "", {0, 0}};
  for (size_t i = 0; i < load->raw->left_out_count; i++) {
    triax_text name = load->raw->left_out[i].name;
    for (size_t k = 0; k < load->schema->own_count; k++) {
      bool fine = true;
      if (!tx_text_equal(name, load->schema->own[k]) || field_named(load, name)) continue;
      bool told = reported(load, name, &fine);
      if (!fine || (!told && !report_absent(load, &nobody, name, name, NULL, NOWHERE, 0))) return false;
    }
  }
  return true;
}

static bool add_wanted(tx_load *load) {
  const tx_schema *schema = load->schema;
  tx_field *field;
  for (size_t i = 0; i < schema->rollup_count; i++) {
    const tx_rollup *rollup = &schema->rollups[i];
    if (!want(load, rollup->column, &(named_by){".family_rollup.", rollup->column, "", rollup->at}, &field)) return false;
  }
  for (size_t i = 0; i < schema->wanted_count; i++) {
    if (!want(load, schema->wanted[i], &(named_by){"", NONE, "", {0, 0}}, &field)) return false;
    if (field) field->wanted = true;
  }
  return true;
}

static void warn_of_left_out(tx_load *load, triax_text name, const tx_field *other) {
  triax_text from = load->raw->fields[other->raw].name;
  tx_finding finding = {TRIAX_LEVEL_WARNING, TRIAX_OK, NULL, load->schema->what, 0, 0, 1, NULL};
  tx_report_add(load->report, &finding,
                "column '%.*s' of the data is not used: the policy takes '%.*s' under that name", tx_name_width(name),
                name.bytes, tx_name_width(from), from.bytes);
}

/* The columns that the policy does not name keep their names. */
static bool add_rest(tx_load *load) {
  size_t named = load->field_count;
  unsigned char *taken = tx_calloc(load->context, load->raw->columns, 1);
  if (!taken) return false;
  for (size_t i = 0; i < named; i++) taken[load->fields[i].raw] = 1;
  bool fine = true;
  for (size_t i = 0; fine && i < load->raw->columns; i++) {
    if (taken[i]) continue;
    triax_text name = load->raw->fields[i].name;
    const tx_field *other = field_named(load, name);
    if (other) {
      warn_of_left_out(load, name, other);
    } else {
      fine = add_field(load, name, i, NULL) != NULL;
    }
  }
  tx_free_array(load->context, taken, load->raw->columns, 1);
  return fine;
}

/* Numbers the fields' names anew. */
static bool name_fields(tx_load *load) {
  tx_names_free(&load->names);
  for (uint32_t i = 0; i < load->field_count; i++) {
    uint32_t number = i;
    if (!tx_names_add(&load->names, load->fields[i].name, &number)) return false;
  }
  return true;
}

/* Puts the fields into the order of the data. */
static bool order_fields(tx_load *load) {
  size_t columns = load->raw->columns, count = load->field_count;
  if (count == 0) return true;
  size_t *starts = tx_calloc(load->context, columns + 1, sizeof *starts);
  tx_field *ordered = tx_alloc_array(load->context, count, sizeof *ordered);
  if (starts && ordered) {
    for (size_t i = 0; i < count; i++) starts[load->fields[i].raw + 1]++;
    for (size_t i = 0; i < columns; i++) starts[i + 1] += starts[i];
    for (size_t i = 0; i < count; i++) ordered[starts[load->fields[i].raw]++] = load->fields[i];
    memcpy(load->fields, ordered, count * sizeof *ordered);
  }
  bool fine = starts && ordered && name_fields(load);
  tx_free_array(load->context, starts, columns + 1, sizeof *starts);
  tx_free_array(load->context, ordered, count, sizeof *ordered);
  return fine;
}

static bool name_inputs(tx_load *load) {
  for (uint32_t i = 0; i < load->raw->columns; i++) {
    uint32_t number = i;
    if (!tx_names_add(&load->raw_names, load->raw->fields[i].name, &number)) return false;
  }
  for (uint32_t i = 0; i < load->schema->declaration_count; i++) {
    uint32_t number = i;
    if (!tx_names_add(&load->declared, load->schema->declarations[i].name, &number)) return false;
  }
  return true;
}

bool tx_load_fields(tx_load *load) {
  if (!name_inputs(load) || !add_named(load) || !add_wanted(load) || !check_own(load) || !add_rest(load) ||
      !order_fields(load)) {
    return false;
  }
  tx_field *key = field_named(load, load->schema->key.bytes ? load->schema->key : TX_TEXT("id"));
  load->key = key ? (size_t)(key - load->fields) : SIZE_MAX;
  for (size_t i = 0; i < load->field_count; i++) {
    const tx_declaration *declaration = load->fields[i].declaration;
    if (!declaration || declaration->type != TRIAX_TYPE_MONEY || !declaration->currency.bytes) continue;
    tx_field *currency = field_named(load, declaration->currency);
    if (currency) load->fields[i].currency = (size_t)(currency - load->fields);
  }
  return true;
}
