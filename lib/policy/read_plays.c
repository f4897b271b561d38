/* plays: when to do what, to whom, in which words, and how often at most. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "policy/reader.h"

/* --- texts with values --- */

static bool quotes_at(triax_text text, size_t at, char quote, size_t count) {
  size_t i = 0;
  while (i < count && at + i < text.length && text.bytes[at + i] == quote) i++;
  return i == count;
}

/* Where the text within an expression ends whose first quote is at `at`: one quote or three, as the language has it. */
static size_t quoted_end(triax_text text, size_t at) {
  const char quote = text.bytes[at];
  const bool raw = at && (text.bytes[at - 1] == 'r' || text.bytes[at - 1] == 'R');
  const size_t quotes = quotes_at(text, at, quote, 3) ? 3 : 1;
  for (at += quotes; at < text.length && !quotes_at(text, at, quote, quotes);) {
    at += text.bytes[at] == '\\' && !raw ? 2 : 1;
  }
  return at + quotes;
}

/* Where an expression that begins at `at` ends: its closing brace, or the text's end. Braces within quotes are its own.
 */
static size_t expression_end(triax_text text, size_t at) {
  while (at < text.length && text.bytes[at] != '}' && text.bytes[at] != '{') {
    at = text.bytes[at] == '"' || text.bytes[at] == '\'' ? quoted_end(text, at) : at + 1;
  }
  return at < text.length ? at : text.length;
}

/* Where a fault within a text stands, in words; the texts are short. */
static void brace_fault(tx_reader *reader, uint32_t node, triax_text text, size_t at, const char *what) {
  tx_read_fault(reader, node, "{EXPR} is a value, {{ and }} are braces", "%s (at character %zu)", what,
                tx_utf8_count((triax_text){text.bytes, at}) + 1);
}

/* Takes the literal at *at, braces made single; stops before an expression's brace or at the end. */
static bool read_literal(tx_reader *reader, uint32_t node, triax_text text, size_t *at, triax_text *literal) {
  char *bytes = tx_read_alloc(reader, text.length - *at + 1, 1);
  if (!bytes) return false;
  size_t length = 0, i = *at;
  for (; i < text.length; i++) {
    char c = text.bytes[i];
    bool twice = (c == '{' || c == '}') && i + 1 < text.length && text.bytes[i + 1] == c;
    if (c == '{' && !twice) break;
    if (c == '}' && !twice) {
      brace_fault(reader, node, text, i, "a '}' without a '{' before it");
      return false;
    }
    bytes[length++] = c;
    i += twice;
  }
  *at = i;
  *literal = (triax_text){bytes, length};
  return true;
}

static bool read_value(tx_reader *reader, uint32_t node, triax_text text, size_t *at, uint32_t *value) {
  tx_policy_plays *plays = &reader->policy->plays;
  size_t begin = *at + 1, end = expression_end(text, begin);
  if (end == text.length || text.bytes[end] == '{') {
    brace_fault(reader, node, text, *at, "a '{' that no '}' closes");
    return false;
  }
  triax_text source = {text.bytes + begin, end - begin};
  if (tx_text_trim(source).length == 0) {
    brace_fault(reader, node, text, *at, "there is no expression between '{' and '}'");
    return false;
  }
  *at = end + 1;
  *value = tx_read_expr_within(reader, node, source, begin, &plays->inputs, TX_OVER_FIRED, TX_EXPECT_TEXT);
  return true;
}

static size_t count_braces(triax_text text) {
  size_t count = 0;
  for (size_t i = 0; i < text.length; i++) count += text.bytes[i] == '{';
  return count;
}

static void read_text(tx_reader *reader, uint32_t node, const char *name, bool one_line, tx_policy_text *into) {
  triax_text text = tx_read_text(reader, node);
  if (!text.bytes) return;
  into->pieces = tx_read_alloc(reader, count_braces(text) + 1, sizeof *into->pieces);
  if (!into->pieces) return;
  into->name = name;
  into->one_line = one_line;
  size_t at = 0;
  do {
    tx_policy_piece *piece = &into->pieces[into->count++];
    piece->value = TX_NO_INPUT;
    if (!read_literal(reader, node, text, &at, &piece->literal)) return;
    if (at < text.length && !read_value(reader, node, text, &at, &piece->value)) return;
  } while (at < text.length);
}

/* --- the texts of a play --- */

static const struct {
  const char *key;
  bool one_line;
} usual_texts[] = {{"subject", true}, {"title", true}, {"body", false}, {"url", true}};
enum { USUAL_TEXTS = sizeof usual_texts / sizeof *usual_texts };

/* Columns of the table of actions that a field may not stand in for. */
static const char *const own_columns[] = {"customer", "play", "channel", "to",       "recipient", "subject", "title",
                                          "body",     "url",  "due",     "priority", "state",     "why",     NULL};

/* Columns of texts while they are read. */
typedef struct text_columns {
  tx_names names;
  size_t room; /* in plays->columns */
} text_columns;

