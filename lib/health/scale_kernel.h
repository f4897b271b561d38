/* The loops of health, included by scale.c once for each instruction set with KERNEL(name) naming its functions. Plain
 * loops of 64 without branches: compilers turn them into vectors, and the order of evaluation stays the one written. */

/* Asks for the same column's rows of the next chunk. */
static inline void KERNEL(ask_ahead)(const double *x) {
#ifdef __GNUC__
  for (size_t line = 0; line < 8; line++)
    __builtin_prefetch((const void *)((uintptr_t)x + (TX_HEALTH_CHUNK + 8 * line) * sizeof *x));
#else
  (void)x;
#endif
}

/* The points of v by COUNT knots, the steps of tx_health_sum_pieces. A NaN comes out as the first knot's points.
 * A scale's numbers are copied first, so that compilers know that no store changes them. */
#define KNOTS_OF(COUNT, line, of)                                                                                      \
  double of##_knot[COUNT], of##_slope[COUNT];                                                                          \
  const double of##_first = (line)->points[0], of##_weight = (line)->weight;                                           \
  for (size_t k = 0; k < COUNT; k++) {                                                                                 \
    of##_knot[k] = (line)->knots[k];                                                                                   \
    of##_slope[k] = (line)->slopes[k];                                                                                 \
  }
#define POINTS_OF(COUNT, of, v, y)                                                                                     \
  double y = of##_first;                                                                                               \
  {                                                                                                                    \
    const double inside = v > of##_knot[0] ? v : of##_knot[0];                                                         \
    double from = of##_knot[0];                                                                                        \
    for (size_t k = 1; k < COUNT; k++) {                                                                               \
      const double to = inside < of##_knot[k] ? inside : of##_knot[k];                                                 \
      y += (to - from) * of##_slope[k - 1];                                                                            \
      from = to;                                                                                                       \
    }                                                                                                                  \
  }

