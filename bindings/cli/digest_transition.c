/* Of the digest: who changes hands, and when. */
#include <math.h>

#include "digest.h"

enum { WEEKS_SHOWN = 8 };

/* "Transition: 5 accounts change hands, ARR 1.40m (91 %); 3 go to a CSM who knows them". */
static void add_hands(text_buffer *buffer, const triax_document *summary, triax_node node) {
  char text[CLI_NUMBER_SIZE];
  double hands = digest_number_of(summary, node, "change_hands"), arr = digest_number_of(summary, node, "arr_moved");
  double fresh = digest_number_of(summary, node, "new_owners"), segments = digest_number_of(summary, node, "segment_changes");
  double knows = digest_number_of(summary, node, "to_who_knows_them"), nobody = digest_number_of(summary, node, "to_nobody");
  text_add_format(buffer, "\nTransition: %s account%s hands", digest_count(hands, text),
                  hands == 1 ? " changes" : "s change");
  if (!is_missing(arr) && hands > 0) {
    text_add_format(buffer, ", ARR %s (%.0f %%)", digest_money(arr, text),
                    100 * digest_number_of(summary, node, "arr_share_moved"));
  }
  if (nobody > 0) text_add_format(buffer, "; %s to nobody", digest_count(nobody, text));
  if (knows > 0) text_add_format(buffer, "; %s to who knows them", digest_count(knows, text));
  text_add(buffer, "\n", 1);
  if (fresh > 0) text_add_format(buffer, "  %s get%s a first owner", digest_count(fresh, text), fresh == 1 ? "s" : "");
  if (segments > 0) {
    text_add_format(buffer, "%s%s change%s segment", fresh > 0 ? "; " : "  ", digest_count(segments, text),
                    segments == 1 ? "s" : "");
  }
  if (fresh > 0 || segments > 0) text_add(buffer, "\n", 1);
}

/* "Moves: 6 scheduled, 1 held, 1 kept". */
static void add_states(text_buffer *buffer, const triax_document *summary, triax_node node) {
  char text[CLI_NUMBER_SIZE];
  triax_node moves = triax_document_find(summary, node, triax_text_of("moves"));
  bool first = true;
  for (triax_node state = triax_document_first(summary, moves); state != TRIAX_NO_NODE;
       state = triax_document_next(summary, state)) {
    double count = triax_document_as_number(summary, state);
    triax_text word = triax_document_key(summary, state);
    if (!(count > 0)) continue;
    text_add_format(buffer, "%s%s %.*s", first ? "Moves: " : ", ", digest_count(count, text), (int)word.length,
                    word.bytes);
    first = false;
  }
  if (!first) text_add(buffer, "\n", 1);
}

static void add_weeks(text_buffer *buffer, const triax_document *summary, triax_node node) {
  char text[CLI_NUMBER_SIZE];
  triax_node list = triax_document_find(summary, node, triax_text_of("weeks"));
  size_t shown = 0, count = 0;
  for (triax_node week = triax_document_first(summary, list); week != TRIAX_NO_NODE;
       week = triax_document_next(summary, week), count++) {
    if (shown == WEEKS_SHOWN) continue;
    triax_text date = triax_document_as_text(summary, triax_document_find(summary, week, triax_text_of("date")));
    double arr = digest_number_of(summary, week, "arr");
    double moves = digest_number_of(summary, week, "moves");
    text_add_format(buffer, "  week %3.0f, from %.*s: %s move%s", digest_number_of(summary, week, "week"), (int)date.length,
                    date.bytes, digest_count(moves, text), moves == 1 ? "" : "s");
    double owners = digest_number_of(summary, week, "change_owner");
    if (owners < moves) text_add_format(buffer, " (%s of owners)", digest_count(owners, text));
    if (!is_missing(arr)) text_add_format(buffer, ", ARR %s", digest_money(arr, text));
    text_add(buffer, "\n", 1);
    shown++;
  }
  if (count > shown) text_add_format(buffer, "  ... and %zu more weeks\n", count - shown);
}

void digest_add_transition(text_buffer *buffer, const triax_plan *plan) {
  const triax_document *summary = triax_plan_summary(plan);
  triax_node node = triax_document_find(summary, 0, triax_text_of("transition"));
  if (node == TRIAX_NO_NODE) return;
  add_hands(buffer, summary, node);
  add_states(buffer, summary, node);
  add_weeks(buffer, summary, node);
}
