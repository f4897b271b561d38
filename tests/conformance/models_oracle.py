#!/usr/bin/env python3
"""Holds health, segmentation and attention against a second implementation, written from the policy language alone.

Random cases, rich in missing values, ties and boundaries. Health is reckoned in fractions, exactly; segmentation with
pandas' sorting; the hours by bisection, their optimality by its conditions and, where scipy is there, by an optimiser.

usage: models_oracle.py DRIVER [CASES]
"""
import math
import random
import subprocess
import sys
from fractions import Fraction

try:
    import numpy
    import pandas
except ImportError:
    print("1..0 # SKIP models_oracle: numpy and pandas are not installed")
    sys.exit(0)
try:
    from scipy import optimize
except ImportError:
    optimize = None

NONE = -1
MISSING = None


class Difference(Exception):
    pass


def expect(condition, *what):
    if not condition:
        raise Difference(" ".join(str(w) for w in what))


def written(value):
    if value is MISSING:
        return "?"
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def near(got, wanted, tolerance=1e-9):
    if wanted is MISSING:
        return got is MISSING
    return got is not MISSING and abs(got - float(wanted)) <= tolerance * max(1, abs(float(wanted)))


def run(driver, words):
    done = subprocess.run([driver], input=" ".join(written(w) for w in words), capture_output=True, text=True)
    expect(done.returncode == 0, "the driver failed:", done.stderr[-2000:])
    return [[MISSING if w == "?" else float(w) for w in line.split()] for line in done.stdout.splitlines()]


def column_words(columns):
    words = [len(columns)]
    for kind, values in columns:
        words += [kind] + values
    return words


# --- health ----------------------------------------------------------------------------------------------------------

def exact(number):
    """The decimal that a number was written as."""
    return Fraction(str(number))


def points_of(metric, value):
    if value is MISSING:
        return MISSING
    if metric["categories"]:
        return next((exact(p) for c, p in metric["categories"] if c == value), MISSING)
    knots = metric["knots"]
    if isinstance(value, float) and math.isinf(value):
        return exact(knots[-1][1] if value > 0 else knots[0][1])
    x = exact(value)
    if x <= exact(knots[0][0]):
        return exact(knots[0][1])
    for (x0, y0), (x1, y1) in zip(knots, knots[1:]):
        if x <= exact(x1):
            x0, x1, y0, y1 = exact(x0), exact(x1), exact(y0), exact(y1)
            return y0 + (x - x0) / (x1 - x0) * (y1 - y0)
    return exact(knots[-1][1])


def freshness_of(metric, since, as_of):
    age = as_of - since
    if age <= metric["after"]:
        return Fraction(1)
    if metric["fade"] == 0:
        return Fraction(0)
    return max(Fraction(0), 1 - Fraction(age - metric["after"], metric["fade"]))


def judge_metric(metric, row, columns, as_of):
    """(applies, points, freshness) of one metric."""
    def at(index):
        return columns[index][1][row]
    if metric["applies"] != NONE and at(metric["applies"]) is not True:
        return False, MISSING, MISSING
    points = points_of(metric, at(metric["value"]))
    fresh = Fraction(1)
    if metric["since"] != NONE:
        fresh = MISSING if at(metric["since"]) is MISSING else freshness_of(metric, at(metric["since"]), as_of)
    if points is MISSING or fresh is MISSING:
        if metric["missing"] is MISSING:
            return True, MISSING, MISSING
        return True, exact(metric["missing"]), Fraction(1)
    return True, points, fresh


def health_row(case, row):
    parts = [judge_metric(m, row, case["columns"], case["as_of"]) for m in case["metrics"]]
    total = weights = covered = coverable = Fraction(0)
    shares = [Fraction(0)] * len(parts)
    for group, weight in enumerate(map(exact, case["groups"])):
        inside = [i for i, m in enumerate(case["metrics"]) if m["group"] == group and parts[i][0]]
        full = {i: exact(case["metrics"][i]["weight"]) for i in inside}
        present = {i: full[i] * parts[i][2] for i in inside if parts[i][1] is not MISSING}
        if sum(full.values()) == 0:
            continue
        coverable += weight
        covered += weight * sum(present.values()) / sum(full.values())
        if sum(present.values()) == 0:
            continue
        weights += weight
        for i, w in present.items():
            shares[i] = weight * w / sum(present.values())
            total += shares[i] * parts[i][1]
    coverage = covered / coverable if coverable else Fraction(0)
    raw = total / weights if weights and coverage >= exact(case["min_coverage"]) else MISSING
    shares = [s / weights if weights else s for s in shares]
    health, bit = raw, 0
    for number, (when, most, least) in enumerate(case["limits"], 1):
        if health is MISSING or case["columns"][when][1][row] is not True:
            continue
        limited = health if most is MISSING else min(health, exact(most))
        limited = limited if least is MISSING else max(limited, exact(least))
        bit = number if limited != health else bit
        health = limited
    reached = [b for b, t in enumerate(case["bands"]) if health is not MISSING and health >= exact(t)]
    return health, raw, coverage, max(reached, default=255), bit, parts, shares


