/* A line on the terminal that says how far the work is, and the end of it by Ctrl-C. */
#include <signal.h>
#include <string.h>

#include "cli.h"
#include "platform.h"

/* A signal handler has nowhere else to write to. */
static volatile sig_atomic_t interrupted = 0;
static struct {
  bool on;       /* stderr is a terminal */
  size_t shown;  /* columns of the line that is there */
  uint64_t last; /* when it was drawn */
} line;

static void interrupt(int number) {
  interrupted = 1;
  /* A second Ctrl-C ends the program at once. */
  signal(number, SIG_DFL);
}

void progress_start(void) {
  line.on = platform_is_terminal(stderr);
  signal(SIGINT, interrupt);
}

bool progress_interrupted(void) { return interrupted != 0; }

int progress_show(void *user, const char *stage, double done) {
  (void)user;
  if (interrupted) return 1;
  if (!line.on) return 0;
  uint64_t now = platform_milliseconds();
  if (now - line.last < 100) return 0;
  line.last = now;
  char text[80];
  int length = snprintf(text, sizeof text, "%.40s %3.0f %%", stage, 100 * (done < 0 ? 0 : done > 1 ? 1 : done));
  size_t width = length < 0 ? 0 : (size_t)length;
  fprintf(stderr, "\r%s%*s", text, line.shown > width ? (int)(line.shown - width) : 0, "");
  fflush(stderr);
  line.shown = width > line.shown ? width : line.shown;
  return 0;
}

void progress_clear(void) {
  if (line.shown == 0) return;
  fprintf(stderr, "\r%*s\r", (int)line.shown, "");
  fflush(stderr);
  line.shown = 0;
}
