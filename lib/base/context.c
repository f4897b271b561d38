#include "base/context.h"

#include "base/context_private.h"
#include "base/error_private.h"
#include "base/large.h"

void tx_count_init(tx_count *count) { atomic_init(&count->value, 1); }

void tx_count_ref(tx_count *count) { atomic_fetch_add_explicit(&count->value, 1, memory_order_relaxed); }

bool tx_count_unref(tx_count *count) {
  /* Release what this thread wrote; acquire what the others did before the last one frees. */
  return atomic_fetch_sub_explicit(&count->value, 1, memory_order_acq_rel) == 1;
}

void triax_context_options_init(triax_context_options *options) {
  if (options != NULL) {
    *options = (triax_context_options)TRIAX_CONTEXT_OPTIONS_INIT;
  }
}

triax_status triax_context_new(const triax_context_options *options, triax_context **context, triax_error *error) {
  if (context == NULL) {
    return tx_fail(error, TRIAX_EINVAL, "triax_context_new: context is NULL; give a place for the new context");
  }
  triax_context_options known;
  triax_status status = tx_options_copy(options, sizeof known, sizeof known, &known, "triax_context_options", error);
  if (status != TRIAX_OK) {
    return status;
  }
  tx_spare *spare = NULL;
  if (known.resize == NULL) {
    known.resize = tx_default_resize;
    known.resize_user = spare = tx_spare_new();
  }
  if (known.threads == 0) {
    known.threads = 1;
  } else if (known.threads > TX_MAX_THREADS) {
    known.threads = TX_MAX_THREADS;
  }
  triax_context *made = known.resize(known.resize_user, NULL, 0, sizeof *made);
  if (made == NULL) {
    tx_spare_free(spare);
    return tx_no_memory(error);
  }
  tx_count_init(&made->references);
  made->options = known;
  *context = made;
  return TRIAX_OK;
}

triax_context *triax_context_ref(triax_context *context) {
  if (context != NULL) {
    tx_count_ref(&context->references);
  }
  return context;
}

void triax_context_unref(triax_context *context) {
  if (context != NULL && tx_count_unref(&context->references)) {
    const triax_context_options options = context->options;
    options.resize(options.resize_user, context, sizeof *context, 0);
    if (options.resize == tx_default_resize) tx_spare_free(options.resize_user);
  }
}

void *triax_context_resize(triax_context *context, void *block, size_t old_size, size_t new_size) {
  if (context == NULL || (block == NULL && new_size == 0)) {
    return NULL;
  }
  return context->options.resize(context->options.resize_user, block, block == NULL ? 0 : old_size, new_size);
}

size_t tx_context_threads(const triax_context *context) { return (size_t)context->options.threads; }

bool tx_logs(const triax_context *context) { return context->options.log != NULL; }

void tx_log(const triax_context *context, int32_t level, const char *format, ...) {
  if (!tx_logs(context)) {
    return;
  }
  char line[TRIAX_ERROR_SIZE];
  va_list arguments;
  va_start(arguments, format);
  tx_format_message(line, sizeof line, format, arguments);
  va_end(arguments);
  context->options.log(context->options.log_user, level, line);
}

triax_status tx_progress(const triax_context *context, const char *stage, double done, triax_error *error) {
  if (context->options.progress == NULL ||
      context->options.progress(context->options.progress_user, stage, done) == 0) {
    return TRIAX_OK;
  }
  return tx_fail(error, TRIAX_ECANCELED, "stopped during %s because the progress callback asked for it", stage);
}