def random_metric(draw, columns, rows, groups, as_of):
    metric = {"group": draw.randrange(groups), "weight": draw.choice([0, 1, 1, 2, 3, 0.1, 0.2, 0.7]),
              "applies": NONE, "since": NONE, "after": draw.choice([0, 30]), "fade": draw.choice([0, 60]),
              "missing": draw.choice([MISSING, MISSING, 0, 42.5]), "knots": [], "categories": []}
    if draw.random() < 0.3:
        colours = ["green", "yellow", "red"]
        metric["categories"] = list(zip(colours, [100, 50, 0]))
        values = [draw.choice(colours + ["blue", MISSING]) for _ in range(rows)]
        columns.append(("string", values))
    else:
        xs = sorted(draw.sample([0, 0.1, 0.3, 0.5, 0.9, 1, 2.5, 10], draw.randint(1, 8)))
        metric["knots"] = [(x, draw.choice([0, 10, 40, 75, 75, 100])) for x in xs]
        pool = xs + [-1, 0.7, 0.2, 99, math.inf, -math.inf, MISSING]
        columns.append(("number", [draw.choice(pool) for _ in range(rows)]))
    metric["value"] = len(columns) - 1
    if draw.random() < 0.4:
        columns.append(("bool", [draw.choice([True, True, False, MISSING]) for _ in range(rows)]))
        metric["applies"] = len(columns) - 1
    if draw.random() < 0.4:
        ages = [0, 29, 30, 31, 60, 89, 90, 91, -5, MISSING]
        columns.append(("date", [MISSING if a is MISSING else as_of - a for a in draw.choices(ages, k=rows)]))
        metric["since"] = len(columns) - 1
    return metric


def random_health(draw):
    rows, as_of, columns = draw.choice([0, 1, 63, 64, 65, 300]), 20000, []
    groups = [draw.choice([0.6, 0.4, 1, 0, 0.1]) for _ in range(draw.randint(1, 3))]
    metrics = [random_metric(draw, columns, rows, len(groups), as_of) for _ in range(draw.randint(0, 6))]
    columns.append(("bool", [draw.choice([True, False, MISSING]) for _ in range(rows)]))
    limits = [(len(columns) - 1, draw.choice([40, 75, MISSING]), draw.choice([20, MISSING]))
              for _ in range(draw.randint(0, 3))]
    return {"rows": rows, "as_of": as_of, "min_coverage": draw.choice([0, 0, 0.5, 0.3]), "columns": columns,
            "groups": groups, "metrics": metrics, "limits": limits,
            "bands": sorted(draw.sample([0, 10, 40, 50, 75, 100], draw.randint(0, 4)))}


def health_words(case):
    words = ["health", case["rows"], case["as_of"], case["min_coverage"]] + column_words(case["columns"])
    words += [len(case["groups"])] + case["groups"] + [len(case["metrics"])]
    for m in case["metrics"]:
        words += [m[k] for k in ("group", "weight", "value", "applies", "since", "after", "fade", "missing")]
        words += [len(m["knots"])] + [w for knot in m["knots"] for w in knot]
        words += [len(m["categories"])] + [w for category in m["categories"] for w in category]
    words += [len(case["limits"])] + [w for limit in case["limits"] for w in limit]
    return words + [len(case["bands"])] + case["bands"]


