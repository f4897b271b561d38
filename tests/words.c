#include "words.h"

void put(triax_document *d, const char *key, const char *value) { triax_document_text(d, T(key), T(value)); }

static void knot(triax_document *d, double value, double points) {
  triax_document_list(d, TRIAX_NO_KEY);
  triax_document_number(d, TRIAX_NO_KEY, value);
  triax_document_number(d, TRIAX_NO_KEY, points);
  triax_document_end(d);
}

void metric(triax_document *d, const char *name, const char *value, double low, double high) {
  triax_document_map(d, T(name));
  put(d, "value", value);
  triax_document_list(d, T("scale"));
  knot(d, low, 0);
  knot(d, high, 100);
  triax_document_end(d);
  triax_document_end(d);
}

void limit_and_bands(triax_document *d, const char *when, const char *why) {
  triax_document_list(d, T("limits"));
  triax_document_map(d, TRIAX_NO_KEY);
  put(d, "when", when);
  put(d, "at_most", "40");
  if (why) put(d, "why", why);
  triax_document_end(d);
  triax_document_end(d);
  triax_document_map(d, T("bands"));
  put(d, "red", "0");
  put(d, "green", "50");
  triax_document_end(d);
}

void begin_segment(triax_document *d, const char *name, const char *test, const char *value) {
  triax_document_map(d, TRIAX_NO_KEY);
  put(d, "name", name);
  if (test) put(d, test, value);
}

void segment(triax_document *d, const char *name, const char *test, const char *value) {
  begin_segment(d, name, test, value);
  triax_document_end(d);
}

void two_sizes(triax_document *d, const char *test, const char *large, const char *small) {
  triax_document_map(d, T("customers"));
  put(d, "key", "id");
  triax_document_end(d);
  triax_document_map(d, T("team"));
  put(d, "key", "id");
  triax_document_end(d);
  triax_document_map(d, T("segmentation"));
  put(d, "by", "arr");
  triax_document_list(d, T("segments"));
  segment(d, "large", test, "5000");
  segment(d, "small", NULL, NULL);
  triax_document_end(d);
  triax_document_end(d);
  triax_document_map(d, T("allocation"));
  triax_document_map(d, T("capacity"));
  triax_document_map(d, T("accounts"));
  put(d, "large", large);
  put(d, "small", small);
  triax_document_end(d);
  triax_document_end(d);
  put(d, "value", "arr");
  triax_document_end(d);
}
