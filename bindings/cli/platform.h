/* What C itself does not offer: folders, terminals, writing through to the disk, today's date. */
#ifndef CLI_PLATFORM_H
#define CLI_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef enum path_kind { PATH_NONE, PATH_FILE, PATH_FOLDER } path_kind;

bool platform_is_terminal(FILE *stream);
path_kind platform_kind(const char *path);
bool platform_make_folder(const char *path);
bool platform_remove_file(const char *path);
bool platform_remove_folder(const char *path);
/* Takes the place of an existing file, too. */
bool platform_rename(const char *from, const char *to);
/* Swaps two folders in one step; false where the system cannot. */
bool platform_exchange(const char *one, const char *other);
/* Has what was written reach the disk. */
bool platform_sync(FILE *stream);
void platform_sync_folder(const char *path);
/* The folder that a path stands for once links are followed; to be freed. NULL: not there, or no memory. */
char *platform_resolve(const char *path);
/* Calls `visit` for each name in a folder until it returns false; false when the folder cannot be read. */
bool platform_list(const char *path, bool (*visit)(void *user, const char *name), void *user);
unsigned long platform_process(void);
/* Days since 1970 of today's date here. */
int32_t platform_today(void);
/* Milliseconds of some clock. */
uint64_t platform_milliseconds(void);
/* Has standard input and output carry bytes as they are. */
void platform_binary(FILE *stream);

#endif
