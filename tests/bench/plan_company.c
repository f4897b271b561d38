/* Writes the benchmark's company into a folder: plan_company FOLDER CUSTOMERS CSMS [SEED]. Without CSMs (0) the policy
 * allocates nothing, and there is no team.csv. */
#include <stdlib.h>

#include "plan_company.h"

static FILE *open_file(const char *folder, const char *name) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  if (!file) perror(path);
  return file;
}

static int write_table(FILE *file, const company *c, size_t rows, const char *const *columns, int count,
                       void (*make)(const company *, size_t, company_row)) {
  company_row row;
  if (!file) return 0;
  for (int k = 0; k < count; k++) fprintf(file, "%s%s", k ? "," : "", columns[k]);
  fputc('\n', file);
  for (size_t i = 0; i < rows; i++) {
    make(c, i, row);
    for (int k = 0; k < count; k++) fprintf(file, "%s%s", k ? "," : "", row[k]);
    fputc('\n', file);
  }
  return !fclose(file);
}

int main(int count, char **words) {
  if (count < 4) {
    fprintf(stderr, "usage: plan_company FOLDER CUSTOMERS CSMS [SEED]\n");
    return 2;
  }
  company c = {(size_t)strtoull(words[2], NULL, 10), (size_t)strtoull(words[3], NULL, 10),
               count > 4 ? strtoull(words[4], NULL, 10) : 1};
  FILE *policy = open_file(words[1], "policy.yaml");
  if (!policy) return 1;
  fputs(company_policy, policy);
  if (c.csms) fputs(company_team_policy, policy);
  if (fclose(policy)) return 1;
  if (!write_table(open_file(words[1], "customers.csv"), &c, c.customers, company_columns, COMPANY_COLUMNS,
                   company_customer_row)) {
    return 1;
  }
  if (c.csms && !write_table(open_file(words[1], "team.csv"), &c, c.csms, company_csm_columns, COMPANY_CSM_COLUMNS,
                             company_csm_row)) {
    return 1;
  }
  return 0;
}
