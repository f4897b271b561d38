/* Answers: made empty, compared, freed. */
#include "books/core.h"

int tx_books_compare(const tx_books_goal *a, const tx_books_goal *b) {
  if (a->value != b->value) {
    return a->value < b->value ? -1 : 1;
  }
  if (a->over != b->over) {
    return a->over < b->over ? -1 : 1;
  }
  if (a->points != b->points) {
    return a->points > b->points ? -1 : 1;
  }
  return a->imbalance == b->imbalance ? 0 : a->imbalance < b->imbalance ? -1 : 1;
}

void tx_books_result_free(tx_books_result *result) {
  if (result == NULL) {
    return;
  }
  triax_context *context = result->context;
  tx_free_array(context, result->csm, result->customers, sizeof *result->csm);
  tx_free_array(context, result->load, result->csms, sizeof *result->load);
  tx_free_array(context, result->used, result->csms, result->measures * sizeof *result->used);
  for (int part = 0; part < TX_PARTS; part++) {
    int64_t *price = result->proof[part].price;
    tx_free_array(context, price, result->csms, result->dimensions * sizeof *price);
  }
  tx_free_array(context, result->csm_price, result->csms, sizeof *result->csm_price);
  tx_free_array(context, result->class_price, result->classes, sizeof *result->class_price);
  tx_free_array(context, result->price, result->csms, sizeof *result->price);
  tx_free_array(context, result->csm_part, result->csms, sizeof *result->csm_part);
  tx_free_array(context, result->customer_part, result->customers, sizeof *result->customer_part);
  tx_free_array(context, result->customer_class, result->customers, sizeof *result->customer_class);
  tx_free_array(context, result->rest, result->customers, sizeof *result->rest);
  tx_free_array(context, result->apart, result->customers, sizeof *result->apart);
  tx_free_array(context, result->class_link, result->classes, sizeof *result->class_link);
  tx_free_array(context, result->csm_link, result->csms, sizeof *result->csm_link);
  tx_free_array(context, result->part, result->parts, sizeof *result->part);
  tx_free(context, result, sizeof *result);
  triax_context_unref(context);
}

/* Nothing is known of the relaxation yet. */
static bool new_basis(tx_books_result *result, const tx_books *books) {
  triax_context *context = result->context;
  result->customer_class = tx_alloc_array(context, books->customers, sizeof *result->customer_class);
  result->rest = tx_alloc_array(context, books->customers, sizeof *result->rest);
  result->apart = tx_alloc_array(context, books->customers, sizeof *result->apart);
  result->class_link = tx_calloc(context, books->classes, sizeof *result->class_link);
  result->csm_link = tx_calloc(context, books->csms, sizeof *result->csm_link);
  if (result->customer_class == NULL || result->rest == NULL || result->apart == NULL ||
      result->class_link == NULL || result->csm_link == NULL) {
    return false;
  }
  for (size_t j = 0; j < books->customers; j++) {
    result->customer_class[j] = books->customer_class[j];
    result->rest[j] = result->apart[j] = TX_BOOKS_NONE;
  }
  for (size_t k = 0; k < books->classes; k++) {
    result->class_link[k].to = result->class_link[k].apart = TX_BOOKS_NONE;
  }
  for (size_t i = 0; i < books->csms; i++) {
    result->csm_link[i].to = result->csm_link[i].apart = TX_BOOKS_NONE;
  }
  return true;
}

tx_books_result *tx_books_result_new(const tx_books *books, triax_context *context) {
  tx_books_result *result = tx_calloc(context, 1, sizeof *result);
  if (result == NULL) {
    return NULL;
  }
  result->context = triax_context_ref(context);
  result->customers = books->customers;
  result->csms = books->csms;
  result->classes = books->classes;
  result->measures = books->measures;
  result->dimensions = 1;
  for (size_t m = 0; m < books->measures; m++) {
    result->dimensions += books->measure[m].amount != NULL;
  }
  result->csm = tx_calloc(context, books->customers, sizeof *result->csm);
  result->load = tx_calloc(context, books->csms, sizeof *result->load);
  result->used = tx_calloc(context, books->csms, books->measures * sizeof *result->used);
  result->csm_price = tx_calloc(context, books->csms, sizeof *result->csm_price);
  result->class_price = tx_calloc(context, books->classes, sizeof *result->class_price);
  result->price = tx_calloc(context, books->csms, sizeof *result->price);
  result->csm_part = tx_calloc(context, books->csms, sizeof *result->csm_part);
  result->customer_part = tx_alloc_array(context, books->customers, sizeof *result->customer_part);
  bool had = result->csm != NULL && result->customer_part != NULL && result->load != NULL && result->used != NULL;
  had = had && result->csm_price != NULL && result->class_price != NULL && result->price != NULL;
  if (!had || result->csm_part == NULL || !new_basis(result, books)) {
    tx_books_result_free(result);
    return NULL;
  }
  return result;
}
