/**
 * @file base.h
 * @brief Status codes, text, errors, messages, contexts and versions.
 *
 * Everything else in triax stands on this header. Three rules hold for the
 * whole library:
 *
 * - What can fail returns a #triax_status and takes an optional #triax_error
 *   as its last argument. On failure, outputs are untouched.
 * - Nothing is global: memory, logging, threads and cancellation come from a
 *   #triax_context, which every object keeps alive.
 * - The library never prints, exits, reads the environment or the clock, or
 *   changes the locale.
 */
#ifndef TRIAX_BASE_H
#define TRIAX_BASE_H

#include <stddef.h>
#include <stdint.h>

#include <triax/version.h>

#ifdef __cplusplus
#define TRIAX_BEGIN_DECLS extern "C" {
#define TRIAX_END_DECLS }
#else
#define TRIAX_BEGIN_DECLS
#define TRIAX_END_DECLS
#endif

#ifndef TRIAX_API
#if defined(_WIN32) && !defined(TRIAX_STATIC)
#define TRIAX_API __declspec(dllimport)
#elif defined(__GNUC__) && !defined(TRIAX_STATIC)
#define TRIAX_API __attribute__((visibility("default")))
#else
#define TRIAX_API
#endif
#endif

TRIAX_BEGIN_DECLS

/**
 * @brief What a call came to. #TRIAX_OK is 0; all others are failures.
 * @since 0.1
 */
typedef int32_t triax_status;

/** Done. @since 0.1 */
#define TRIAX_OK 0
/** An argument is outside its contract (NULL where not allowed, bad size). @since 0.1 */
#define TRIAX_EINVAL 1
/** Memory could not be had; nothing was changed and nothing leaked. @since 0.1 */
#define TRIAX_ENOMEM 2
/** A progress callback asked to stop. @since 0.1 */
#define TRIAX_ECANCELED 3
/** The policy (or an expression in it) is at fault. @since 0.1 */
#define TRIAX_EPOLICY 4
/** The data (customers or team) is at fault. @since 0.1 */
#define TRIAX_EDATA 5
/** A stated limit (length, depth, count) was passed. @since 0.1 */
#define TRIAX_ELIMIT 6
/** No such key, column or row. @since 0.1 */
#define TRIAX_ENOTFOUND 7
/** The input is well formed but of a kind this version does not take. @since 0.1 */
#define TRIAX_EUNSUPPORTED 8

/**
 * @brief The name of a status, for instance "TRIAX_EDATA".
 * @param status any value
 * @return static text, never NULL; "unknown status" for values not listed
 * @since 0.1
 */
TRIAX_API const char *triax_status_name(triax_status status);

/**
 * @brief UTF-8 text as pointer and byte length; need not end in NUL.
 *
 * `{NULL, 0}` stands for "not given"; an empty text has a non-NULL pointer.
 * Texts passed in are borrowed for the call and checked to be UTF-8 without
 * NUL bytes; texts handed out belong to the object they came from.
 * @since 0.1
 */
typedef struct triax_text {
  const char *bytes; /**< first byte, or NULL for "not given" */
  size_t length;     /**< number of bytes, without any terminator */
} triax_text;

/**
 * @brief Wraps a NUL-terminated C string, which must outlive the result's use.
 * @param string NUL-terminated, or NULL for "not given"
 * @return the text
 * @since 0.1
 */
TRIAX_API triax_text triax_text_of(const char *string);

/** Room for the path in an error or message, with its NUL. @since 0.1 */
#define TRIAX_PATH_SIZE 256
/** Room for the text in an error, with its NUL. @since 0.1 */
#define TRIAX_ERROR_SIZE 1024

/**
 * @brief The caller's place for the reason of a failure.
 *
 * Optional everywhere (pass NULL), needs no set-up and no clean-up. Written
 * only on failure. Strings are NUL-terminated UTF-8, cut at a character when
 * too long.
 * @since 0.1
 */
typedef struct triax_error {
  triax_status status;           /**< same as the call's result */
  int32_t line;                  /**< 1-based line in the source, 0 if unknown */
  int32_t column;                /**< 1-based column in code points, 0 if unknown */
  int32_t count;                 /**< how many errors there were in all, at least 1 */
  char path[TRIAX_PATH_SIZE];    /**< where in the policy or data, such as "health.metrics.adoption", or "" */
  char message[TRIAX_ERROR_SIZE]; /**< one sentence, with a remedy where there is one */
} triax_error;

/**
 * @brief Writes an error as a person would read it: `source:line:column: error: path: message`.
 * @param error the error
 * @param source a file's name to put first, or NULL
 * @param[out] buffer receives NUL-terminated text, cut to fit; may be NULL if size is 0
 * @param size bytes in buffer
 * @return bytes that the whole text needs, without NUL
 * @since 0.1
 */
TRIAX_API size_t triax_error_format(const triax_error *error, const char *source, char *buffer, size_t size);

