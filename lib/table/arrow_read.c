/* Values of foreign Arrow arrays. Loads go through memcpy: alignment is only recommended by the specification. */
#include <math.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"
#include "base/text.h"
#include "table/arrow_private.h"

/* How many buffers an array of a type has; views have that many or more. */
static int64_t buffers_of(const tx_arrow_type *type) {
  switch (type->kind) {
  case TX_ARROW_NULL:
    return 0;
  case TX_ARROW_FIXED_LIST:
    return 1;
  case TX_ARROW_UTF8:
  case TX_ARROW_VIEW:
  case TX_ARROW_LIST_VIEW:
    return 3;
  default:
    return 2;
  }
}

/* What is wrong with an array by itself, or NULL. */
static const char *fault_of(const tx_arrow_type *type, const struct ArrowArray *array) {
  if (!array || !array->release) return "is released";
  if (array->length < 0 || array->offset < 0 || array->offset > INT64_MAX / 64 - array->length) {
    return "has a length or offset out of range";
  }
  if (array->null_count < -1 || array->null_count > array->length) return "has a null count out of range";
  int64_t buffers = buffers_of(type);
  bool more = type->kind == TX_ARROW_VIEW || type->kind == TX_ARROW_NULL;
  if (array->n_buffers < buffers || (array->n_buffers > buffers && !more)) return "has a wrong number of buffers";
  if (array->n_buffers > 0 && !array->buffers) return "has no buffers";
  if (array->n_children != (type->item ? 1 : 0)) return "has a wrong number of children";
  if (type->item && (!array->children || !array->children[0])) return "has no child";
  if (type->dictionary && !array->dictionary) return "has no dictionary";
  if (array->length == 0 || type->kind == TX_ARROW_NULL) return NULL;
  if (array->null_count > 0 && !array->buffers[0]) return "has nulls but no bitmap of them";
  if (buffers > 1 && !array->buffers[1]) return "has no data";
  if (type->kind == TX_ARROW_LIST_VIEW && !array->buffers[2]) return "has no sizes";
  if (type->kind == TX_ARROW_VIEW && array->n_buffers > 3) {
    if (!array->buffers[array->n_buffers - 1]) return "has no sizes of its buffers";
    for (int64_t i = 2; i < array->n_buffers - 1; i++) {
      int64_t size;
      memcpy(&size, (const char *)array->buffers[array->n_buffers - 1] + (size_t)(i - 2) * sizeof size, sizeof size);
      if (size < 0 || (size > 0 && !array->buffers[i])) return "has a buffer without data";
    }
  }
  return NULL;
}

static triax_status view_one(const tx_arrow_type *type, const struct ArrowArray *array, triax_text column,
                             tx_arrow_view *view, triax_error *error) {
  const char *fault = fault_of(type, array);
  if (fault) {
    return tx_fail(error, TRIAX_EINVAL, "an Arrow array of column '%.*s' %s", tx_name_width(column), column.bytes,
                   fault);
  }
  bool bitmap = type->kind != TX_ARROW_NULL && array->length > 0 && array->null_count != 0;
  *view = (tx_arrow_view){type, array, bitmap ? array->buffers[0] : NULL, NULL, NULL};
  return TRIAX_OK;
}

triax_status tx_arrow_view_of(const tx_arrow_type *type, const struct ArrowArray *array, triax_text column,
                              tx_arrow_view views[TX_ARROW_VIEWS], triax_error *error) {
  triax_status status = view_one(type, array, column, &views[0], error);
  if (!status && type->dictionary) {
    status = view_one(type->dictionary, array->dictionary, column, &views[1], error);
    views[0].dictionary = &views[1];
  }
  if (!status && type->item) {
    status = view_one(type->item, array->children[0], column, &views[2], error);
    views[0].item = &views[2];
    if (!status && type->item->dictionary) {
      status = view_one(type->item->dictionary, array->children[0]->dictionary, column, &views[3], error);
      views[2].dictionary = &views[3];
    }
  }
  return status;
}

static bool bit(const void *bits, int64_t i) { return ((const unsigned char *)bits)[i / 8] >> (i % 8) & 1; }

bool tx_arrow_has(const tx_arrow_view *view, int64_t i) {
  if (view->type->kind == TX_ARROW_NULL) return false;
  return !view->validity || bit(view->validity, view->array->offset + i);
}

bool tx_arrow_boolean(const tx_arrow_view *view, int64_t i) {
  return bit(view->array->buffers[1], view->array->offset + i);
}