def compare_health(driver, draw):
    case = random_health(draw)
    lines = run(driver, health_words(case))
    for row in range(case["rows"]):
        got, (health, raw, coverage, band, bit, parts, shares) = lines[row], health_row(case, row)
        said = f"row {row}: {got[:5]}"
        expect(near(got[0], health) and near(got[1], raw) and near(got[2], coverage), said, health, raw, coverage)
        expect(got[3] == band and got[4] == bit, said, "band", band, "limit", bit)
        for i, (applies, points, fresh) in enumerate(parts):
            part = got[5 + 6 * i: 11 + 6 * i]
            expect(part[5] == applies and near(part[0], points) and near(part[1], fresh), said, i, part)
            value = shares[i] * points if points is not MISSING else 0
            lost = shares[i] * (100 - points) if points is not MISSING else 0
            expect(near(part[2], shares[i]) and near(part[3], value) and near(part[4], lost), said, i, part)
    for i, metric in enumerate(case["metrics"]):
        def applies(row):
            return metric["applies"] == NONE or case["columns"][metric["applies"]][1][row] is True
        known = {c for c, _ in metric["categories"]}
        values = case["columns"][metric["value"]][1]
        odd = sum(1 for row, v in enumerate(values)
                  if metric["categories"] and applies(row) and v is not MISSING and v not in known)
        expect(lines[-1][i] == odd, "uncategorised", i, lines[-1][i], odd)


# --- segmentation ----------------------------------------------------------------------------------------------------

REST, WHEN, AT_LEAST, TOP = range(4)
BY_TEST, BY_OVERRIDE, BY_DWELL, NOWHERE = range(4)


def children(case, parent):
    return [i for i, s in enumerate(case["segments"]) if s["parent"] == parent]


def find(case, text):
    """A path, or a name that only one segment has."""
    paths = [i for i, s in enumerate(case["segments"]) if s["path"] == text]
    names = [i for i, s in enumerate(case["segments"]) if s["name"] == text]
    return paths[0] if paths else names[0] if len(names) == 1 else NONE


def ancestor_below(case, segment, parent):
    while segment != NONE and case["segments"][segment]["parent"] != parent:
        segment = case["segments"][segment]["parent"]
    return segment


def inside(case, segment, parent):
    while segment not in (NONE, parent):
        segment = case["segments"][segment]["parent"]
    return segment == parent


def ranked(case, members):
    """Members with a number, the greatest first, ties by key in byte order."""
    by = case["columns"][case["by"]][1]
    frame = pandas.DataFrame({"row": members, "by": pandas.Series([by[r] for r in members], dtype=float),
                              "key": [case["keys"][r].encode() for r in members]})
    return list(frame[frame["by"].notna()].sort_values(["by", "key"], ascending=[False, True])["row"])


def top_of(case, segment, members):
    order, share = ranked(case, members), exact(segment["share"])
    if segment["of"] == NONE:
        return set(order[:math.floor(share * len(order))])
    values = case["columns"][segment["of"]][1]
    amounts = [max(exact(values[r]), Fraction(0)) if values[r] is not MISSING else Fraction(0) for r in order]
    wanted, taken, have = share * sum(amounts), 0, Fraction(0)
    while have < wanted:
        have += amounts[taken]
        taken += 1
    return set(order[:taken])


def test_of(case, index, row, top, previous, margin):
    """True, False or None: not known."""
    segment = case["segments"][index]
    if segment["test"] == REST:
        return True
    if segment["test"] == WHEN:
        return case["columns"][segment["when"]][1][row]
    value = case["columns"][case["by"]][1][row]
    if value is MISSING:
        return None
    if segment["test"] == TOP:
        return row in top[index]
    threshold = exact(segment["at_least"])
    if previous != NONE:
        threshold += abs(threshold) * exact(margin) * (1 if index < previous else -1)
    return math.inf == value or (value != -math.inf and exact(value) >= threshold)


def given_place(case, row, dwell):
    """What override or dwell say, before any test."""
    override = case["columns"][case["override"]][1][row]
    if override is not MISSING and find(case, override) != NONE:
        return find(case, override), BY_OVERRIDE
    previous, since = previous_of(case, row), case["columns"][case["since"]][1][row]
    if dwell and previous != NONE and since is not MISSING and case["as_of"] - since < dwell:
        return previous, BY_DWELL
    return NONE, NOWHERE


def previous_of(case, row):
    previous = case["columns"][case["previous"]][1][row]
    return NONE if previous is MISSING else find(case, previous)