/* value where the row has one, 0 where not: as bits, which compilers make one instruction of. */
static inline double KERNEL(where)(bool has, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  bits &= has ? UINT64_MAX : 0;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* The one value or the other, by bits too: of a plain choice that is stored where it was read compilers make stores of
 * parts, which the next load has to wait for. */
static inline double KERNEL(choose)(bool first, double one, double other) {
  uint64_t a, b;
  const uint64_t mask = first ? UINT64_MAX : 0;
  memcpy(&a, &one, sizeof a);
  memcpy(&b, &other, sizeof b);
  a = (a & mask) | (b & ~mask);
  memcpy(&one, &a, sizeof one);
  return one;
}

#define SCALE(COUNT)                                                                                                   \
  static void KERNEL(scale##COUNT)(const tx_health_line *line, const double *restrict x, size_t blocks,                \
                                   double *restrict out) {                                                             \
    KNOTS_OF(COUNT, line, a)                                                                                           \
    (void)a_weight;                                                                                                    \
    for (; blocks; blocks--, x += 64, out += 64) {                                                                     \
      KERNEL(ask_ahead)(x);                                                                                            \
      for (size_t i = 0; i < 64; i++) {                                                                                \
        const double v = x[i];                                                                                         \
        POINTS_OF(COUNT, a, v, y)                                                                                      \
        out[i] = v == v ? y : v;                                                                                       \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  static void KERNEL(add##COUNT)(const tx_health_line *line, const double *restrict x, size_t blocks,                  \
                                 double *restrict present, double *restrict sum) {                                     \
    KNOTS_OF(COUNT, line, a)                                                                                           \
    for (; blocks; blocks--, x += 64, present += 64, sum += 64) {                                                      \
      KERNEL(ask_ahead)(x);                                                                                            \
      for (size_t i = 0; i < 64; i++) {                                                                                \
        const double v = x[i];                                                                                         \
        POINTS_OF(COUNT, a, v, y)                                                                                      \
        present[i] += KERNEL(where)(v == v, a_weight);                                                                 \
        sum[i] += KERNEL(where)(v == v, a_weight * y);                                                                 \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  static void KERNEL(add_lose##COUNT)(const tx_health_line *line, const double *restrict x, double metric,             \
                                      size_t blocks, double *restrict present, double *restrict sum,                   \
                                      double *restrict most, double *restrict worst) {                                 \
    KNOTS_OF(COUNT, line, a)                                                                                           \
    for (; blocks; blocks--, x += 64, present += 64, sum += 64, most += 64, worst += 64) {                             \
      KERNEL(ask_ahead)(x);                                                                                            \
      for (size_t i = 0; i < 64; i++) {                                                                                \
        const double v = x[i];                                                                                         \
        POINTS_OF(COUNT, a, v, y)                                                                                      \
        present[i] += KERNEL(where)(v == v, a_weight);                                                                 \
        sum[i] += KERNEL(where)(v == v, a_weight * y);                                                                 \
        const double lost = KERNEL(choose)(v == v, a_weight * (100 - y), -1);                                          \
        const bool more = lost > most[i] * (1 + 1e-12);                                                                \
        most[i] = KERNEL(choose)(more, lost, most[i]);                                                                 \
        worst[i] = KERNEL(choose)(more, metric, worst[i]);                                                             \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  static void KERNEL(add_two##COUNT)(const tx_health_line *line, const double *restrict x,                             \
                                     const double *restrict next, size_t blocks, double *restrict present,             \
                                     double *restrict sum) {                                                           \
    KNOTS_OF(COUNT, line, a)                                                                                           \
    KNOTS_OF(COUNT, line + 1, b)                                                                                       \
    for (; blocks; blocks--, x += 64, next += 64, present += 64, sum += 64) {                                          \
      KERNEL(ask_ahead)(x);                                                                                            \
      KERNEL(ask_ahead)(next);                                                                                         \
      for (size_t i = 0; i < 64; i++) {                                                                                \
        const double v = x[i], w = next[i];                                                                            \
        POINTS_OF(COUNT, a, v, y)                                                                                      \
        POINTS_OF(COUNT, b, w, z)                                                                                      \
        const double had = present[i] + KERNEL(where)(v == v, a_weight);                                               \
        const double was = sum[i] + KERNEL(where)(v == v, a_weight * y);                                               \
        present[i] = had + KERNEL(where)(w == w, b_weight);                                                            \
        sum[i] = was + KERNEL(where)(w == w, b_weight * z);                                                            \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  static void KERNEL(fill##COUNT)(const tx_health_line *line, const double *restrict x, size_t blocks,                 \
                                  double *restrict present, double *restrict sum) {                                    \
    const double missing = line->missing;                                                                              \
    KNOTS_OF(COUNT, line, a)                                                                                           \
    for (; blocks; blocks--, x += 64, present += 64, sum += 64) {                                                      \
      KERNEL(ask_ahead)(x);                                                                                            \
      for (size_t i = 0; i < 64; i++) {                                                                                \
        const double v = x[i];                                                                                         \
        POINTS_OF(COUNT, a, v, y)                                                                                      \
        y = v == v ? y : missing;                                                                                      \
        present[i] += a_weight;                                                                                        \
        sum[i] += a_weight * y;                                                                                        \
      }                                                                                                                \
    }                                                                                                                  \
  }
SCALE(2)
SCALE(3)
SCALE(4)
SCALE(5)
SCALE(6)
SCALE(7)
SCALE(8)
#undef SCALE
#undef POINTS_OF
#undef KNOTS_OF

static void KERNEL(scale_many)(const tx_health_line *line, const double *restrict x, size_t blocks,
                               double *restrict out) {
  for (size_t i = 0; i < blocks * 64; i++) out[i] = tx_health_scale(line->metric, x[i]);
}

/* Compilers make poor code of clearing a length that they know. */
static void KERNEL(clear)(size_t blocks, double *restrict out) {
  for (; blocks; blocks--, out += 64) {
    for (size_t i = 0; i < 64; i++) out[i] = 0;
  }
}

/* w′ and w′ × points of points made before, on to the sums; w′ is 0 where the points are NaN. */
static void KERNEL(add_weighted)(const double *restrict points, const double *restrict weight, size_t blocks,
                                 double *restrict present, double *restrict sum) {
  for (; blocks; blocks--, points += 64, weight += 64, present += 64, sum += 64) {
    for (size_t i = 0; i < 64; i++) {
      const double part = weight[i] * points[i];
      present[i] += weight[i];
      sum[i] += points[i] == points[i] ? part : 0;
    }
  }
}

/* What a metric costs a group, w′ × points lost, where that is more than what any before it cost: by more than a last
 * digit, so that of equals the first stays. */
static void KERNEL(lose)(const double *restrict points, const double *restrict weight, double metric, size_t blocks,
                         double *restrict most, double *restrict worst) {
  for (size_t i = 0; i < blocks * 64; i++) {
    const double lost = weight[i] * (100 - points[i]);
    const bool more = lost > most[i] * (1 + 1e-12);
    most[i] = KERNEL(choose)(more, lost, most[i]);
    worst[i] = KERNEL(choose)(more, metric, worst[i]);
  }
}

/* The same among groups, of what each costs the whole. */
static void KERNEL(end_lost)(double group, const double *restrict present, const double *restrict group_most,
                             const double *restrict group_worst, size_t blocks, double *restrict most,
                             double *restrict worst) {
  for (size_t i = 0; i < blocks * 64; i++) {
    const double lost = group * (group_most[i] / present[i]);
    const bool more = lost > most[i] * (1 + 1e-12);
    most[i] = KERNEL(choose)(more, lost, most[i]);
    worst[i] = KERNEL(choose)(more, group_worst[i], worst[i]);
  }
}

/* Ages (NaN: not known) become what is left of the weight. The same steps as tx_health_freshness. */
static void KERNEL(fade)(double after, double fade, size_t blocks, double *restrict age) {
  const bool fades = fade > 0;
  for (; blocks; blocks--, age += 64) {
    for (size_t i = 0; i < 64; i++) {
      double left = 1 - (age[i] - after) / fade;
      left = left > 0 ? left : 0;
      left = fades ? left : 0;
      left = age[i] <= after ? 1 : left;
      age[i] = age[i] == age[i] ? left : (double)NAN;
    }
  }
}

/* The same steps as tx_health_part_of: points that count, NaN where there are none, and their w′. */
static void KERNEL(weigh)(const tx_health_line *line, const uint64_t *applies, const double *restrict fresh,
                          size_t blocks, double *restrict points, double *restrict weight) {
  const double whole = line->weight, missing = line->missing;
  for (size_t b = 0; b < blocks; b++, fresh += 64, points += 64, weight += 64) {
    const uint64_t word = applies ? applies[b] : UINT64_MAX;
    for (size_t i = 0; i < 64; i++) {
      const bool has = points[i] == points[i] && fresh[i] == fresh[i];
      double p = has ? points[i] : missing, w = has ? whole * fresh[i] : whole;
      p = (word >> i) & 1 ? p : (double)NAN;
      w = p == p ? w : 0;
      points[i] = p;
      weight[i] = w;
    }
  }
}

/* The same for a metric that applies to all and is always fresh. */
static void KERNEL(weigh_plain)(const tx_health_line *line, size_t blocks, double *restrict points,
                                double *restrict weight) {
  const double whole = line->weight, missing = line->missing;
  for (size_t i = 0; i < blocks * 64; i++) {
    const double p = points[i] == points[i] ? points[i] : missing;
    points[i] = p;
    weight[i] = KERNEL(where)(p == p, whole);
  }
}

/* Σ w of one more metric, where it applies. */
static void KERNEL(add_all)(const uint64_t *applies, double weight, size_t blocks, double *restrict all) {
  for (size_t b = 0; b < blocks; b++, all += 64) {
    const uint64_t word = applies ? applies[b] : UINT64_MAX;
    for (size_t i = 0; i < 64; i++) all[i] += (word >> i) & 1 ? weight : 0;
  }
}

/* Ends a group: the same steps as tx_health_sum_group. */
static void KERNEL(end_group)(double group, const double *restrict points, const double *restrict present,
                              size_t blocks, double *restrict total, double *restrict weight) {
  for (; blocks; blocks--, points += 64, present += 64, total += 64, weight += 64) {
    for (size_t i = 0; i < 64; i++) {
      const bool has = present[i] > 0;
      const double score = group * (points[i] / present[i]);
      total[i] += has ? score : 0;
      weight[i] += has ? group : 0;
    }
  }
}

static void KERNEL(cover)(double group, const double *restrict present, const double *restrict all, size_t blocks,
                          double *restrict covered, double *restrict coverable) {
  for (; blocks; blocks--, present += 64, all += 64, covered += 64, coverable += 64) {
    for (size_t i = 0; i < 64; i++) {
      const bool any = all[i] > 0;
      const double share = group / all[i] * present[i];
      covered[i] += any ? share : 0;
      coverable[i] += any ? group : 0;
    }
  }
}

/* The same where Σ w is `all` in every row. */
static void KERNEL(cover_plain)(double group, const double *restrict present, double all, size_t blocks,
                                double *restrict covered) {
  const double by = group / all;
  for (size_t i = 0; i < blocks * 64; i++) covered[i] += by * present[i];
}

/* Coverage in the place of what is covered; the same steps as tx_health_sum_coverage. */
static void KERNEL(end_cover)(const double *restrict coverable, size_t blocks, double *restrict covered) {
  for (; blocks; blocks--, covered += 64, coverable += 64) {
    for (size_t i = 0; i < 64; i++) {
      const double share = tx_health_tidy(covered[i] * (1 / coverable[i]));
      covered[i] = coverable[i] > 0 ? share : 0;
    }
  }
}

static void KERNEL(end_cover_plain)(double coverable, size_t blocks, double *restrict covered) {
  const double by = 1 / coverable;
  for (size_t i = 0; i < blocks * 64; i++) covered[i] = tx_health_tidy(covered[i] * by);
}

/* Health before limits in the place of totals; the same steps as tx_health_sum_score. Where all rows of a block have
 * the same groups, one division does for them. */
static void KERNEL(end_rows)(const double *restrict weight, size_t blocks, double *restrict total) {
  for (; blocks; blocks--, total += 64, weight += 64) {
    size_t same = 0;
    const double first = weight[0];
    for (size_t i = 0; i < 64; i++) same += weight[i] == first;
    if (same == 64 && first > 0) {
      const double by = 1 / first;
      for (size_t i = 0; i < 64; i++) total[i] = tx_health_tidy(total[i] * by);
      continue;
    }
    for (size_t i = 0; i < 64; i++) {
      const double score = tx_health_tidy(total[i] * (1 / weight[i]));
      total[i] = weight[i] > 0 ? score : (double)NAN;
    }
  }
}

/* The only group, of weight `group` and Σ w `all` in every row: from its sums to health and coverage in one pass. The
 * same steps as those of end_group, end_rows, cover_plain and end_cover_plain. */
static void KERNEL(end_only)(double group, double all, const double *restrict points, const double *restrict present,
                             size_t blocks, double *restrict health, double *restrict coverage) {
  const double by = 1 / group, share = group / all;
  for (size_t i = 0; i < blocks * 64; i++) {
    const bool has = present[i] > 0;
    const double score = group * (points[i] / present[i]);
    const double total = 0.0 + KERNEL(where)(has, score);
    health[i] = KERNEL(choose)(has, tx_health_tidy(total * by), (double)NAN);
    coverage[i] = tx_health_tidy((0.0 + share * present[i]) * by);
  }
}

static void KERNEL(drop_uncovered)(double min_coverage, const double *restrict coverage, size_t blocks,
                                   double *restrict total) {
  for (size_t i = 0; i < blocks * 64; i++) total[i] = coverage[i] >= min_coverage ? total[i] : (double)NAN;
}

/* As many thresholds as are reached, less one: none is TX_BAND_UNKNOWN, 255. Four at a time, in registers. */
static void KERNEL(reach)(const double *restrict health, const tx_health_band *bands, size_t count, size_t blocks,
                          uint8_t *restrict out) {
  for (size_t b = 0; b < count || b == 0; b += 4) {
    double at[4] = {(double)INFINITY, (double)INFINITY, (double)INFINITY, (double)INFINITY};
    for (size_t k = 0; k < 4 && b + k < count; k++) at[k] = bands[b + k].threshold;
    for (size_t i = 0; i < blocks * 64; i++) {
      const double h = health[i];
      const int64_t reached = (int64_t)(h >= at[0]) + (h >= at[1]) + (h >= at[2]) + (h >= at[3]);
      out[i] = (uint8_t)((b ? out[i] : 255) + reached);
    }
  }
}

static const tx_health_kernels KERNEL(kernels) = {
    .scale = {KERNEL(scale2), KERNEL(scale3), KERNEL(scale4), KERNEL(scale5), KERNEL(scale6), KERNEL(scale7),
              KERNEL(scale8), KERNEL(scale_many)},
    .add = {KERNEL(add2), KERNEL(add3), KERNEL(add4), KERNEL(add5), KERNEL(add6), KERNEL(add7), KERNEL(add8)},
    .add_two = {KERNEL(add_two2), KERNEL(add_two3), KERNEL(add_two4), KERNEL(add_two5), KERNEL(add_two6),
                KERNEL(add_two7), KERNEL(add_two8)},
    .add_lose = {KERNEL(add_lose2), KERNEL(add_lose3), KERNEL(add_lose4), KERNEL(add_lose5), KERNEL(add_lose6),
                 KERNEL(add_lose7), KERNEL(add_lose8)},
    .fill = {KERNEL(fill2), KERNEL(fill3), KERNEL(fill4), KERNEL(fill5), KERNEL(fill6), KERNEL(fill7), KERNEL(fill8)},
    .clear = KERNEL(clear),
    .add_weighted = KERNEL(add_weighted),
    .lose = KERNEL(lose),
    .end_lost = KERNEL(end_lost),
    .fade = KERNEL(fade),
    .weigh_plain = KERNEL(weigh_plain),
    .weigh = KERNEL(weigh),
    .add_all = KERNEL(add_all),
    .end_group = KERNEL(end_group),
    .cover = KERNEL(cover),
    .cover_plain = KERNEL(cover_plain),
    .end_cover = KERNEL(end_cover),
    .end_cover_plain = KERNEL(end_cover_plain),
    .end_rows = KERNEL(end_rows),
    .end_only = KERNEL(end_only),
    .drop_uncovered = KERNEL(drop_uncovered),
    .reach = KERNEL(reach),
};
