/* What --help says. */
#include "cli.h"

const char *help_usage(int command) {
  switch (command) {
  case COMMAND_CHECK:
    return "check";
  case COMMAND_PLAN:
    return "plan";
  case COMMAND_EXPLAIN:
    return "explain";
  case COMMAND_EVAL:
    return "eval";
  case COMMAND_COMPARE:
    return "compare";
  case COMMAND_FIT:
    return "fit";
  case COMMAND_VERSION:
    return "version";
  default:
    return "help";
  }
}

static const char general[] = "triax decides how customers are covered: segments, health, books, hours, and why.\n"
                              "\n"
                              "usage: triax COMMAND ...\n"
                              "\n"
                              "  check    say what is wrong with a policy, alone or with data\n"
                              "  plan     make the plan, print what was decided, write its files\n"
                              "  fit      learn health from what came, or say how well it foretold that\n"
                              "  compare  put two plans side by side, with the cause of each difference\n"
                              "  explain  say why one customer is treated as it is\n"
                              "  eval     evaluate an expression, once or for every customer\n"
                              "  version  the versions of library and policy language\n"
                              "\n"
                              "triax COMMAND --help says more. Exit status: 0 done; 1 the policy or the data is\n"
                              "at fault; 2 wrong usage; 3 the machine failed (memory, disk); 130 interrupted.\n";

static const char check[] = "usage: triax check POLICY [--customers FILE] [--team FILE] [OPTIONS]\n"
                            "\n"
                            "Prints what is wrong with the policy, what does not fit the data, and advice\n"
                            "(with codes; `allow: [T101]` in the policy silences one), then one line that\n"
                            "says how it went. Nothing is written.\n"
                            "\n"
                            "  --outcome COLUMN  who churned (1, true, yes) and who was kept (0, false, no):\n"
                            "                    whether health tells them apart\n";

static const char plan[] = "usage: triax plan POLICY --customers FILE [--team FILE] [-o DIR] [OPTIONS]\n"
                           "\n"
                           "Makes the plan and prints what was decided.\n"
                           "\n"
                           "  -o, --out DIR     write the plan's tables as CSV, and summary.json, into DIR.\n"
                           "                    DIR is complete or untouched; one that is there already is\n"
                           "                    replaced if it is an earlier plan or empty, else refused\n"
                           "  --raw-text        write text as it is. Without it, text that begins with\n"
                           "                    = + - @, a tab or a carriage return gets a ' before it, so\n"
                           "                    that no spreadsheet runs it as a formula\n"
                           "  --report          write report.html beside the tables of -o: a page to read and send\n"
                           "  --tradeoff        solve for other weights too: accounts that move against balance\n"
                           "  --hires           find whom to hire by solving again, in large companies too\n"
                           "  --history FILE    earlier values of health: customer, date, health\n"
                           "  --sent FILE       the log of what plays sent: customer, play, date, state, until\n"
                           "  --json            print summary.json instead of the text\n";

static const char explain[] = "usage: triax explain POLICY --customers FILE [--team FILE] KEY [OPTIONS]\n"
                              "\n"
                              "Makes the plan and says why the customer with this key is in its segment, how\n"
                              "healthy it is, who owns it and with how many hours.\n"
                              "\n"
                              "  --csm KEY         only why it is not with this CSM: what fails, or what it would\n"
                              "                    cost and who would have to move\n"
                              "  --json            as JSON\n";

static const char compare[] = "usage: triax compare POLICY OTHER --customers FILE [--team FILE] [OPTIONS]\n"
                              "       triax compare POLICY --customers OLD NEW [--team FILE] [OPTIONS]\n"
                              "       triax compare POLICY --customers FILE [--team FILE] --present [OPTIONS]\n"
                              "\n"
                              "Puts two plans side by side: two policies on one company (what if), one policy\n"
                              "on two days (what happened), or a policy against the present books (what it\n"
                              "would change). Every account that differs is named with the cause.\n"
                              "\n"
                              "  --customers OLD NEW   the customers before and after\n"
                              "  --team OLD NEW        the team before and after, where it changed\n"
                              "  --as-of DAY LATER     the two days; one day stands for both\n"
                              "  --present             against segmentation.previous and allocation.owner, the\n"
                              "                        segments and owners that the data say there are now\n"
                              "  -o, --out DIR         write the tables as CSV, and summary.json, into DIR, as\n"
                              "                        triax plan does\n"
                              "  --raw-text            write text as it is\n"
                              "  --json                print summary.json instead of the text\n";