/**
 * @brief Gets, grows, shrinks and frees memory, in the manner of Lua's allocator.
 *
 * - block NULL: return new_size fresh bytes, aligned for any object, or NULL.
 * - new_size 0: free the block of old_size bytes, return NULL.
 * - else: resize, keeping the contents; NULL leaves the old block as it was.
 *
 * Called from several threads at once when a context has more than one.
 * @since 0.1
 */
typedef void *(*triax_resize_fn)(void *user, void *block, size_t old_size, size_t new_size);

/** How grave a log line or message is. @since 0.1 */
#define TRIAX_LEVEL_ERROR 1
/** Something that the reader should look at, though the work goes on. @since 0.1 */
#define TRIAX_LEVEL_WARNING 2
/** Something worth knowing. @since 0.1 */
#define TRIAX_LEVEL_NOTE 3
/** How the work went on within a call; of log lines alone, messages have no such level. @since 0.1 */
#define TRIAX_LEVEL_DETAIL 4

/**
 * @brief Receives log lines: what the library did, call by call, for a host's own log.
 *
 * What is to be said of a policy or of data comes as messages, and why a call failed as its error: neither is logged.
 * By level come:
 *
 * - #TRIAX_LEVEL_WARNING: the work goes on, but by other means than asked for, as with fewer threads than wanted.
 * - #TRIAX_LEVEL_NOTE: one line for each policy, customers, team, plan, comparison, fit and backtest when it is made, with
 *   its size. Nothing for what a host calls often: judges, explanations, tables.
 * - #TRIAX_LEVEL_DETAIL: a line before a plan's steps (rows, date, threads, instructions), and one after each with its
 *   counts: how many were scored, placed, owned, how the search for books ended, how many actions and moves there are.
 *
 * Called on the thread that made the call, never on threads of the library, in the order of the work; by several calls on
 * several threads at once, if the host makes them. The same call says the same, but for the machine and the threads it
 * names. Words may change from version to version: they are for people. A context without a log spends nothing on it.
 * @param user the context's log_user
 * @param level TRIAX_LEVEL_…
 * @param line UTF-8 without control characters or a line end, NUL-terminated, shorter than #TRIAX_ERROR_SIZE; gone after
 * @since 0.1
 */
typedef void (*triax_log_fn)(void *user, int32_t level, const char *line);

/**
 * @brief Receives progress and may cancel.
 *
 * Called on the caller's thread, at least every 10 ms of long work.
 * @param user the context's progress_user
 * @param stage static text such as "allocation"
 * @param done share of the stage that is done, 0 to 1
 * @return 0 to go on; anything else cancels: the call returns #TRIAX_ECANCELED within 50 ms
 * @since 0.1
 */
typedef int (*triax_progress_fn)(void *user, const char *stage, double done);

/** @brief One of the tasks that the library hands to a host's threads: a number and the work it is about. @since 0.1 */
typedef void (*triax_task_fn)(void *work, uint64_t task);

/**
 * @brief Runs tasks on the host's own threads, in place of threads that the library would start.
 *
 * Calls run(work, task) for task = 0 … tasks − 1, each at most once, in any order, on any threads; task 0 on the calling
 * thread, where progress is told. Returns when all that were begun have returned. Tasks take pieces of work until none is
 * left, so that any but the first may be left out, when a pool is busy: what comes out is the same, to the bit.
 * @param user the context's parallel_user
 * @param tasks how many, at least 2, at most the context's threads
 * @param run what a task does; it never blocks but for short locks
 * @param work handed to run; gone when this function has returned
 * @since 0.1
 */
typedef void (*triax_parallel_fn)(void *user, uint64_t tasks, triax_task_fn run, void *work);

/**
 * @brief Options of a context. Zero means default; set struct_size, or use #TRIAX_CONTEXT_OPTIONS_INIT.
 * @since 0.1
 */
typedef struct triax_context_options {
  size_t struct_size;           /**< sizeof(triax_context_options) of the caller */
  triax_resize_fn resize;       /**< allocator; NULL: the C library's, the system's pages for large blocks
                                     (of freed ones up to 128 MB are kept for the next) */
  void *resize_user;            /**< handed to resize */
  triax_log_fn log;             /**< log sink; NULL: none */
  void *log_user;               /**< handed to log */
  triax_progress_fn progress;   /**< progress and cancellation; NULL: none */
  void *progress_user;          /**< handed to progress */
  uint64_t threads;             /**< threads that a call may use, the caller's included; 0: 1 */
  triax_parallel_fn parallel;   /**< the host's threads, for up to `threads` tasks; NULL: the library starts its own */
  void *parallel_user;          /**< handed to parallel */
} triax_context_options;

/** Default options, for initialisation. @since 0.1 */
#define TRIAX_CONTEXT_OPTIONS_INIT {sizeof(triax_context_options), 0, 0, 0, 0, 0, 0, 0, 0, 0}

/**
 * @brief Sets options to their defaults.
 * @param[out] options struct_size and zeros
 * @since 0.1
 */
TRIAX_API void triax_context_options_init(triax_context_options *options);

/**
 * @brief Memory, log, threads and progress that objects share. Immutable and reference-counted.
 * @since 0.1
 */
typedef struct triax_context triax_context;

