#include "base/thread.h"

#ifdef _WIN32

static unsigned __stdcall enter(void *argument) {
  tx_thread *thread = argument;
  thread->run(thread->user);
  return 0;
}

bool tx_thread_start(tx_thread *thread, void (*run)(void *user), void *user) {
  thread->run = run;
  thread->user = user;
  thread->handle = (HANDLE)_beginthreadex(NULL, 0, enter, thread, 0, NULL);
  return thread->handle != NULL;
}

void tx_thread_join(tx_thread *thread) {
  WaitForSingleObject(thread->handle, INFINITE);
  CloseHandle(thread->handle);
}

bool tx_lock_init(tx_lock *lock) {
  InitializeSRWLock(lock);
  return true;
}

void tx_lock_destroy(tx_lock *lock) { (void)lock; }
void tx_lock_take(tx_lock *lock) { AcquireSRWLockExclusive(lock); }
void tx_lock_give(tx_lock *lock) { ReleaseSRWLockExclusive(lock); }

#else

static void *enter(void *argument) {
  tx_thread *thread = argument;
  thread->run(thread->user);
  return NULL;
}

bool tx_thread_start(tx_thread *thread, void (*run)(void *user), void *user) {
  thread->run = run;
  thread->user = user;
  return pthread_create(&thread->handle, NULL, enter, thread) == 0;
}

void tx_thread_join(tx_thread *thread) { pthread_join(thread->handle, NULL); }

bool tx_lock_init(tx_lock *lock) { return pthread_mutex_init(lock, NULL) == 0; }
void tx_lock_destroy(tx_lock *lock) { pthread_mutex_destroy(lock); }
void tx_lock_take(tx_lock *lock) { pthread_mutex_lock(lock); }
void tx_lock_give(tx_lock *lock) { pthread_mutex_unlock(lock); }

#endif