def judge_segments(case, margin, dwell):
    rows = range(case["rows"])
    places = [given_place(case, row, dwell) for row in rows]
    segment, placed = [p[0] for p in places], [p[1] for p in places]
    uncertain, counts = [False] * case["rows"], numpy.zeros((len(case["segments"]), 3), dtype=int)
    for parent in [NONE] + list(range(len(case["segments"]))):
        level = children(case, parent)
        members = [r for r in rows if parent == NONE or inside(case, segment[r], parent)]
        top = {i: top_of(case, case["segments"][i], members) for i in level if case["segments"][i]["test"] == TOP}
        for row in [r for r in rows if segment[r] == parent]:
            known_before = ancestor_below(case, previous_of(case, row), parent)
            for i in level:
                said = test_of(case, i, row, top, known_before, margin)
                counts[i][{True: 0, False: 1, None: 2}[said]] += 1
                uncertain[row] |= said is None
                if said:
                    segment[row] = i
                    placed[row] = BY_TEST if placed[row] == NOWHERE else placed[row]
                    break
    return segment, placed, uncertain, counts


def random_level(draw, case, parent, path, depth):
    first, count = len(case["segments"]), draw.randint(1, 4)
    for i in range(count):
        kind = draw.choice([WHEN, AT_LEAST, AT_LEAST, TOP]) if i < count - 1 else draw.choice([REST, AT_LEAST, TOP])
        name = draw.choice("abcd") + str(i)
        case["segments"].append({
            "name": name, "path": path + name, "parent": parent, "first": 0, "last": 0, "test": kind,
            "when": case["whens"][draw.randrange(2)] if kind == WHEN else NONE,
            "at_least": draw.choice([-20, 0, 10, 20, 40, 100]), "share": draw.choice([0, 0.07, 0.1, 0.29, 0.5, 0.6, 1]),
            "of": draw.choice([NONE, NONE, case["of"]])})
    if parent != NONE:
        case["segments"][parent]["first"], case["segments"][parent]["last"] = first, first + count
    else:
        case["top_count"] = count
    if depth < 3:
        for i in range(first, first + count):
            if draw.random() < 0.4:
                random_level(draw, case, i, case["segments"][i]["path"] + "/", depth + 1)


def random_segmentation(draw):
    rows = draw.choice([0, 1, 63, 64, 65, 70, 100, 500])
    numbers = [-21, -20, -19, -18, 0, 9, 9.5, 10, 10.5, 19, 20, 21, 38, 40, 42, 95, 100, 105, math.inf, -math.inf]
    case = {"rows": rows, "as_of": 1000, "segments": [], "whens": [0, 1], "of": 3, "by": 2, "previous": 4,
            "override": 5, "since": 6, "margin": draw.choice([0, 0.05, 0.1]), "dwell": draw.choice([0, 0, 90])}
    random_level(draw, case, NONE, "", 1)
    names = [s["path"] for s in case["segments"]] + [s["name"] for s in case["segments"]] + ["nowhere"]
    often = [MISSING] * draw.choice([1, 5, 50])
    case["columns"] = [
        ("bool", draw.choices([True, False, MISSING], k=rows)), ("bool", draw.choices([True, False, False], k=rows)),
        ("number", draw.choices(numbers + [MISSING] * 3, k=rows)),
        ("number", draw.choices([0, 0.1, 0.2, 0.3, 5, -3, MISSING], k=rows)),
        ("string", draw.choices(names + often, k=rows)), ("string", draw.choices(names[:2] + often * 3, k=rows)),
        ("date", draw.choices([900, 909, 910, 911, 990, 1010, MISSING], k=rows))]
    alphabet = ["k", "K", "\u00e9", "z", "10", "9"]
    case["keys"] = [draw.choice(alphabet) + str(r) for r in range(rows)]
    return case


def segmentation_words(case):
    words = ["segmentation", case["rows"], case["as_of"], case["margin"], case["dwell"]]
    words += column_words(case["columns"]) + case["keys"]
    words += [case["by"], case["previous"], case["override"], case["since"], len(case["segments"]), case["top_count"]]
    for s in case["segments"]:
        words += [s[k] for k in ("name", "path", "parent", "first", "last", "test", "when", "at_least", "share", "of")]
    return words


