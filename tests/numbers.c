#include "numbers.h"

#include <locale.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

double number_of_test(const char *text, char **end) {
  char copy[128], *stop;
  size_t length = 0;
  for (; text[length] && length < sizeof copy - 1; length++) {
    copy[length] = text[length] == '.' ? localeconv()->decimal_point[0] : text[length];
  }
  copy[length] = 0;
  const double number = strtod(copy, &stop);
  if (end) *end = (char *)(uintptr_t)text + (stop - copy);
  return number;
}