/* The column's number, or TX_NO_NAME when memory is short (the report knows). */
static uint32_t column_of(tx_reader *reader, text_columns *columns, const char *name) {
  tx_policy_plays *plays = &reader->policy->plays;
  uint32_t twin = tx_read_twin(reader, &columns->names, triax_text_of(name), plays->column_count);
  if (twin != TX_NO_NAME) return twin;
  if (plays->column_count == columns->room) {
    const size_t room = columns->room ? 2 * columns->room : 16;
    const char **more = tx_read_alloc(reader, room, sizeof *more);
    if (!more) return TX_NO_NAME;
    if (plays->column_count) memcpy(more, plays->columns, plays->column_count * sizeof *more);
    plays->columns = more;
    columns->room = room;
  }
  plays->columns[plays->column_count] = name;
  return (uint32_t)plays->column_count++;
}

/* One of the play's texts, in the column of that name. */
static void add_text(tx_reader *reader, text_columns *columns, uint32_t node, const char *name, bool one_line,
                     tx_policy_play *play) {
  const uint32_t column = column_of(reader, columns, name);
  if (column == TX_NO_NAME) return;
  tx_policy_text *text = &play->texts[play->text_count++];
  text->column = column;
  read_text(reader, node, name, one_line, text);
}

static void read_field(tx_reader *reader, text_columns *columns, uint32_t node, tx_policy_play *play) {
  triax_text key = tx_read_key(reader, node);
  for (size_t i = 0; own_columns[i]; i++) {
    if (!tx_text_equal_c(key, own_columns[i])) continue;
    tx_read_key_fault(reader, node, NULL, "'%s' is a column of the actions already", own_columns[i]);
    return;
  }
  if (key.length == 0) {
    tx_read_key_fault(reader, node, NULL, "a field has no name");
    return;
  }
  const char *name = tx_arena_copy(&reader->policy->arena, key.bytes, key.length);
  if (!name) tx_report_no_memory(reader->report);
  else add_text(reader, columns, node, name, false, play);
}

static void read_texts(tx_reader *reader, text_columns *columns, uint32_t node, tx_policy_play *play) {
  uint32_t fields = tx_read_child(reader, node, "fields"), recipient = tx_read_child(reader, node, "recipient");
  size_t room = USUAL_TEXTS + (fields == TX_NO_NODE ? 0 : tx_read_count(reader, fields));
  play->first_value = (uint32_t)reader->policy->plays.inputs.count;
  play->texts = tx_read_alloc(reader, room, sizeof *play->texts);
  if (!play->texts) return;
  if (recipient != TX_NO_NODE) read_text(reader, recipient, "recipient", true, &play->recipient);
  for (size_t i = 0; i < USUAL_TEXTS; i++) {
    uint32_t text = tx_read_child(reader, node, usual_texts[i].key);
    if (text == TX_NO_NODE) continue;
    add_text(reader, columns, text, usual_texts[i].key, usual_texts[i].one_line, play);
  }
  if (fields != TX_NO_NODE && tx_read_map(reader, fields, NULL)) {
    for (uint32_t field = tx_read_first(reader, fields); field != TX_NO_NODE; field = tx_read_next(reader, field)) {
      read_field(reader, columns, field, play);
    }
  }
  play->value_count = (uint32_t)reader->policy->plays.inputs.count - play->first_value;
}

/* --- how often --- */

static bool read_flag(tx_reader *reader, uint32_t node) {
  static const char *const words[] = {"false", "true", NULL};
  return tx_read_word(reader, node, words) == 1;
}

static tx_play_limit read_limit(tx_reader *reader, uint32_t node) {
  static const char *const keys[] = {"per_customer", "every", NULL};
  tx_play_limit limit = {0, 0};
  if (!tx_read_map(reader, node, keys)) return limit;
  uint32_t most = tx_read_child(reader, node, "per_customer"), every = tx_read_child(reader, node, "every");
  if (most == TX_NO_NODE || every == TX_NO_NODE) {
    tx_read_key_fault(reader, node, "for example {per_customer: 1, every: 7d}",
                      "a limit needs 'per_customer' and 'every'");
    return limit;
  }
  double count = tx_read_number(reader, most, 1, 1e6, 1);
  if (count != floor(count)) tx_read_fault(reader, most, NULL, "a limit counts whole actions");
  limit.most = (uint32_t)count;
  limit.days = tx_read_whole_days(reader, every, 1);
  return limit;
}

static void read_rules(tx_reader *reader, uint32_t node, tx_policy_play *play, tx_play *rules) {
  uint32_t cooldown = tx_read_child(reader, node, "cooldown"), due = tx_read_child(reader, node, "due");
  uint32_t once = tx_read_child(reader, node, "once_while_open"), priority = tx_read_child(reader, node, "priority");
  uint32_t limit = tx_read_child(reader, node, "limit");
  if (cooldown != TX_NO_NODE) rules->cooldown = tx_read_whole_days(reader, cooldown, 0);
  if (once != TX_NO_NODE) rules->once_while_open = read_flag(reader, once);
  if (priority != TX_NO_NODE) {
    rules->has_priority = true;
    rules->priority = tx_read_number(reader, priority, 0, 1e6, 1);
  }
  if (limit != TX_NO_NODE) rules->limit = read_limit(reader, limit);
  if (due != TX_NO_NODE) play->due = tx_read_whole_days(reader, due, 0);
  rules->reaches = play->to != TX_TO_CSM;
}