static const char eval[] = "usage: triax eval 'EXPRESSION' [--customers FILE] [OPTIONS]\n"
                           "\n"
                           "Without customers prints the value: 1, 2.5, \"text\", true, [1, 2]; or prints\n"
                           "'error: ...' and exits with 1. With customers prints one line for each, `missing`\n"
                           "where there is no value. An expression that looks like an option stands behind --.\n";

static const char fit[] =
    "usage: triax fit POLICY --customers FILE --outcome COLUMN [-o NEW_POLICY] [OPTIONS]\n"
    "\n"
    "Learns the policy's health from customers whose outcome is known: 0 or 1, no or yes,\n"
    "false or true, kept or churned. Rows without one are left out. Prints what it learnt,\n"
    "and how well that holds for customers it has not seen. Without -o nothing is written.\n"
    "\n"
    "  -o, --out FILE      write the policy with the new section in place of the old one;\n"
    "                      everything around it, comments too, stays as it is\n"
    "  --metrics A,B       columns to learn from; without it every number, boolean and\n"
    "                      string column but the key, the outcome and the folds\n"
    "  --leaks A,B         columns that know the outcome: never used\n"
    "  --rising A,B        of these numbers, more may only be better\n"
    "  --falling A,B       of these numbers, more may only be worse\n"
    "  --interactions N    at most N tables of two columns together; 12 without it\n"
    "  --score NAME        learn this score of the policy, and not health: the higher, the\n"
    "                      surer the outcome\n"
    "  --folds COLUMN      which fold each row is in; without it five folds by key\n"
    "  --method M          additive (without it), or logistic: plain regression\n"
    "  --ridge R           with logistic: strength of the penalty on standardised coefficients\n"
    "  --only-test         learn nothing; say how well the policy's health (or score), as it\n"
    "                      is, foretold the outcome\n"
    "  --predictions FILE  write each customer's chance, foretold by what was learnt from the\n"
    "                      other folds, as CSV\n"
    "  --coefficients FILE with logistic: write the coefficients, of all rows and of the rows\n"
    "                      without each fold, as CSV\n"
    "  --force             learn at stage startup or growth too, and from thinner history\n"
    "  --json              print everything as JSON\n";

static const char data[] = "\n"
                           "Data are CSV files as in RFC 4180, UTF-8, with a header; - is standard input.\n"
                           "  --as-of DATE      the plan's date, such as 2026-11-21; today without it\n"
                           "  --threads N       threads to use; 1 without it. The result is the same\n"
                           "  --delimiter D     comma, semicolon, tab or bar; found out without it\n"
                           "  --encoding E      utf-8, latin1 or cp1252; UTF-8 without it, anything else refused\n"
                           "  --loose-numbers   take $1,200.50, 1.2M and 47 % as numbers; needs --decimal\n"
                           "  --decimal SIGN    . or ,\n"
                           "  --date-order O    iso (2026-11-21, without it), dmy, mdy or ymd\n"
                           "  -v, --verbose     say on stderr what is read and what each step came to\n"
                           "  --set-aside FILE  write rows at fault to FILE with their reasons, and go on\n"
                           "                    without them; without it they are errors\n";

void help_print(FILE *stream, int command) {
  switch (command) {
  case COMMAND_CHECK:
    fputs(check, stream);
    break;
  case COMMAND_PLAN:
    fputs(plan, stream);
    break;
  case COMMAND_EXPLAIN:
    fputs(explain, stream);
    break;
  case COMMAND_EVAL:
    fputs(eval, stream);
    break;
  case COMMAND_VERSION:
    fputs("usage: triax version\n", stream);
    return;
  case COMMAND_COMPARE:
    fputs(compare, stream);
    break;
  case COMMAND_FIT:
    fputs(fit, stream);
    break;
  default:
    fputs(general, stream);
    return;
  }
  fputs(data, stream);
}
