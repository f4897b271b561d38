#include "expr/fault.h"

#include <stdio.h>
#include <string.h>

/* Cuts a text that may have been truncated in the middle of a character. */
static void cut_at_character(char *text) {
  size_t length = strlen(text), start = length;
  while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80) start--;
  if (start == 0) return;
  unsigned char lead = (unsigned char)text[start - 1];
  size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (length - (start - 1) < wanted) text[start - 1] = '\0';
}

static tx_expr_fault *add(tx_expr_faults *faults, tx_span span, int32_t level, triax_status status, const char *hint) {
  if (!faults) return NULL;
  size_t at = faults->count++;
  if (at >= TX_EXPR_FAULTS) {
    if (level != TRIAX_LEVEL_ERROR) return NULL;
    /* An error must not be lost behind warnings: it takes the place of the last warning. */
    at = TX_EXPR_FAULTS;
    while (at > 0 && faults->fault[at - 1].level == TRIAX_LEVEL_ERROR) at--;
    if (at == 0) return NULL;
    at--;
  }
  tx_expr_fault *fault = &faults->fault[at];
  *fault = (tx_expr_fault){.offset = span.offset, .length = span.length, .level = level, .status = status};
  if (hint) {
    snprintf(fault->hint, sizeof fault->hint, "%s", hint);
    cut_at_character(fault->hint);
  }
  return fault;
}

static void write_message(tx_expr_fault *fault, const char *format, va_list arguments) {
  vsnprintf(fault->message, sizeof fault->message, format, arguments);
  cut_at_character(fault->message);
}

void tx_fault_error(tx_expr_faults *faults, tx_span span, const char *hint, const char *format, ...) {
  tx_expr_fault *fault = add(faults, span, TRIAX_LEVEL_ERROR, TRIAX_EPOLICY, hint);
  if (!fault) return;
  va_list arguments;
  va_start(arguments, format);
  write_message(fault, format, arguments);
  va_end(arguments);
}

void tx_fault_limit(tx_expr_faults *faults, tx_span span, const char *format, ...) {
  tx_expr_fault *fault = add(faults, span, TRIAX_LEVEL_ERROR, TRIAX_ELIMIT, NULL);
  if (!fault) return;
  va_list arguments;
  va_start(arguments, format);
  write_message(fault, format, arguments);
  va_end(arguments);
}

void tx_fault_warning(tx_expr_faults *faults, tx_span span, const char *hint, const char *format, ...) {
  tx_expr_fault *fault = add(faults, span, TRIAX_LEVEL_WARNING, TRIAX_EPOLICY, hint);
  if (!fault) return;
  va_list arguments;
  va_start(arguments, format);
  write_message(fault, format, arguments);
  va_end(arguments);
}

triax_status tx_fault_status(const tx_expr_faults *faults) {
  size_t kept = faults->count < TX_EXPR_FAULTS ? faults->count : TX_EXPR_FAULTS;
  for (size_t i = 0; i < kept; i++) {
    if (faults->fault[i].level == TRIAX_LEVEL_ERROR) return faults->fault[i].status;
  }
  return TRIAX_OK;
}

const char *tx_excerpt(triax_text source, tx_span span, char buffer[TX_EXCERPT]) {
  size_t out = 0, at = span.offset, end = (size_t)span.offset + span.length;
  bool blank = false;
  for (; at < end && at < source.length && out < 40; at++) {
    char c = source.bytes[at];
    bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!space || !blank) buffer[out++] = space ? ' ' : c;
    blank = space;
  }
  bool cut = at < end;
  buffer[out] = '\0';
  cut_at_character(buffer);
  if (cut) memcpy(buffer + strlen(buffer), "…", sizeof "…");
  return buffer;
}