/* Where value i lies. */
static const char *value_at(const tx_arrow_view *view, int64_t i) {
  return (const char *)view->array->buffers[1] + (size_t)(view->array->offset + i) * view->type->width;
}

/* A signed or unsigned whole number of 1 to 8 bytes, in native order. */
static int64_t load_whole(const char *at, unsigned width, bool is_signed) {
  int8_t one;
  int16_t two;
  int32_t four;
  int64_t eight;
  switch (width) {
  case 1:
    memcpy(&one, at, 1);
    return is_signed ? one : (uint8_t)one;
  case 2:
    memcpy(&two, at, 2);
    return is_signed ? two : (uint16_t)two;
  case 4:
    memcpy(&four, at, 4);
    return is_signed ? four : (int64_t)(uint32_t)four;
  default:
    memcpy(&eight, at, 8);
    return eight;
  }
}

bool tx_arrow_integer(const tx_arrow_view *view, int64_t i, int64_t *value) {
  *value = load_whole(value_at(view, i), view->type->width, view->type->is_signed);
  return view->type->is_signed || view->type->width < 8 || *value >= 0;
}

static double load_half(const char *at) {
  uint16_t half;
  memcpy(&half, at, 2);
  int exponent = half >> 10 & 31, mantissa = half & 1023;
  double value;
  if (exponent == 31) {
    value = mantissa ? (double)NAN : (double)INFINITY;
  } else if (exponent == 0) {
    value = ldexp(mantissa, -24);
  } else {
    value = ldexp(mantissa + 1024, exponent - 25);
  }
  return half >> 15 ? -value : value;
}

static double load_float(const char *at, unsigned width) {
  float four;
  double eight;
  if (width == 2) return load_half(at);
  if (width == 4) {
    memcpy(&four, at, 4);
    return four;
  }
  memcpy(&eight, at, 8);
  return eight;
}

/* Whether the lowest byte comes first here. */
static bool little_endian(void) {
  const uint16_t one = 1;
  unsigned char first;
  memcpy(&first, &one, 1);
  return first == 1;
}

/* A decimal's magnitude as 32-bit limbs, lowest first; whether it is negative. */
static bool load_limbs(const char *at, unsigned width, uint32_t limbs[8]) {
  unsigned count = width / 4;
  bool little = little_endian();
  for (unsigned k = 0; k < count; k++) memcpy(&limbs[k], at + 4 * (little ? k : count - 1 - k), 4);
  bool negative = limbs[count - 1] >> 31;
  uint64_t carry = 1;
  for (unsigned k = 0; negative && k < count; k++) {
    carry += (uint32_t)~limbs[k];
    limbs[k] = (uint32_t)carry;
    carry >>= 32;
  }
  return negative;
}

/* Divides by ten to the ninth in place; the remainder. */
static uint32_t divide_limbs(uint32_t *limbs, unsigned count) {
  uint64_t rest = 0;
  for (unsigned k = count; k > 0; k--) {
    rest = rest << 32 | limbs[k - 1];
    limbs[k - 1] = (uint32_t)(rest / 1000000000u);
    rest %= 1000000000u;
  }
  return (uint32_t)rest;
}

/* Where both the digits and the power of ten are exact, one division rounds once. */
static bool quick_decimal(const uint32_t limbs[8], int32_t scale, double *value) {
  uint32_t above = limbs[1] >> 21;
  for (unsigned k = 2; k < 8; k++) above |= limbs[k];
  if (above || scale < 0 || scale > 22) return false;
  double power = 1;
  for (int32_t k = 0; k < scale; k++) power *= 10;
  *value = (double)((uint64_t)limbs[1] << 32 | limbs[0]) / power;
  return true;
}

/* The nearest double to a decimal, by way of its digits. */
static double load_decimal(const char *at, unsigned width, int32_t scale) {
  uint32_t limbs[8] = {0};
  bool negative = load_limbs(at, width, limbs);
  double quick;
  if (quick_decimal(limbs, scale, &quick)) return negative ? -quick : quick;
  char digits[120];
  size_t start = 90;
  for (unsigned part = 0; part < 9; part++) {
    uint32_t nine = divide_limbs(limbs, width / 4);
    for (int k = 0; k < 9; k++, nine /= 10) digits[--start] = (char)('0' + nine % 10);
  }
  if (negative) digits[--start] = '-';
  char number[TX_NUMBER_SIZE];
  size_t length = tx_format_int64(-(int64_t)scale, number);
  digits[90] = 'e';
  memcpy(digits + 91, number, length);
  double value;
  bool fits = tx_parse_double((triax_text){digits + start, 91 + length - start}, false, &value);
  return fits ? value : negative ? -(double)INFINITY : (double)INFINITY;
}

