/* Feeds a fuzzer the files of a folder, so that what the search once found is tested everywhere, without libFuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return -1;
  size_t size = 0, capacity = 1 << 16;
  uint8_t *data = malloc(capacity);
  while (data != NULL) {
    size += fread(data + size, 1, capacity - size, file);
    if (size < capacity) break;
    uint8_t *larger = realloc(data, capacity *= 2);
    if (larger == NULL) free(data);
    data = larger;
  }
  fclose(file);
  if (data == NULL) return -1;
  /* A block of the exact size lets the address sanitizer see reads past the end. */
  uint8_t *exact = realloc(data, size > 0 ? size : 1);
  LLVMFuzzerTestOneInput(exact != NULL ? exact : data, size);
  free(exact != NULL ? exact : data);
  return 0;
}

int main(int argument_count, char **arguments) {
  if (argument_count != 2) return fprintf(stderr, "usage: %s FOLDER\n", arguments[0]), 2;
  DIR *folder = opendir(arguments[1]);
  if (folder == NULL) return fprintf(stderr, "skipped: no corpus at %s\n", arguments[1]), 77;
  int files = 0;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    char path[4096];
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%s/%s", arguments[1], entry->d_name);
    if (replay_file(path) != 0) return fprintf(stderr, "cannot read %s\n", path), closedir(folder), 1;
    files++;
  }
  closedir(folder);
  printf("%d inputs replayed\n", files);
  return 0;
}
