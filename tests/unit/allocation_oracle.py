"""The books solver beside HiGHS: allocation_oracle.py DRIVER [COUNT [MOST CUSTOMERS]] [gaps] [third]

Writes random problems, lets the driver (tests/bench/allocation_driver.c) solve them, recomputes the answer's goal from
the problem alone, and solves the same problem with HiGHS part by part of the objective, as a relaxation and, where
small (up to 60 customers), in whole numbers; `third`: with up to three measures, else two. What must hold: no answer is better than the best, and no part's bound is
above the best there is among those that are no worse than ours in the parts before. Says how near our bounds come to
those of the relaxation of the whole model, several caps and measures and all, which ours may pass: it knows which loads
whole customers can make.

Exit 77 (skipped) where highspy is absent.
"""
import random
import subprocess
import sys

try:
    import highspy
    import numpy as np
except ImportError:
    print("skipped: highspy is not installed")
    sys.exit(77)


def make(seed, customers, csms, equal=False, measures=1, tightness=1.05, stretch=0.0, cap=1.4):
    rnd = random.Random(seed)
    loads = [4] if equal else [20, 8, 3]
    offers = []
    for _ in range(max(1, csms // 2)):
        width = rnd.randint(1, csms)
        offers.append([(i, rnd.randint(0, 2)) for i in sorted(rnd.sample(range(csms), width))])
    classes = [(load, o) for o in range(len(offers)) for load in loads]
    people = []
    for _ in range(customers):
        k = rnd.randrange(len(classes))
        owner = rnd.randrange(csms) if rnd.random() < 0.7 else -1
        fixed = rnd.choice(offers[classes[k][1]])[0] if rnd.random() < 0.05 else -1
        people.append((k, rnd.randint(1, 1000), owner, 3, fixed))
    total = sum(classes[p[0]][0] for p in people)
    capacity = [max(1, int(total * tightness / csms * rnd.uniform(0.7, 1.3))) for _ in range(csms)]
    hard = [int(c * (1 + stretch)) for c in capacity]
    fair = max(1, total // csms)
    curve = ([x for _ in range(csms) for x in (fair * 85 // 100, fair * 95 // 100, fair, fair * 110 // 100)],
             [x for _ in range(csms) for x in (1, 3, 6, 12)])
    measure = [(None, None, 4, curve)] if measures > 0 else []
    if measures > 1:
        amount = [rnd.randint(0, 50) for _ in people]
        fair = max(1, sum(amount) // csms)
        curve = ([x for _ in range(csms) for x in (fair * 85 // 100, fair)], [x for _ in range(csms) for x in (1, 5)])
        measure.append((amount, [int(fair * cap) for _ in range(csms)], 2, curve))
    if measures > 2:  # the number of accounts, which nothing limits
        fair = max(1, customers // csms)
        curve = ([x for _ in range(csms) for x in (fair * 9 // 10, fair)], [x for _ in range(csms) for x in (20, 90)])
        measure.append(([1] * customers, None, 2, curve))
    return dict(capacity=capacity, hard=hard, offers=offers, classes=classes, customers=people, measures=measure)


def text(p):
    out = [len(p["capacity"]), *p["capacity"], *p["hard"], len(p["offers"])]
    for row in p["offers"]:
        out.append(len(row))
        for csm, points in row:
            out += [csm, points]
    out.append(len(p["classes"]))
    for load, offer in p["classes"]:
        out += [load, offer]
    out.append(len(p["customers"]))
    for person in p["customers"]:
        out += person
    out.append(len(p["measures"]))
    for amount, limit, pieces, (start, slope) in p["measures"]:
        out += [1, *amount] if amount is not None else [0]
        out += [1, *limit] if limit else [0]
        out += [pieces, *start, *slope]
    return " ".join(map(str, out)) + " 1\n"


def drive(driver, p):
    done = subprocess.run([driver], input=text(p), capture_output=True, text=True)
    assert done.returncode == 0, (done.stderr, text(p))
    rows = [list(map(int, line.split())) for line in done.stdout.splitlines()]
    return tuple(rows[0]), tuple(rows[1]), rows[2][0], rows[3] if len(rows) > 3 else []


def curve_cost(pieces, start, slope, csm, x):
    cost, rate = 0, 0
    for q in range(pieces):
        if x > start[csm * pieces + q]:
            cost += (slope[csm * pieces + q] - rate) * (x - start[csm * pieces + q])
            rate = slope[csm * pieces + q]
    return cost


def goal_of(p, at):
    """The goal recomputed; asserts every rule."""
    csms = len(p["capacity"])
    load, value, points = [0] * csms, 0, 0
    sums = [[0] * csms for _ in p["measures"]]
    free = [False] * csms
    for j, (k, worth, owner, bonus, fixed) in enumerate(p["customers"]):
        csm = at[j]
        assert fixed < 0 or csm == fixed
        if csm < 0:
            value += worth
            continue
        offer = dict(p["offers"][p["classes"][k][1]])
        assert csm in offer or fixed == csm
        points += offer.get(csm, 0) + (bonus if owner == csm and csm in offer else 0)
        load[csm] += p["classes"][k][0]
        free[csm] |= fixed < 0
        for m, (amount, _, _, _) in enumerate(p["measures"]):
            sums[m][csm] += amount[j] if amount is not None else p["classes"][k][0]
    imbalance = 0
    for i in range(csms):
        assert load[i] <= p["hard"][i] or not free[i]
        for m, (_, limit, pieces, (start, slope)) in enumerate(p["measures"]):
            assert limit is None or sums[m][i] <= limit[i] or not free[i]
            imbalance += curve_cost(pieces, start, slope, i, sums[m][i])
    return value, sum(max(0, load[i] - p["capacity"][i]) for i in range(csms)), points, imbalance


class Model:
    """Columns with their cost in each part of the objective, rows with bounds."""

    def __init__(self):
        self.cost, self.upper, self.whole, self.rows = [], [], [], []

    def column(self, cost, upper=1.0, whole=False):
        self.cost.append(cost)
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.cost) - 1

    def solve(self, whole, seconds=60, reached=None):
        """Part by part: the best of each among those that are best before, or no worse than reached before."""
        h = highspy.Highs()
        h.setOptionValue("output_flag", False)
        h.setOptionValue("mip_rel_gap", 0.0)
        h.setOptionValue("mip_abs_gap", 0.5)
        h.setOptionValue("time_limit", float(seconds))
        for u in self.upper:
            h.addVar(0.0, u)
        for n, w in enumerate(self.whole):
            if whole and w:
                h.changeColIntegrality(n, highspy.HighsVarType.kInteger)
        for low, high, index, coef in self.rows:
            h.addRow(low, high, len(index), np.array(index, dtype=np.int32), np.array(coef, dtype=float))
        parts = []
        for part in range(4):
            cost = [c[part] for c in self.cost]
            for n, c in enumerate(cost):
                h.changeColCost(n, float(c))
            h.run()
            if h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                return None
            best = h.getInfo().objective_function_value
            best = round(best) if whole else best
            parts.append(best)
            most = best if reached is None else reached[part]
            index = [n for n, c in enumerate(cost) if c != 0]
            slack = 0.5 if whole else 1e-6 * max(1.0, abs(most))
            h.addRow(-highspy.kHighsInf, most + slack, len(index), np.array(index, dtype=np.int32),
                     np.array([cost[n] for n in index], dtype=float))
        return parts


def model_of(p):
    csms, m = len(p["capacity"]), Model()
    load_rows = [[[], []] for _ in range(csms)]
    sum_rows = [[[[], []] for _ in range(csms)] for _ in p["measures"]]
    base = [0] * csms
    base_sum = [[0] * csms for _ in p["measures"]]
    constant_points = 0
    for j, (k, worth, owner, bonus, fixed) in enumerate(p["customers"]):
        load, offer = p["classes"][k]
        if fixed >= 0:
            base[fixed] += load
            constant_points += dict(p["offers"][offer])[fixed] + (bonus if owner == fixed else 0)
            for q, (amount, _, _, _) in enumerate(p["measures"]):
                base_sum[q][fixed] += amount[j] if amount is not None else load
            continue
        columns = [m.column((worth, 0, 0, 0), whole=True)]
        for csm, points in p["offers"][offer]:
            c = m.column((0, 0, -points - (bonus if owner == csm else 0), 0), whole=True)
            columns.append(c)
            load_rows[csm][0].append(c)
            load_rows[csm][1].append(load)
            for q, (amount, _, _, _) in enumerate(p["measures"]):
                sum_rows[q][csm][0].append(c)
                sum_rows[q][csm][1].append(amount[j] if amount is not None else load)
        m.rows.append((1, 1, columns, [1] * len(columns)))
    inf = highspy.kHighsInf
    for i in range(csms):
        index, coef = load_rows[i]
        if base[i] > p["hard"][i]:
            m.rows.append((0, 0, index, [1] * len(index)))
        elif index:
            m.rows.append((-inf, p["hard"][i] - base[i], index, coef))
        over = m.column((0, 1, 0, 0), inf)
        m.rows.append((-inf, p["capacity"][i] - base[i], index + [over], coef + [-1]))
        for q, (_, limit, pieces, (start, slope)) in enumerate(p["measures"]):
            index, coef = sum_rows[q][i]
            if limit is not None and index:
                if base_sum[q][i] > limit[i]:
                    m.rows.append((0, 0, index, [1] * len(index)))
                else:
                    m.rows.append((-inf, limit[i] - base_sum[q][i], index, coef))
            rate = 0
            for s in range(pieces):
                beyond = m.column((0, 0, 0, slope[i * pieces + s] - rate), inf)
                rate = slope[i * pieces + s]
                m.rows.append((-inf, start[i * pieces + s] - base_sum[q][i], index + [beyond], coef + [-1]))
    return m, constant_points


def compare(p, goal, bound, whole, closed):
    """Whether no part's bound is above the best there is among those no worse before, and how near to the relaxation's
    it is: closed gets ours ÷ the relaxation's, of the way from nothing."""
    m, constant = model_of(p)
    mine = (goal[0], goal[1], -goal[2] + constant, goal[3])
    ours = (bound[0], bound[1], -bound[2] + constant, bound[3])
    relaxed = m.solve(False, reached=mine)
    if relaxed is not None:
        for part in range(4):
            if part != 2 and relaxed[part] > 1:
                closed[part].append(min(1, ours[part] / relaxed[part]))
            elif part == 2:
                closed[part].append(ours[part] - relaxed[part])
    best = m.solve(True, 20) if whole else None
    if best is None:
        return None
    assert tuple(best) <= mine, ("better than the best", best, mine)
    within = m.solve(True, 20, reached=mine)
    for part in range(4 if within is not None else 0):
        assert ours[part] <= within[part], ("bound above the best", part, ours, within, mine)
    return tuple(best), mine


def main():
    driver, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 30
    most = int(sys.argv[3]) if len(sys.argv) > 3 and sys.argv[3].isdigit() else 60
    tell, third = "gaps" in sys.argv, "third" in sys.argv
    reached = known = 0
    closed = [[], [], [], []]
    for seed in range(count):
        rnd = random.Random(seed)
        csms = rnd.randint(1, 6)
        shape = dict(equal=seed % (5 if third else 4) == 0, measures=seed % 4 if third else seed % 3, tightness=rnd.choice([0.8, 0.95, 1.05, 1.3]),
                     stretch=rnd.choice([0, 0, 0.1]), cap=rnd.choice([1.0, 1.1, 1.4]))
        p = make(seed, rnd.randint(0, most), csms, **shape)
        goal, bound, met, at = drive(driver, p)
        assert goal == goal_of(p, at), (seed, goal, goal_of(p, at))
        found = compare(p, goal, bound, most <= 60, closed)
        if found is not None:
            known += 1
            reached += found[0] == found[1]
            if tell and found[0] != found[1]:
                print(seed, shape, "best", found[0], "ours", found[1], "bound", bound, met)
    names = ("value", "over", "points", "imbalance")
    for part, name in enumerate(names):
        if not closed[part]:
            continue
        mean = sum(closed[part]) / len(closed[part])
        if part == 2:
            print(f"bound of {name}: {mean:+.1f} points beside the relaxation's, in the mean")
        else:
            print(f"bound of {name}: {100 * mean:.1f} % of the relaxation's, in the mean of {len(closed[part])}")
    print(f"{count} problems agree; best reached in {reached} of {known} that HiGHS solved to the end")


if __name__ == "__main__":
    main()
