#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* mremap */
#endif

#include "base/large.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A plan of a million customers is some large arrays that are each written once. By pages of 4 KB, the faults of first
 * use cost as much as judging; pages of 2 MB have 512 times fewer. Sanitizers watch over malloc, so they keep it. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

#if defined(__linux__) && UINTPTR_MAX > UINT32_MAX && !defined(SANITIZED)

#include <sys/mman.h>

#define HUGE ((size_t)2 << 20)
#define LARGE (HUGE / 2)        /* blocks of this size and more */
#define PAGE ((size_t)64 << 10) /* as large as any system's small pages */
/* Blocks that all began at the same place of a huge page would fight for the same lines of the caches. So each begins
 * some lines further in, by where its pages are. */
#define SHIFT ((size_t)17 * 64)
#define SHIFTS 64

static bool is_large(size_t size) { return size >= LARGE; }

/* What a block takes. Its last huge page is whole where that wastes little; else the rest is of small pages. */
static size_t taken(size_t size) {
  const size_t used = size + SHIFT * SHIFTS, whole = (used + HUGE - 1) / HUGE * HUGE;
  return whole - used <= used / 16 ? whole : (used + PAGE - 1) / PAGE * PAGE;
}

/* Zeroed pages that begin where a huge page can. */
static char *map(size_t size) {
  char *all = mmap(NULL, size + HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED) return NULL;
  const size_t before = (HUGE - (uintptr_t)all % HUGE) % HUGE;
  if (before) munmap(all, before);
  munmap(all + before + size, HUGE - before);
  (void)madvise(all + before, size, MADV_HUGEPAGE); /* a system without them has small ones */
  return all + before;
}

static char *pages_of(void *block) { return (char *)block - (uintptr_t)block % HUGE; }

static void *make(size_t size) {
  char *pages = map(taken(size));
  const uint32_t number = (uint32_t)((uintptr_t)pages / HUGE) * UINT32_C(0x9e3779b9);
  return pages ? pages + number / (UINT32_MAX / SHIFTS + 1) * SHIFT : NULL;
}

static void *move(void *block, size_t old_size, size_t new_size) {
  void *moved = is_large(new_size) ? make(new_size) : malloc(new_size);
  if (!moved) return NULL;
  memcpy(moved, block, old_size < new_size ? old_size : new_size);
  tx_default_resize(NULL, block, old_size, 0);
  return moved;
}

/* Pages move, bytes do not: two blocks at once would be the peak of memory. */
static void *remap(void *block, size_t old_size, size_t new_size) {
  const size_t had = taken(old_size), wanted = taken(new_size);
  char *pages = pages_of(block);
  if (mremap(pages, had, wanted, 0) != MAP_FAILED) return block;
  char *place = map(wanted);
  if (!place) return NULL;
  if (mremap(pages, had, wanted, MREMAP_MAYMOVE | MREMAP_FIXED, place) != MAP_FAILED) {
    return place + ((char *)block - pages);
  }
  munmap(place, wanted);
  return NULL;
}

bool tx_default_is_zero(size_t size) { return is_large(size); }

void *tx_default_resize(void *user, void *block, size_t old_size, size_t new_size) {
  (void)user;
  const bool was_large = block && is_large(old_size);
  if (new_size == 0) {
    if (was_large) munmap(pages_of(block), taken(old_size));
    else free(block);
    return NULL;
  }
  if (!block) return is_large(new_size) ? make(new_size) : malloc(new_size);
  if (was_large && is_large(new_size)) return remap(block, old_size, new_size);
  if (was_large || is_large(new_size)) return move(block, old_size, new_size);
  return realloc(block, new_size);
}

#else

bool tx_default_is_zero(size_t size) {
  (void)size;
  return false;
}

void *tx_default_resize(void *user, void *block, size_t old_size, size_t new_size) {
  (void)user;
  (void)old_size;
  if (new_size == 0) {
    free(block);
    return NULL;
  }
  return realloc(block, new_size);
}

#endif
