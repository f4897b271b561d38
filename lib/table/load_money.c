/* Money in the currency of each row, as money in base. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "table/load_private.h"

/* One unit of a currency in base; 0: not known. */
static double rate_of(const tx_schema *schema, triax_text currency) {
  for (size_t i = 0; i < schema->rate_count; i++) {
    if (tx_text_equal(schema->rates[i].currency, currency)) return schema->rates[i].rate;
  }
  return schema->base_currency.bytes && tx_text_equal(schema->base_currency, currency) ? 1 : 0;
}

/* The rates of all codes of a currency column. */
static double *rates_of(tx_load *load, const tx_column *currency) {
  double *rates = tx_calloc(load->context, currency->dictionary->size, sizeof *rates);
  for (uint32_t code = 0; rates && code < currency->dictionary->size; code++) {
    rates[code] = rate_of(load->schema, tx_dictionary_text(currency->dictionary, code));
  }
  return rates;
}

/* Why a currency has no rate, with the nearest that has one; NULL when memory is short. */
static const char *no_rate(tx_load *load, triax_text currency) {
  const tx_schema *schema = load->schema;
  size_t count = schema->rate_count + 1;
  triax_text *names = tx_alloc_array(load->context, count, sizeof *names);
  if (!names) return NULL;
  for (size_t i = 0; i < schema->rate_count; i++) names[i] = schema->rates[i].currency;
  names[schema->rate_count] = schema->base_currency;
  size_t near = tx_text_nearest(currency, names, schema->base_currency.bytes ? count : count - 1);
  triax_error reason;
  if (near != SIZE_MAX) {
    tx_fail(&reason, TRIAX_EDATA, "currency '%.*s' has no rate; did you mean '%.*s'?", tx_name_width(currency),
            currency.bytes, tx_name_width(names[near]), names[near].bytes);
  } else {
    tx_fail(&reason, TRIAX_EDATA, "currency '%.*s' has no rate; add it under currency.rates", tx_name_width(currency),
            currency.bytes);
  }
  tx_free_array(load->context, names, count, sizeof *names);
  return tx_load_keep_reason(load, &reason);
}

/* Notes why a row's amount cannot be converted. `reasons` by code, made once each. */
static bool note_fault(tx_load *load, size_t field, size_t row, const tx_column *currency, const char **reasons) {
  triax_text none = {NULL, 0};
  size_t of = load->fields[field].currency;
  if (!tx_column_has(currency, row)) {
    return tx_load_fault(load, of, row, none,
                         "the amount has no currency code; fill it in, or give the code column a "
                         "'missing' currency");
  }
  uint32_t code = tx_column_code(currency, row);
  triax_text text = tx_dictionary_text(currency->dictionary, code);
  if (tx_load_keeps(load) && !reasons[code]) {
    reasons[code] = no_rate(load, text);
    if (!reasons[code]) return false;
  }
  return tx_load_fault(load, of, row, text, reasons[code] ? reasons[code] : "");
}

static bool convert(tx_load *load, size_t field, const tx_column *currency, const double *rates, const char **reasons,
                    double *values) {
  const tx_column *column = load->fields[field].column;
  for (size_t row = 0; row < column->rows; row++) {
    if (!tx_load_goes_on(load, row)) return false;
    if (!tx_column_has(column, row)) continue;
    double rate = tx_column_has(currency, row) ? rates[tx_column_code(currency, row)] : 0;
    values[row] = column->numbers[row] * rate;
    if (rate == 0) {
      values[row] = (double)NAN;
      if (!note_fault(load, field, row, currency, reasons)) return false;
    } else if (isinf(values[row])) {
      values[row] = (double)NAN;
      triax_text none = {NULL, 0};
      if (!tx_load_fault(load, field, row, none, "the amount in base currency is beyond what a number holds"))
        return false;
    }
  }
  return true;
}

bool tx_load_money(tx_load *load, size_t field) {
  tx_field *at = &load->fields[field];
  const tx_column *currency = at->currency == SIZE_MAX ? NULL : load->fields[at->currency].column;
  if (!at->column || at->column->type != TRIAX_TYPE_MONEY || !currency) return true;
  size_t rows = at->column->rows, codes = currency->dictionary->size;
  double *values = tx_alloc_array(load->context, rows, sizeof *values);
  double *rates = rates_of(load, currency);
  const char **reasons = tx_calloc(load->context, codes, sizeof *reasons);
  bool fine = values && rates && reasons;
  if (fine) {
    if (rows) memcpy(values, at->column->numbers, rows * sizeof *values);
    fine = convert(load, field, currency, rates, reasons, values);
  }
  tx_free_array(load->context, rates, codes, sizeof *rates);
  tx_free_array(load->context, reasons, codes, sizeof *reasons);
  if (!fine) {
    tx_free_array(load->context, values, rows, sizeof *values);
    return false;
  }
  tx_column *made = tx_column_take(load->context, TRIAX_TYPE_MONEY, rows, values, rows * sizeof *values, NULL);
  if (!made) return false;
  tx_column_unref(at->column);
  at->column = made;
  return true;
}
