/* A plan as a page of text. */
#include "cli.h"
bool digest_add(text_buffer *buffer, const triax_plan *plan, const cli_company *company) {
  (void)company;
  explain_add(buffer, triax_plan_summary(plan));
  return !buffer->failed;
}