/* --- plays --- */

static uint32_t wanted(tx_reader *reader, uint32_t node, const char *key, const char *example) {
  uint32_t child = tx_read_child(reader, node, key);
  if (child == TX_NO_NODE) tx_read_fault(reader, node, example, "a play needs '%s'", key);
  return child;
}

static void read_play(tx_reader *reader, text_columns *columns, uint32_t node, tx_policy_play *play,
                      tx_play *rules) {
  static const char *const keys[] = {"name",     "when",  "do",  "to",     "recipient", "subject",
                                     "title",    "body",  "url", "fields", "cooldown",  "once_while_open",
                                     "priority", "limit", "due", "why",    NULL};
  static const char *const channels[] = {"email", "in_app", "task", "webhook", NULL};
  static const char *const recipients[] = {"user", "customer", "csm", NULL};
  if (!tx_read_map(reader, node, keys)) return;
  uint32_t name = wanted(reader, node, "name", NULL),
           when = wanted(reader, node, "when", "for example when: health < 40");
  uint32_t channel = wanted(reader, node, "do", "email, in_app, task or webhook");
  uint32_t to = tx_read_child(reader, node, "to"), why = tx_read_child(reader, node, "why");
  if (name != TX_NO_NODE) play->name = tx_read_text(reader, name);
  if (name != TX_NO_NODE && play->name.bytes && !play->name.length)
    tx_read_fault(reader, name, NULL, "a name is empty");
  play->when = tx_read_expr(reader, when, &reader->policy->plays.inputs, TX_OVER_CUSTOMERS, TX_EXPECT_TRUTH);
  int word = channel == TX_NO_NODE ? 0 : tx_read_word(reader, channel, channels);
  play->channel = word < 0 ? 0 : word;
  play->to = play->channel == TX_CHANNEL_TASK ? TX_TO_CSM : TX_TO_CUSTOMER;
  if (to != TX_NO_NODE) {
    word = tx_read_word(reader, to, recipients);
    play->to = word < 0 ? TX_TO_CUSTOMER : word;
  }
  if (play->to == TX_TO_CSM && !reader->policy->allocation.given) {
    tx_read_fault(reader, to == TX_NO_NODE ? node : to, "add 'allocation', or say whom it goes to",
                  "an action to the CSM needs owners: the policy has no 'allocation'");
  }
  if (why != TX_NO_NODE) play->why = tx_read_text(reader, why);
  read_texts(reader, columns, node, play);
  read_rules(reader, node, play, rules);
}

static void check_twin(tx_reader *reader, tx_names *names, uint32_t node, size_t number) {
  triax_text name = reader->policy->plays.plays[number].name;
  if (tx_read_twin(reader, names, name, number) == TX_NO_NAME) return;
  tx_read_fault(reader, tx_read_child(reader, node, "name"), "the log of what was sent tells plays apart by name",
                "two plays are named '%.*s'", (int)name.length, name.bytes);
}

/* A list of plays; or a map of the limit across plays and the list. */
void tx_read_plays(tx_reader *reader, uint32_t node) {
  static const char *const keys[] = {"limit", "list", NULL};
  tx_policy_plays *plays = &reader->policy->plays;
  if (node == TX_NO_NODE) return;
  plays->given = true;
  if (reader->document->nodes[node].kind == TRIAX_KIND_MAP) {
    if (!tx_read_map(reader, node, keys)) return;
    uint32_t limit = tx_read_child(reader, node, "limit"), list = tx_read_child(reader, node, "list");
    if (limit != TX_NO_NODE) plays->limit = read_limit(reader, limit);
    if (list == TX_NO_NODE) {
      tx_read_key_fault(reader, node, "plays: {limit: …, list: [ … ]}", "the plays themselves stand under 'list'");
      return;
    }
    node = list;
  }
  if (!tx_read_list(reader, node)) return;
  size_t count = tx_read_count(reader, node);
  plays->plays = tx_read_alloc(reader, count, sizeof *plays->plays);
  plays->rules = tx_read_alloc(reader, count, sizeof *plays->rules);
  if (!plays->plays || !plays->rules) return;
  tx_names names;
  text_columns columns = {.room = 0};
  tx_names_init(&names, reader->policy->context);
  tx_names_init(&columns.names, reader->policy->context);
  for (uint32_t item = tx_read_first(reader, node); item != TX_NO_NODE; item = tx_read_next(reader, item)) {
    read_play(reader, &columns, item, &plays->plays[plays->count], &plays->rules[plays->count]);
    check_twin(reader, &names, item, plays->count);
    plays->count++;
  }
  tx_names_free(&names);
  tx_names_free(&columns.names);
}
