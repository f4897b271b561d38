/* Filling the caller's error, and collecting many messages. */
#ifndef TX_BASE_ERROR_H
#define TX_BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>

#include <triax/base.h>

#if defined(__MINGW32__) && !defined(__clang__)
/* error.c formats with mingw's own printf, which takes %zu and %lld. */
#define TX_PRINTF(at, first) __attribute__((format(gnu_printf, at, first)))
#elif defined(__GNUC__)
#define TX_PRINTF(at, first) __attribute__((format(printf, at, first)))
#else
#define TX_PRINTF(at, first)
#endif

/* Writes the error (NULL allowed) and returns the status, for `return tx_fail(error, TRIAX_EDATA, "…", …)`.
 * The format takes %s %.*s %d %lld %zu %% alone: %g would follow the locale, so numbers are formatted by the caller. */
triax_status tx_fail(triax_error *error, triax_status status, const char *format, ...) TX_PRINTF(3, 4);
/* As tx_fail, with a place. path may be NULL. */
triax_status tx_fail_at(triax_error *error, triax_status status, const char *path, int32_t line, int32_t column,
                        const char *format, ...) TX_PRINTF(6, 7);
/* The fixed answer to a failed allocation. */
triax_status tx_no_memory(triax_error *error);

/* A source text that messages can show lines of. All borrowed. */
typedef struct tx_source {
  const char *name; /* file name, or NULL */
  const char *text; /* NULL: no excerpts */
  size_t length;
  const size_t *marks; /* where every TX_MARKED_LINES-th line begins, from line 1 on; NULL: to be counted */
  size_t mark_count;
} tx_source;
#define TX_MARKED_LINES 64
/* Fills marks, for a source without them: returns how many there are, and writes those for which there is room. */
size_t tx_source_marks(const tx_source *source, size_t *marks, size_t room);

/* One finding before it is formatted. */
typedef struct tx_finding {
  int32_t level;        /* TRIAX_LEVEL_… */
  triax_status status;  /* what an error of this kind makes the call return */
  const char *code;     /* "T101", or NULL */
  const char *path;     /* or NULL */
  int32_t line, column; /* 1-based, 0 unknown */
  int32_t width;        /* code points to underline, at least 1 */
  const char *hint;     /* "did you mean 'touch'?", or NULL */
} tx_finding;

/* Appends a formatted finding. False when memory is short. messages NULL: nothing is kept, true. */
bool tx_messages_add(triax_messages *messages, const tx_source *source, const tx_finding *finding, const char *message);

/* Collects the findings of one call: the first error goes to the caller's error, all to the list, up to a limit. */
#define TX_REPORT_LIMIT 20
typedef struct tx_report {
  triax_context *context;
  triax_messages *messages; /* may be NULL */
  triax_error *error;       /* may be NULL */
  const tx_source *source;  /* may be NULL */
  size_t errors;            /* found so far */
  triax_status status;      /* of the first error, TRIAX_OK before; TRIAX_ENOMEM wins over all */
} tx_report;

void tx_report_init(tx_report *report, triax_context *context, triax_messages *messages, triax_error *error,
                    const tx_source *source);
/* Adds a finding with a formatted message; past TX_REPORT_LIMIT errors only counts. */
void tx_report_add(tx_report *report, const tx_finding *finding, const char *format, ...) TX_PRINTF(3, 4);
/* Marks the report as out of memory. */
void tx_report_no_memory(tx_report *report);
/* True once further errors would not be kept (the caller may stop looking) or memory is short. */
bool tx_report_full(const tx_report *report);
/* The call's result: TRIAX_OK when there was no error; fills error->count. */
triax_status tx_report_finish(tx_report *report);

#endif
