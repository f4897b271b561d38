#include <string.h>

#include "base/context.h"
#include "base/error_private.h"

void tx_report_init(tx_report *report, triax_context *context, triax_messages *messages, triax_error *error,
                    const tx_source *source) {
  *report = (tx_report){.context = context, .messages = messages, .error = error, .source = source};
}

static void fill_error(triax_error *error, const tx_finding *finding, const char *message) {
  if (error == NULL) {
    return;
  }
  tx_set_error(error, finding->status, finding->path, finding->line, finding->column);
  tx_writer writer = {error->message, sizeof error->message, 0};
  tx_write_c(&writer, message);
  if (finding->hint != NULL) {
    tx_write(&writer, TX_TEXT("; "));
    tx_write_c(&writer, finding->hint);
  }
  tx_scrub(error->message, strlen(error->message), false);
  tx_scrub(error->path, strlen(error->path), false);
}

void tx_report_add(tx_report *report, const tx_finding *finding, const char *format, ...) {
  bool is_error = finding->level == TRIAX_LEVEL_ERROR;
  if (is_error) {
    report->errors++;
  }
  if (report->status == TRIAX_ENOMEM || (is_error && report->errors > TX_REPORT_LIMIT)) {
    return;
  }
  char message[TRIAX_ERROR_SIZE];
  va_list arguments;
  va_start(arguments, format);
  tx_format_message(message, sizeof message, format, arguments);
  va_end(arguments);
  if (is_error && report->errors == 1) {
    report->status = finding->status;
    fill_error(report->error, finding, message);
  }
  if (!tx_messages_add(report->messages, report->source, finding, message)) {
    tx_report_no_memory(report);
  }
}

void tx_report_no_memory(tx_report *report) {
  report->status = TRIAX_ENOMEM;
  tx_no_memory(report->error);
}

bool tx_report_full(const tx_report *report) {
  return report->errors >= TX_REPORT_LIMIT || report->status == TRIAX_ENOMEM;
}

triax_status tx_report_finish(tx_report *report) {
  if (report->status != TRIAX_OK && report->error != NULL) {
    bool counted = report->status != TRIAX_ENOMEM && report->errors > 0;
    report->error->count = !counted ? 1 : report->errors > INT32_MAX ? INT32_MAX : (int32_t)report->errors;
  }
  return report->status;
}
