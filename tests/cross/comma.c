/* Loaded before a program: what hosts do that live in a country of decimal commas. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((constructor)) static void set(void) {
  char one_half[8];
  const char *made = setlocale(LC_ALL, "de_DE.UTF-8");
  snprintf(one_half, sizeof one_half, "%.1f", 0.5);
  if (made && strcmp(one_half, "0,5") == 0) return;
  fputs("no decimal commas in this locale\n", stderr);
  abort();
}
