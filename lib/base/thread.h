/* Threads and locks of the operating system: just what parallel.c needs. */
#ifndef TX_BASE_THREAD_H
#define TX_BASE_THREAD_H

#include <stdbool.h>

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN /* without networks, whose words tests take for themselves */
#include <windows.h>
/* Words that windef.h takes for itself, for pointers of another age. */
#undef near
#undef far

#include <process.h>
typedef struct tx_thread {
  HANDLE handle;
  void (*run)(void *user);
  void *user;
} tx_thread;
typedef SRWLOCK tx_lock;
#else
#include <pthread.h>
typedef struct tx_thread {
  pthread_t handle;
  void (*run)(void *user);
  void *user;
} tx_thread;
typedef pthread_mutex_t tx_lock;
#endif

/* Runs run(user) on a new thread; false when there is none to be had. The struct must stay in place until joined. */
bool tx_thread_start(tx_thread *thread, void (*run)(void *user), void *user);
void tx_thread_join(tx_thread *thread);

bool tx_lock_init(tx_lock *lock);
void tx_lock_destroy(tx_lock *lock);
void tx_lock_take(tx_lock *lock);
void tx_lock_give(tx_lock *lock);

#endif