def compare_segmentation(driver, draw):
    case = random_segmentation(draw)
    lines, rows = run(driver, segmentation_words(case)), case["rows"]
    segment, placed, uncertain, counts = judge_segments(case, case["margin"], case["dwell"])
    hold = case["margin"] > 0 or case["dwell"] > 0
    unheld = judge_segments(case, 0, 0)[0] if hold else [-2] * rows
    for row in range(rows):
        wanted = [segment[row], placed[row], uncertain[row], hold and segment[row] != unheld[row], unheld[row]]
        expect(lines[row] == wanted, "row", row, lines[row], wanted)
    for i in range(len(case["segments"])):
        expect(lines[rows + i] == list(counts[i]), "segment", i, lines[rows + i], counts[i])
    for at, key in enumerate(("override", "previous")):
        lost = sum(1 for v in case["columns"][case[key]][1] if v is not MISSING and find(case, v) == NONE)
        expect(lines[-1][at] == lost, "unmatched", key, lines[-1][at], lost)


# --- attention -------------------------------------------------------------------------------------------------------

EMPTY, FITS, OVERBOOKED, SLACK = range(4)
PROPORTIONAL, RETURN = range(2)


def weight_of(value):
    return MISSING if value is MISSING or math.isinf(value) else max(value, 0)


def level_hours(case, weights, low, high, available):
    """Hours by bisection on the level, with no thought of pieces."""
    positive = weights > 0
    safe = numpy.where(positive, weights, 1)

    def at(level):
        if case["method"] == PROPORTIONAL:
            free = level * safe
        else:
            free = case["half"] * numpy.log2(safe) + level
        return numpy.where(positive, numpy.clip(free, low, high), low)
    below, above = (0, 1e9) if case["method"] == PROPORTIONAL else (-1e5, 1e5)
    for _ in range(300):
        middle = (below + above) / 2
        below, above = (middle, above) if at(middle).sum() < available else (below, middle)
    return at(above)


def is_optimal(case, weights, low, high, hours):
    """The conditions of an optimum: what can still grow is worth no more, by the hour, than what can still shrink."""
    worth = numpy.where(weights > 0, weights, 0) * 0.5 ** (hours / case["half"])
    grows, shrinks = (hours < high - 1e-9) & (weights > 0), hours > low + 1e-9
    return not grows.any() or not shrinks.any() or worth[grows].max() <= worth[shrinks].min() * (1 + 1e-7)


def best_found(case, weights, low, high, available, hours):
    """No hours that an optimiser finds gain more."""
    def gain(h):
        return float((weights * (1 - 0.5 ** (h / case["half"]))).sum())
    found = optimize.minimize(
        lambda h: -gain(h), low + (high - low) * ((available - low.sum()) / max(1e-12, (high - low).sum())),
        jac=lambda h: -weights * numpy.log(2) / case["half"] * 0.5 ** (h / case["half"]),
        bounds=list(zip(low, high)), constraints={"type": "eq", "fun": lambda h: h.sum() - available,
                                                  "jac": lambda h: numpy.ones_like(h)}, method="SLSQP")
    feasible = abs(found.x.sum() - available) < 1e-9
    return not feasible or gain(found.x) <= gain(hours) * (1 + 1e-9) + 1e-9


def compare_book(case, book, members, lines):
    said = lines[len(case["accounts"]) + book]
    hours = numpy.array([lines[i][0] for i in members], dtype=float)
    accounts = [case["accounts"][i] for i in members]
    missing = [weight_of(a[1]) is MISSING for a in accounts]
    weights = numpy.array([weight_of(a[1]) or 0 for a in accounts], dtype=float)
    low, high = (numpy.array([a[k] for a in accounts], dtype=float) for k in (2, 3))
    have = case["hours"][book]
    available = max(0, (0 if have is MISSING else have) * case["weeks"] * (1 - case["reserve"]))
    expect(near(said[0], available) and said[6] == len(members) and said[7] == sum(missing), "book", book, said)
    if not members:
        return expect(said[5] == EMPTY and near(said[3], available), "book", book, said)
    expect(near(said[1], hours.sum()), "given", said, hours.sum())
    most = numpy.where(weights > 0, high, low)
    if low.sum() > available * (1 + 2e-9):
        expect(said[5] == OVERBOOKED and near(said[2], low.sum() - available), "overbooked", said)
        return expect(numpy.allclose(hours, low * (available / low.sum()), 1e-12, 1e-12), "cut", hours)
    if most.sum() < available * (1 - 2e-9):
        expect(said[5] == SLACK and near(said[3], available - most.sum()), "slack", said)
        return expect((hours == most).all(), "highs", hours, most)
    expect(said[5] == FITS and abs(hours.sum() - available) <= 1e-12 * max(1, available), "fits", said, hours.sum())
    wanted = level_hours(case, weights, low, high, available)
    expect(numpy.allclose(hours, wanted, 1e-7, 1e-7), "hours", hours, wanted)
    if case["method"] == RETURN:
        expect(is_optimal(case, weights, low, high, hours), "not optimal", hours)
        if optimize and len(members) <= 12 and numpy.isfinite(high).all() and (weights > 0).all():
            expect(best_found(case, weights, low, high, available, hours), "an optimiser found better", hours)
    return None


