#include "base/context_private.h"
#include "base/thread.h"

#define NO_PIECE SIZE_MAX

typedef struct job {
  triax_context *context;
  const char *stage;
  size_t count, grain, pieces, threads;
  tx_range_fn run;
  void *user;
  triax_error *error; /* the caller's, or NULL */

  atomic_size_t next;   /* piece to hand out */
  atomic_size_t failed; /* lowest piece that failed, NO_PIECE before */
  atomic_bool canceled;
  tx_lock lock;        /* over the two below, and over lowering `failed` */
  triax_status status; /* of the lowest failed piece */
  triax_status cancel_status;
  triax_error *cancel_error;
} job;

typedef struct worker {
  job *job;
  size_t number;
  tx_thread thread;
} worker;

static triax_status run_piece(const job *work, size_t number, size_t piece, triax_error *error) {
  size_t begin = piece * work->grain;
  size_t end = work->count - begin > work->grain ? begin + work->grain : work->count;
  return work->run(work->user, number, begin, end, error);
}

static triax_status run_alone(const job *work) {
  for (size_t piece = 0; piece < work->pieces; piece++) {
    triax_status status = run_piece(work, 0, piece, work->error);
    if (status == TRIAX_OK) {
      status = tx_progress(work->context, work->stage, (double)(piece + 1) / (double)work->pieces, work->error);
    }
    if (status != TRIAX_OK) {
      return status;
    }
  }
  return TRIAX_OK;
}

static void note_failure(job *work, size_t piece, triax_status status, const triax_error *error) {
  tx_lock_take(&work->lock);
  if (piece < atomic_load(&work->failed)) {
    atomic_store(&work->failed, piece);
    work->status = status;
    if (work->error != NULL) {
      *work->error = *error;
    }
  }
  tx_lock_give(&work->lock);
}

/* Takes one piece and runs it; false when there is nothing left to do. Pieces below a failed one are always run, so
 * that the lowest failure is the same whatever the threads' timing. */
static bool take_piece(job *work, size_t number) {
  if (atomic_load(&work->canceled)) {
    return false;
  }
  size_t piece = atomic_fetch_add(&work->next, 1);
  if (piece >= work->pieces || piece > atomic_load(&work->failed)) {
    return false;
  }
  triax_error error = {0};
  triax_status status = run_piece(work, number, piece, work->error == NULL ? NULL : &error);
  if (status != TRIAX_OK) {
    note_failure(work, piece, status, &error);
  }
  return true;
}

static void run_worker(void *user) {
  worker *me = user;
  while (take_piece(me->job, me->number)) {
  }
}

static void run_caller(job *work) {
  while (take_piece(work, 0)) {
    size_t done = atomic_load(&work->next);
    done = done < work->pieces ? done : work->pieces;
    work->cancel_status =
        tx_progress(work->context, work->stage, (double)done / (double)work->pieces, work->cancel_error);
    if (work->cancel_status != TRIAX_OK) {
      atomic_store(&work->canceled, true);
    }
  }
}

/* On threads of our own. */
static void run_started(job *work, size_t threads) {
  worker workers[TX_MAX_THREADS];
  size_t started = 0;
  for (size_t i = 1; i < threads; i++) {
    workers[started] = (worker){.job = work, .number = i};
    if (!tx_thread_start(&workers[started].thread, run_worker, &workers[started])) {
      break;
    }
    started++;
  }
  if (started + 1 < threads) {
    tx_log(work->context, TRIAX_LEVEL_WARNING,
           "%s: the system gave %zu of %zu threads; the work goes on with them, and comes to the same", work->stage,
           started + 1, threads);
  }
  run_caller(work);
  for (size_t i = 0; i < started; i++) {
    tx_thread_join(&workers[i].thread);
  }
}

/* What the host's threads run. A number that is not of ours is left alone: it would name another worker's memory. */
static void run_task(void *user, uint64_t task) {
  job *work = user;
  if (task == 0) {
    run_caller(work);
  } else if (task < work->threads) {
    while (take_piece(work, (size_t)task)) {
    }
  }
}

static triax_status run_together(job *work) {
  const triax_context_options *options = &work->context->options;
  triax_error cancel_error = {0};
  work->cancel_error = &cancel_error;
  atomic_init(&work->next, 0);
  atomic_init(&work->failed, NO_PIECE);
  atomic_init(&work->canceled, false);
  if (options->parallel == NULL) {
    run_started(work, work->threads);
  } else {
    options->parallel(options->parallel_user, work->threads, run_task, work);
    run_caller(work); /* if the host left out even the first task */
  }
  if (work->status == TRIAX_OK && work->cancel_status != TRIAX_OK) {
    if (work->error != NULL) {
      *work->error = cancel_error;
    }
    return work->cancel_status;
  }
  return work->status;
}

triax_status tx_parallel_for(triax_context *context, const char *stage, size_t count, size_t grain, tx_range_fn run,
                             void *user, triax_error *error) {
  grain = grain == 0 ? 1 : grain;
  job work = {.context = context, .stage = stage, .count = count, .grain = grain, .run = run, .user = user};
  work.pieces = count / grain + (count % grain != 0);
  work.error = error;
  work.threads = tx_context_threads(context);
  work.threads = work.threads < work.pieces ? work.threads : work.pieces;
  if (work.threads <= 1 || !tx_lock_init(&work.lock)) {
    return run_alone(&work);
  }
  triax_status status = run_together(&work);
  tx_lock_destroy(&work.lock);
  return status;
}
