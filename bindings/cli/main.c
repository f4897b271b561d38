/* The command triax: the shell's way to the library. */
#include "cli.h"
#include "platform.h"

static int print_version(void) {
  printf("triax %s, policy language %d\n", triax_version(), (int)triax_policy_language());
  return fflush(stdout) == 0 ? EXIT_DONE : EXIT_MACHINE;
}

static int run(const cli_options *options) {
  switch (options->command) {
  case COMMAND_CHECK:
    return command_check(options);
  case COMMAND_PLAN:
    return command_plan(options);
  case COMMAND_EXPLAIN:
    return command_explain(options);
  case COMMAND_EVAL:
    return command_eval(options);
  case COMMAND_VERSION:
    return print_version();
  case COMMAND_COMPARE:
    return command_compare(options);
  case COMMAND_FIT:
    return command_fit(options);
  default:
    help_print(stdout, COMMAND_HELP);
    return EXIT_DONE;
  }
}

int main(int count, char **arguments) {
  cli_options options;
  platform_binary(stdout);
  int result = options_read(&options, count, arguments);
  if (result != EXIT_DONE) return result;
  if (options.help) {
    help_print(stdout, options.command);
    return fflush(stdout) == 0 ? EXIT_DONE : EXIT_MACHINE;
  }
  progress_start();
  result = run(&options);
  progress_clear();
  if (result == EXIT_INTERRUPTED) fputs("triax: interrupted; nothing was written\n", stderr);
  return result;
}