double tx_arrow_number(const tx_arrow_view *view, int64_t i) {
  const char *at = value_at(view, i);
  if (view->type->kind == TX_ARROW_FLOAT) return load_float(at, view->type->width);
  if (view->type->kind == TX_ARROW_DECIMAL) return load_decimal(at, view->type->width, view->type->scale);
  return (double)load_whole(at, view->type->width, view->type->is_signed);
}

static int64_t floor_divide(int64_t value, int64_t divisor) {
  int64_t quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

bool tx_arrow_date(const tx_arrow_view *view, int64_t i, int64_t *days) {
  int64_t value = load_whole(value_at(view, i), view->type->width, true);
  *days = floor_divide(value, view->type->unit);
  return *days >= INT32_MIN && *days <= INT32_MAX;
}

bool tx_arrow_timestamp(const tx_arrow_view *view, int64_t i, int64_t *microseconds) {
  int64_t value = load_whole(value_at(view, i), 8, true), unit = view->type->unit;
  if (unit > 1000000) {
    *microseconds = floor_divide(value, unit / 1000000);
    return true;
  }
  int64_t factor = 1000000 / unit;
  if (value > INT64_MAX / factor || value < INT64_MIN / factor) return false;
  *microseconds = value * factor;
  return true;
}

/* Offset number i of an array, counted from its own offset. */
static int64_t offset_at(const tx_arrow_view *view, int buffer, int64_t i) {
  const char *at = (const char *)view->array->buffers[buffer] + (size_t)(view->array->offset + i) * view->type->width;
  return load_whole(at, view->type->width, true);
}

static bool view_text(const tx_arrow_view *view, int64_t i, triax_text *text) {
  const char *at = value_at(view, i);
  int32_t length, buffer, offset;
  int64_t size;
  memcpy(&length, at, 4);
  if (length < 0) return false;
  if (length <= 12) {
    *text = (triax_text){at + 4, (size_t)length};
    return true;
  }
  memcpy(&buffer, at + 8, 4);
  memcpy(&offset, at + 12, 4);
  const struct ArrowArray *array = view->array;
  if (buffer < 0 || buffer >= array->n_buffers - 3 || offset < 0) return false;
  memcpy(&size, (const char *)array->buffers[array->n_buffers - 1] + (size_t)buffer * sizeof size, sizeof size);
  if ((int64_t)offset + length > size) return false;
  *text = (triax_text){(const char *)array->buffers[buffer + 2] + offset, (size_t)length};
  return true;
}

bool tx_arrow_text(const tx_arrow_view *view, int64_t i, triax_text *text) {
  if (view->type->kind == TX_ARROW_VIEW) return view_text(view, i, text);
  int64_t begin = offset_at(view, 1, i), end = offset_at(view, 1, i + 1);
  int64_t last = offset_at(view, 1, view->array->length);
  if (begin < 0 || end < begin || end > last || (uint64_t)end > SIZE_MAX) return false;
  const char *bytes = view->array->buffers[2];
  if (!bytes && end > begin) return false;
  *text = (triax_text){bytes ? bytes + begin : "", (size_t)(end - begin)};
  return true;
}

bool tx_arrow_list(const tx_arrow_view *view, int64_t i, int64_t *begin, int64_t *end) {
  int64_t items = view->item->array->length;
  if (view->type->kind == TX_ARROW_FIXED_LIST) {
    if (view->type->per_row && view->array->offset + i >= INT64_MAX / view->type->per_row - 1) return false;
    *begin = (view->array->offset + i) * view->type->per_row;
    *end = *begin + view->type->per_row;
  } else {
    *begin = offset_at(view, 1, i);
    int64_t last = view->type->kind == TX_ARROW_LIST ? offset_at(view, 1, i + 1) : offset_at(view, 2, i);
    if (view->type->kind == TX_ARROW_LIST_VIEW && (*begin < 0 || last < 0 || last > INT64_MAX - *begin)) return false;
    *end = view->type->kind == TX_ARROW_LIST ? last : *begin + last;
  }
  return *begin >= 0 && *begin <= *end && *end <= items;
}