/**
 * @brief Makes a context.
 * @param options NULL for defaults
 * @param[out] context the new context; free with triax_context_unref()
 * @param error NULL, or receives the reason
 * @return #TRIAX_OK, #TRIAX_EINVAL (struct_size, or an unknown option set) or #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_context_new(const triax_context_options *options, triax_context **context,
                                         triax_error *error);
/** @brief Takes a further reference; NULL gives NULL. Thread-safe. @since 0.1 */
TRIAX_API triax_context *triax_context_ref(triax_context *context);
/** @brief Gives a reference back; frees at the last. NULL is allowed. Thread-safe. @since 0.1 */
TRIAX_API void triax_context_unref(triax_context *context);
/**
 * @brief Memory from the context, in the manner of #triax_resize_fn, for modules that stand on the library.
 * @param context whose allocator is asked
 * @param block NULL for fresh bytes, else what this function gave
 * @param old_size the block's bytes; 0 when block is NULL
 * @param new_size bytes wanted; 0 frees
 * @return the block, which belongs to the caller, or NULL when memory is short or new_size is 0. Thread-safe.
 * @since 0.1
 */
TRIAX_API void *triax_context_resize(triax_context *context, void *block, size_t old_size, size_t new_size);

/**
 * @brief A list of messages: all the errors and warnings of one call, in order.
 *
 * Calls that can find many faults at once take an optional list and append to
 * it. Not thread-safe: one list, one thread at a time.
 * @since 0.1
 */
typedef struct triax_messages triax_messages;

/** @brief Makes an empty list. Free with triax_messages_free().
 * @return #TRIAX_OK, #TRIAX_EINVAL, #TRIAX_ENOMEM @since 0.1 */
TRIAX_API triax_status triax_messages_new(triax_context *context, triax_messages **messages, triax_error *error);
/** @brief Frees the list and all it holds. NULL is allowed. @since 0.1 */
TRIAX_API void triax_messages_free(triax_messages *messages);
/** @brief Number of messages; 0 for NULL. @since 0.1 */
TRIAX_API size_t triax_messages_count(const triax_messages *messages);
/** @brief The level of message i (TRIAX_LEVEL_…); 0 out of range. @since 0.1 */
TRIAX_API int32_t triax_messages_level(const triax_messages *messages, size_t i);
/** @brief The code of message i, such as "T101", or "" when it has none; never NULL. @since 0.1 */
TRIAX_API const char *triax_messages_code(const triax_messages *messages, size_t i);
/**
 * @brief Message i in full, NUL-terminated, as a person would read it; "" out of range.
 *
 * `policy.yaml:12:7: error: segmentation.segments[1]: unknown key 'touchh'`,
 * with the source line, a caret and a suggestion below where there is a
 * source. Valid until the list changes.
 * @since 0.1
 */
TRIAX_API const char *triax_messages_text(const triax_messages *messages, size_t i);
/** @brief Message i as fields: line, column, path, message. @return 0 if i is out of range, else 1. @since 0.1 */
TRIAX_API int triax_messages_get(const triax_messages *messages, size_t i, triax_error *fields);

/**
 * @brief Appends a message, for modules that stand on the library (libtriax-yaml is one).
 * @param messages the list; NULL: nothing is kept
 * @param level TRIAX_LEVEL_…
 * @param code such as "T101", or NULL
 * @param fields status, line, column, path and message
 * @param name the source's name, or not given
 * @param source the whole source, so that the line can be shown, or not given
 * @return #TRIAX_OK, #TRIAX_EINVAL (fields NULL, no such level) or #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_messages_add(triax_messages *messages, int32_t level, const char *code,
                                          const triax_error *fields, triax_text name, triax_text source);

/** Most parts that triax_round_parts() takes at once. @since 0.1 */
#define TRIAX_ROUND_PARTS 1024

/**
 * @brief Rounds parts of a total so that the printed parts sum to the printed total.
 *
 * Each part is rounded down to `decimals`, then those with the largest remainders get one unit more (Hamilton's method
 * of apportionment; ties to the earlier), until they sum to the total as `%.*f` prints it. For contributions to a
 * score, shares of a budget, causes of a difference.
 * @param parts the parts; finite
 * @param count how many, up to #TRIAX_ROUND_PARTS
 * @param total what they sum to, but for rounding
 * @param decimals 0 to 10
 * @param[out] rounded as many; may be `parts`. Printed with `decimals`, each is what it is
 * @param error NULL, or receives the reason
 * @return #TRIAX_OK, or #TRIAX_EINVAL (not finite, too large for the decimals, too many); then nothing is written
 * @since 0.1
 */
TRIAX_API triax_status triax_round_parts(const double *parts, size_t count, double total, int32_t decimals,
                                         double *rounded, triax_error *error);

/** @brief The library's version as text, such as "0.1.0"; static. @since 0.1 */
TRIAX_API const char *triax_version(void);
/** @brief The library's version as major * 10000 + minor * 100 + patch. @since 0.1 */
TRIAX_API int32_t triax_version_number(void);
/** @brief The version of the policy language that the library reads. @since 0.1 */
TRIAX_API int32_t triax_policy_language(void);

TRIAX_END_DECLS

#endif
