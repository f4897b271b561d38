/* LEMON's network simplex beside ours: books_lemon FILE, a problem that allocation_books wrote. Solves the relaxation of
 * the first part, value left uncovered: classes, CSMs and a sink as nodes, as ours has them; an arc from a class for each
 * CSM on offer, and one for each customer that may stay uncovered. Built by tests/bench/run where LEMON is installed. */
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <numeric>
#include <vector>

#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

static int64_t number(std::FILE *file) {
  long long x = 0;
  if (std::fscanf(file, "%lld", &x) != 1) std::exit(2);
  return x;
}

struct problem {
  std::vector<int64_t> hard, load;
  std::vector<std::vector<int>> offer;
  std::vector<int> class_offer;
  std::vector<std::vector<int64_t>> values; /* per class */
};

static problem read(const char *path) {
  problem p;
  std::FILE *file = std::fopen(path, "r");
  if (file == nullptr) std::exit(2);
  int64_t csms = number(file);
  for (int64_t i = 0; i < csms; i++) number(file);
  for (int64_t i = 0; i < csms; i++) p.hard.push_back(number(file));
  p.offer.resize(number(file));
  for (auto &row : p.offer) {
    row.resize(number(file));
    for (int &csm : row) {
      csm = (int)number(file);
      number(file);
    }
  }
  int64_t classes = number(file);
  for (int64_t k = 0; k < classes; k++) {
    p.load.push_back(number(file));
    p.class_offer.push_back((int)number(file));
  }
  p.values.resize(classes);
  for (int64_t j = number(file); j > 0; j--) {
    int64_t k = number(file);
    p.values[k].push_back(number(file));
    for (int skip = 0; skip < 3; skip++) number(file);
  }
  std::fclose(file);
  return p;
}

int main(int count, char **words) {
  if (count < 2) return 2;
  problem p = read(words[1]);
  int64_t scale = 1;
  for (int64_t load : p.load) scale = load > 0 ? std::lcm(scale, load) : scale;
  std::clock_t begun = std::clock();
  lemon::SmartDigraph graph;
  lemon::SmartDigraph::ArcMap<int64_t> upper(graph), cost(graph);
  lemon::SmartDigraph::NodeMap<int64_t> supply(graph, 0);
  std::vector<lemon::SmartDigraph::Node> classes, csms;
  auto sink = graph.addNode();
  auto arc = [&](lemon::SmartDigraph::Node from, lemon::SmartDigraph::Node to, int64_t most, int64_t price) {
    auto a = graph.addArc(from, to);
    upper[a] = most;
    cost[a] = price;
  };
  for (size_t i = 0; i < p.hard.size(); i++) {
    csms.push_back(graph.addNode());
    arc(csms[i], sink, p.hard[i], 0);
  }
  int64_t all = 0;
  for (size_t k = 0; k < p.load.size(); k++) {
    classes.push_back(graph.addNode());
    int64_t mine = p.load[k] * (int64_t)p.values[k].size();
    supply[classes[k]] = mine;
    all += mine;
    for (int csm : p.offer[p.class_offer[k]]) arc(classes[k], csms[csm], mine, 0);
    for (int64_t value : p.values[k]) arc(classes[k], sink, p.load[k], value * scale / p.load[k]);
  }
  supply[sink] = -all;
  double built = (double)(std::clock() - begun) / CLOCKS_PER_SEC;
  lemon::NetworkSimplex<lemon::SmartDigraph, int64_t, int64_t> simplex(graph);
  simplex.upperMap(upper).costMap(cost).supplyMap(supply);
  bool solved = simplex.run() == simplex.OPTIMAL;
  double taken = (double)(std::clock() - begun) / CLOCKS_PER_SEC;
  std::printf("LEMON's network simplex: %s, value %.0f, %.2f s of processor (%.2f of them to build it)\n",
              solved ? "solved" : "NOT SOLVED", (double)simplex.totalCost() / (double)scale, taken, built);
  return solved ? 0 : 1;
}
