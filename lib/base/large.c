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

#include "base/thread.h"

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

static void *shifted(char *pages) {
  const uint32_t number = (uint32_t)((uintptr_t)pages / HUGE) * UINT32_C(0x9e3779b9);
  return pages ? pages + number / (UINT32_MAX / SHIFTS + 1) * SHIFT : NULL;
}

/* --- pages kept ------------------------------------------------------------------------------------------------- */

#define KEPT 32                        /* blocks */
#define KEPT_BYTES ((size_t)128 << 20) /* of them together */

typedef struct kept {
  char *pages;
  size_t size;
} kept;

struct tx_spare {
  tx_lock lock;
  size_t count, bytes;
  kept blocks[KEPT]; /* the oldest first */
};

tx_spare *tx_spare_new(void) {
  tx_spare *spare = calloc(1, sizeof *spare);
  if (spare && tx_lock_init(&spare->lock)) return spare;
  free(spare);
  return NULL;
}

static kept take_out(tx_spare *spare, size_t at) {
  const kept block = spare->blocks[at];
  spare->count--;
  spare->bytes -= block.size;
  memmove(spare->blocks + at, spare->blocks + at + 1, (spare->count - at) * sizeof *spare->blocks);
  return block;
}

static void drop_oldest(tx_spare *spare) {
  const kept block = take_out(spare, 0);
  munmap(block.pages, block.size);
}

/* Gives so many bytes back to the system: the caller is about to take as many. */
static void drop_bytes(tx_spare *spare, size_t size) {
  const size_t left = spare->bytes > size ? spare->bytes - size : 0;
  while (spare->bytes > left) drop_oldest(spare);
}

void tx_spare_free(tx_spare *spare) {
  if (!spare) return;
  while (spare->count) drop_oldest(spare);
  tx_lock_destroy(&spare->lock);
  free(spare);
}

/* The latest pages of the size, else NULL, with as many bytes given back. */
static char *reuse(tx_spare *spare, size_t size) {
  char *pages = NULL;
  if (!spare) return NULL;
  tx_lock_take(&spare->lock);
  for (size_t at = spare->count; at-- > 0 && !pages;) {
    if (spare->blocks[at].size == size) pages = take_out(spare, at).pages;
  }
  if (!pages) drop_bytes(spare, size);
  tx_lock_give(&spare->lock);
  return pages;
}

static void give_back(tx_spare *spare, char *pages, size_t size) {
  if (!spare || size > KEPT_BYTES) {
    munmap(pages, size);
    return;
  }
#ifdef MADV_FREE
  (void)madvise(pages, size, MADV_FREE); /* lent to the system until they are written again */
#endif
  tx_lock_take(&spare->lock);
  while (spare->count == KEPT || spare->bytes + size > KEPT_BYTES) drop_oldest(spare);
  spare->blocks[spare->count++] = (kept){pages, size};
  spare->bytes += size;
  tx_lock_give(&spare->lock);
}

static void make_way(tx_spare *spare, size_t old_size, size_t new_size) {
  if (!spare || new_size <= old_size) return;
  tx_lock_take(&spare->lock);
  drop_bytes(spare, new_size - old_size);
  tx_lock_give(&spare->lock);
}

/* --- blocks ----------------------------------------------------------------------------------------------------- */

static void *make(tx_spare *spare, size_t size) {
  char *pages = reuse(spare, taken(size));
  return shifted(pages ? pages : map(taken(size)));
}

static void *move(tx_spare *spare, void *block, size_t old_size, size_t new_size) {
  void *moved = is_large(new_size) ? make(spare, new_size) : malloc(new_size);
  if (!moved) return NULL;
  memcpy(moved, block, old_size < new_size ? old_size : new_size);
  tx_default_resize(spare, block, old_size, 0);
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

void *tx_default_zeroed(void *user, size_t size) {
  make_way(user, 0, size);
  return shifted(map(taken(size)));
}

void *tx_default_resize(void *user, void *block, size_t old_size, size_t new_size) {
  tx_spare *spare = user;
  const bool was_large = block && is_large(old_size);
  if (new_size == 0) {
    if (was_large) give_back(spare, pages_of(block), taken(old_size));
    else free(block);
    return NULL;
  }
  if (!block) return is_large(new_size) ? make(spare, new_size) : malloc(new_size);
  if (was_large && is_large(new_size)) {
    make_way(spare, old_size, new_size);
    return remap(block, old_size, new_size);
  }
  if (was_large || is_large(new_size)) return move(spare, block, old_size, new_size);
  return realloc(block, new_size);
}

#else

bool tx_default_is_zero(size_t size) {
  (void)size;
  return false;
}

void *tx_default_zeroed(void *user, size_t size) {
  (void)user;
  return calloc(size, 1);
}

tx_spare *tx_spare_new(void) { return NULL; }

void tx_spare_free(tx_spare *spare) { (void)spare; }

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
