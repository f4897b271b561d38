/* Asks for renameat2, where there is one. */
#define _GNU_SOURCE
#include "platform.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef _WIN32
#include <direct.h>
#include <fcntl.h>
#include <io.h>
#include <process.h>
#include <sys/stat.h>
#include <windows.h>
#else
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

path_kind platform_kind(const char *path) {
  struct stat status;
  if (stat(path, &status) != 0) return PATH_NONE;
  return (status.st_mode & S_IFMT) == S_IFDIR ? PATH_FOLDER : PATH_FILE;
}

bool platform_remove_file(const char *path) { return remove(path) == 0; }

int32_t platform_today(void) {
  time_t now = time(NULL);
  const struct tm *local = localtime(&now);
  if (local == NULL) return (int32_t)(now / 86400);
  /* Days from civil date, March first, so that leap days end a year. */
  int64_t year = (int64_t)local->tm_year + 1900 - (local->tm_mon < 2);
  int64_t era_year = year % 400, month = (local->tm_mon + 10) % 12;
  int64_t day_of_era = era_year * 365 + era_year / 4 - era_year / 100 + (153 * month + 2) / 5 + local->tm_mday - 1;
  return (int32_t)(year / 400 * 146097 + day_of_era - 719468);
}

#ifdef _WIN32

uint64_t platform_milliseconds(void) { return GetTickCount64(); }
bool platform_is_terminal(FILE *stream) { return _isatty(_fileno(stream)) != 0; }
bool platform_make_folder(const char *path) { return _mkdir(path) == 0; }
bool platform_remove_folder(const char *path) { return _rmdir(path) == 0; }
bool platform_rename(const char *from, const char *to) { return MoveFileExA(from, to, MOVEFILE_REPLACE_EXISTING) != 0; }
bool platform_exchange(const char *one, const char *other) { return (void)one, (void)other, false; }
bool platform_sync(FILE *stream) { return fflush(stream) == 0 && _commit(_fileno(stream)) == 0; }
void platform_sync_folder(const char *path) { (void)path; }
char *platform_resolve(const char *path) { return _fullpath(NULL, path, 0); }
unsigned long platform_process(void) { return (unsigned long)_getpid(); }
void platform_binary(FILE *stream) { _setmode(_fileno(stream), _O_BINARY); }

bool platform_list(const char *path, bool (*visit)(void *user, const char *name), void *user) {
  size_t length = strlen(path);
  char *pattern = malloc(length + 3);
  if (pattern == NULL) return false;
  memcpy(pattern, path, length);
  memcpy(pattern + length, "/*", 3);
  WIN32_FIND_DATAA found;
  HANDLE handle = FindFirstFileA(pattern, &found);
  free(pattern);
  if (handle == INVALID_HANDLE_VALUE) return false;
  do {
    if (strcmp(found.cFileName, ".") == 0 || strcmp(found.cFileName, "..") == 0) continue;
    if (!visit(user, found.cFileName)) break;
  } while (FindNextFileA(handle, &found));
  FindClose(handle);
  return true;
}

#else

uint64_t platform_milliseconds(void) {
  struct timespec now;
  if (timespec_get(&now, TIME_UTC) != TIME_UTC) return 0;
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

bool platform_is_terminal(FILE *stream) { return isatty(fileno(stream)) != 0; }
bool platform_make_folder(const char *path) { return mkdir(path, 0777) == 0; }
bool platform_remove_folder(const char *path) { return rmdir(path) == 0; }
bool platform_rename(const char *from, const char *to) { return rename(from, to) == 0; }
char *platform_resolve(const char *path) { return realpath(path, NULL); }
unsigned long platform_process(void) { return (unsigned long)getpid(); }
void platform_binary(FILE *stream) { (void)stream; }

bool platform_exchange(const char *one, const char *other) {
#ifdef RENAME_EXCHANGE
  return renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE) == 0;
#else
  (void)one;
  (void)other;
  return false;
#endif
}

bool platform_sync(FILE *stream) {
  if (fflush(stream) != 0) return false;
  /* Pipes and the like cannot be synced, and need not be. */
  return fsync(fileno(stream)) == 0 || errno == EINVAL || errno == EROFS;
}

void platform_sync_folder(const char *path) {
  int folder = open(path, O_RDONLY);
  if (folder < 0) return;
  (void)fsync(folder);
  close(folder);
}

bool platform_list(const char *path, bool (*visit)(void *user, const char *name), void *user) {
  DIR *folder = opendir(path);
  if (folder == NULL) return false;
  for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (!visit(user, entry->d_name)) break;
  }
  closedir(folder);
  return true;
}

#endif