def working_days(case):
    """The dates of the period that are weekdays, by numpy's calendar."""
    start = numpy.datetime64("1970-01-01") + case["as_of"]
    days = numpy.arange(start, start + int(case["weeks"] * 7))
    return days[numpy.is_busday(days)]


def compare_calendar(case, book, members, lines):
    def urgency(i):
        weight = weight_of(case["accounts"][i][1])
        return (weight is MISSING, 0 if weight is MISSING else -weight, case["accounts"][i][4].encode(), i)
    members = sorted(members, key=urgency)
    touches = {i: lines[i][0] / case["touch"] if case["touch"] else 0 for i in members}
    whole = {i: math.floor(touches[i] * (1 + 1e-12)) for i in members}
    days, turn = working_days(case), 0
    every = sum(whole.values()) if len(days) else 0
    expect(lines[len(case["accounts"]) + book][8] == every, "touches of book", book)
    for rank, i in enumerate(members, 1):
        expect(lines[i][4] == rank and near(lines[i][1], touches[i]), "rank", i, lines[i], rank)
        day = -2 ** 31
        if whole[i] and len(days):
            day = int(days[turn * len(days) // every].astype(int))
            turn += 1
        expect(lines[i][3] == day, "next touch", i, lines[i], day)


def random_attention(draw):
    csms, accounts = draw.choice([0, 1, 3]), []
    many = draw.choice([0, 1, 2, 10, 40, 40])
    for i in range(many):
        low = draw.choice([0, 0, 0.5, 2, 6])
        high = draw.choice([low, low + 1, low + 10, 80, math.inf if draw.random() < 0.3 else 30])
        weight = draw.choice([MISSING, 0, 1, 1, 1, 2.5, 7, 100, -1, draw.random(), math.inf])
        key = draw.choice(["a", "b", "B", "\u00e9"]) + str(draw.randrange(5))
        accounts.append((draw.choice([NONE] + list(range(csms)) * 5), weight, low, high, key))
    return {"method": draw.randrange(2), "weeks": draw.choice([0, 0.1, 1, 2.5, 13]), "half": draw.choice([0.5, 4, 20]),
            "reserve": draw.choice([0, 0.1, 1]), "touch": draw.choice([0, 0.5, 1.5]),
            "as_of": draw.choice([20410, 20411, 20412, 20413, 20414, 20415, 20416, -10, -9]), "accounts": accounts,
            "hours": [draw.choice([MISSING, 0, 1, 5, 30, 37.5, 200, -4]) for _ in range(csms)]}


def compare_attention(driver, draw):
    case = random_attention(draw)
    words = ["attention", len(case["accounts"]), len(case["hours"]), case["method"], case["weeks"], case["half"],
             case["reserve"], case["touch"], case["as_of"]]
    words += [w for account in case["accounts"] for w in account] + case["hours"]
    lines = run(driver, words)
    for i, account in enumerate(case["accounts"]):
        expect(account[0] != NONE or lines[i][:3] == [0, 0, 0], "no CSM", i, lines[i])
    for book in range(len(case["hours"])):
        members = [i for i, account in enumerate(case["accounts"]) if account[0] == book]
        compare_book(case, book, members, lines)
        compare_calendar(case, book, members, lines)


def main(driver, cases):
    models = (("health", compare_health), ("segmentation", compare_segmentation), ("attention", compare_attention))
    print(f"1..{len(models)}")
    failed = 0
    for number, (name, compare) in enumerate(models, 1):
        fault = None
        for seed in range(cases):
            try:
                compare(driver, random.Random(f"{name} {seed}"))
            except Difference as difference:
                fault = f"seed {seed}: {difference}"
                break
        print(f"{'not ' if fault else ''}ok {number} - {name}: {cases} random cases")
        if fault:
            print("# " + fault.replace("\n", "\n# "))
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100))
