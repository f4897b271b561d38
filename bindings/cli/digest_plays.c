/* Of the digest: what the plays do. */
#include <string.h>

#include "digest.h"

enum { NAME_WIDTH = 32 };

static void add_play(text_buffer *buffer, const triax_document *summary, triax_node play) {
  char text[CLI_NUMBER_SIZE];
  static const char *const keys[] = {"fired", "new", "updated", "withheld"};
  static const int widths[] = {11, 9, 9, 10};
  text_add_string(buffer, "  ");
  digest_cell(buffer, triax_document_as_text(summary, triax_document_find(summary, play, triax_text_of("play"))),
              NAME_WIDTH - 2);
  for (size_t i = 0; i < 4; i++) {
    text_add_format(buffer, " %*s", widths[i], digest_count(digest_number_of(summary, play, keys[i]), text));
  }
  digest_line(buffer);
}

/* "Withheld: 12 cooldown, 3 missing value". */
static void add_reasons(text_buffer *buffer, const triax_document *summary, triax_node plays) {
  triax_node withheld = triax_document_find(summary, plays, triax_text_of("withheld"));
  char text[CLI_NUMBER_SIZE];
  bool first = true;
  for (triax_node node = triax_document_first(summary, withheld); node != TRIAX_NO_NODE;
       node = triax_document_next(summary, node)) {
    double count = triax_document_as_number(summary, node);
    if (!(count > 0)) continue;
    triax_text reason = triax_document_key(summary, node);
    text_add_format(buffer, "%s%s %.*s", first ? "Withheld: " : ", ", digest_count(count, text), (int)reason.length,
                    reason.bytes);
    first = false;
  }
  if (!first) text_add(buffer, "\n", 1);
}

void digest_add_plays(text_buffer *buffer, const triax_plan *plan) {
  const triax_document *summary = triax_plan_summary(plan);
  triax_node plays = triax_document_find(summary, 0, triax_text_of("plays"));
  if (plays == TRIAX_NO_NODE) return;
  text_add_format(buffer, "\n%-*s %11s %9s %9s %10s\n", NAME_WIDTH, "Play, most urgent first", "fires for", "new",
                  "updated", "withheld");
  triax_node list = triax_document_find(summary, plays, triax_text_of("list"));
  for (triax_node play = triax_document_first(summary, list); play != TRIAX_NO_NODE;
       play = triax_document_next(summary, play)) {
    add_play(buffer, summary, play);
  }
  add_reasons(buffer, summary, plays);
}
