/* Two libtriax in one process, each with objects of its own: whichever a program is linked with, another that it loads
 * (as a plugin's) neither runs its code nor is run by it.
 *
 * usage: two COPY      the path of another libtriax.so, of another version */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <triax/triax.h>

/* Who asks for memory, told by where the call comes from: the library, or this program by way of its last jump. */
typedef struct heap {
  const char *other; /* library, of which no call may come */
  long blocks, calls, strangers;
} heap;

static void *resize(void *user, void *block, size_t old_size, size_t new_size) {
  heap *from = user;
  Dl_info caller;
  (void)old_size;
  from->calls++;
  if (!dladdr(__builtin_return_address(0), &caller) || strcmp(caller.dli_fname, from->other) == 0) from->strangers++;
  from->blocks += (block == NULL) - (new_size == 0);
  if (new_size != 0) return realloc(block, new_size);
  free(block);
  return NULL;
}

/* The functions of one of the two, and where it lies. */
typedef struct library {
  const char *path;
  __typeof__(&triax_version) version;
  __typeof__(&triax_context_new) context_new;
  __typeof__(&triax_context_unref) context_unref;
  __typeof__(&triax_document_new) document_new;
  __typeof__(&triax_document_number) document_number;
  __typeof__(&triax_document_map) document_map;
  __typeof__(&triax_document_list) document_list;
  __typeof__(&triax_document_text) document_text;
  __typeof__(&triax_document_end) document_end;
  __typeof__(&triax_document_finish) document_finish;
  __typeof__(&triax_document_free) document_free;
  __typeof__(&triax_policy_new) policy_new;
  __typeof__(&triax_policy_name) policy_name;
  __typeof__(&triax_policy_unref) policy_unref;
} library;

static void find(void *handle, const char *name, void *function) {
  void *found = dlsym(handle, name);
  if (found == NULL) {
    fprintf(stderr, "%s is not there\n", name);
    exit(1);
  }
  memcpy(function, &found, sizeof found);
}

static library all_of(void *handle) {
  library l;
  find(handle, "triax_version", &l.version);
  find(handle, "triax_context_new", &l.context_new);
  find(handle, "triax_context_unref", &l.context_unref);
  find(handle, "triax_document_new", &l.document_new);
  find(handle, "triax_document_number", &l.document_number);
  find(handle, "triax_document_map", &l.document_map);
  find(handle, "triax_document_list", &l.document_list);
  find(handle, "triax_document_text", &l.document_text);
  find(handle, "triax_document_end", &l.document_end);
  find(handle, "triax_document_finish", &l.document_finish);
  find(handle, "triax_document_free", &l.document_free);
  find(handle, "triax_policy_new", &l.policy_new);
  find(handle, "triax_policy_name", &l.policy_name);
  find(handle, "triax_policy_unref", &l.policy_unref);
  Dl_info info;
  l.path = dladdr(dlsym(handle, "triax_version"), &info) ? info.dli_fname : "";
  return l;
}

typedef struct work {
  library calls;
  heap memory;
  triax_context *context;
  triax_document *document;
  triax_policy *policy;
} work;

/* {triax: 1, name: NAME, segmentation: {segments: [{name: all}]}} */
static int begin(work *w, const char *name) {
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  triax_error error = {0};
  const library *l = &w->calls;
  options.resize = resize;
  options.resize_user = &w->memory;
  if (l->context_new(&options, &w->context, &error) == TRIAX_OK &&
      l->document_new(w->context, &w->document, &error) == TRIAX_OK) {
    l->document_number(w->document, triax_text_of("triax"), 1);
    l->document_text(w->document, triax_text_of("name"), triax_text_of(name));
    l->document_map(w->document, triax_text_of("segmentation"));
    l->document_list(w->document, triax_text_of("segments"));
    l->document_map(w->document, TRIAX_NO_KEY);
    l->document_text(w->document, triax_text_of("name"), triax_text_of("all"));
    l->document_end(w->document);
    l->document_end(w->document);
    l->document_end(w->document);
    if (l->document_finish(w->document, &error) == TRIAX_OK &&
        l->policy_new(w->context, w->document, &w->policy, NULL, &error) == TRIAX_OK) {
      return 1;
    }
  }
  fprintf(stderr, "%s\n", error.message);
  return 0;
}

static int end(work *w, const char *name) {
  triax_text found = w->calls.policy_name(w->policy);
  int same = found.length == strlen(name) && memcmp(found.bytes, name, found.length) == 0;
  w->calls.policy_unref(w->policy);
  w->calls.document_free(w->document);
  w->calls.context_unref(w->context);
  printf("%s: %s, %ld calls for memory, %ld from the other, %ld blocks left\n", w->calls.version(),
         same ? "right" : "wrong", w->memory.calls, w->memory.strangers, w->memory.blocks);
  return same && w->memory.calls > 0 && w->memory.strangers == 0 && w->memory.blocks == 0;
}

int main(int count, char **arguments) {
  work one = {0}, two = {0};
  void *copy = count > 1 ? dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  if (copy == NULL) {
    fprintf(stderr, "%s\n", count > 1 ? dlerror() : "usage: two COPY");
    return 1;
  }
  one.calls = all_of(RTLD_DEFAULT);
  two.calls = all_of(copy);
  one.memory.other = two.calls.path;
  two.memory.other = one.calls.path;
  if (strcmp(one.calls.path, two.calls.path) == 0 || strcmp(one.calls.version(), triax_version()) != 0 ||
      strcmp(one.calls.version(), two.calls.version()) == 0) {
    fprintf(stderr, "the two are one\n");
    return 1;
  }
  /* Both are at work when either ends. */
  if (!begin(&one, "first") || !begin(&two, "second")) return 1;
  int done = end(&one, "first");
  return (end(&two, "second") & done) ? 0 : 1;
}
