"""Workloads A (segmentation rules), B (health) and P (percentile) beside DuckDB, Polars, numpy and SQLite.

usage: expr_peers.py PROGRAM [MILLION ROWS]

PROGRAM is the built expr_rules: it makes the columns, measures itself and the speed of reading them alone, and leaves
them as arrays. Every peer gets them in memory as it likes them best (dictionary codes or enumerations, lists as bits)
and one thread; its results are checked before its time counts. Times are the processor's, the best of some rounds.
"""
import datetime
import os
import platform
import re
import subprocess
import sys
import tempfile
import time

os.environ["POLARS_MAX_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

KNOTS, POINTS = [0, 0.3, 0.6, 1.0], [0, 40, 80, 100]
WEIGHTS = [m % 3 + 1 for m in range(8)]
RENEWAL = (datetime.date(2026, 12, 31) - datetime.date(1970, 1, 1)).days
SINCE = (datetime.date(2026, 6, 1) - datetime.date(1970, 1, 1)).days
CHUNK = 16384
STRINGS = ("vertical", "country")


class Wrong(Exception):
    pass


def timed(work, rounds):
    best, result = None, None
    for _ in range(rounds):
        start = time.process_time()
        result = work()
        took = time.process_time() - start
        best = took if best is None else min(best, took)
    return best, result


def same_counts(found, wanted):
    found = [int(count) for count in found]
    if found != wanted:
        raise Wrong(f"counts {found}, not {wanted}")


def same_health(found, wanted):
    if abs(float(found[0]) - wanted[0]) > 1e-9 * abs(wanted[0]):
        raise Wrong(f"the scores' sum is {found[0]!r}, not {wanted[0]!r}")
    same_counts(found[1:], wanted[1:])


# What each rule is in SQL: product lists are bits, dates are days, strings what NAME says they are.
def rules_sql(name, bit):
    no_core = f"(products & {bit['Core']}) = 0"
    return [
        f"{name('vertical', 'finance')} AND arr >= 500000 AND ({name('country', 'US')} OR {name('country', 'GB')})",
        f"(products & {bit['Analytics']}) <> 0 AND health < 50",
        f"renewal < {RENEWAL} AND health < 40 AND arr > 100000",
        f"employees > 10000 OR {name('vertical', 'bank')} OR {name('vertical', 'insurance')}",
        f"{name('country', 'DE')} AND seats >= 200 AND health >= 70",
        f"since >= {SINCE} AND {no_core}",
        "arr < 20000 AND employees < 50",
        "health IS NOT NULL AND health >= 90",
    ]


def query_a(rules):
    cases = " ".join(f"WHEN {rule} THEN {number + 1}" for number, rule in enumerate(rules))
    return f"""SELECT band, rule, count(*) FROM (SELECT
        CASE WHEN arr >= 750000 THEN 3 WHEN arr >= 150000 THEN 2 WHEN arr >= 30000 THEN 1 ELSE 0 END AS band,
        CASE {cases} ELSE 0 END AS rule FROM a) AS inner_query GROUP BY band, rule"""


def counts_a(rows):
    bands, rules = [0] * 4, [0] * 9
    for band, rule, count in rows:
        bands[band] += count
        rules[rule] += count
    return bands + rules


def scale_sql(x):
    slopes = [(POINTS[k + 1] - POINTS[k]) / (KNOTS[k + 1] - KNOTS[k]) for k in range(3)]
    return (f"CASE WHEN {x} < 0 THEN 0.0 WHEN {x} < 0.3 THEN {x} * {slopes[0]!r} "
            f"WHEN {x} < 0.6 THEN 40 + ({x} - 0.3) * {slopes[1]!r} "
            f"WHEN {x} < 1.0 THEN 80 + ({x} - 0.6) * {slopes[2]!r} ELSE 100.0 END")


def query_b():
    total = " + ".join(f"CASE WHEN m{m} IS NULL THEN 0.0 ELSE {w} * {scale_sql(f'm{m}')} END"
                       for m, w in enumerate(WEIGHTS))
    weight = " + ".join(f"CASE WHEN m{m} IS NULL THEN 0.0 ELSE {w}.0 END" for m, w in enumerate(WEIGHTS))
    return f"""SELECT sum(score), count(*) - count(score), count(*) FILTER (score < 50),
        count(*) FILTER (score >= 50 AND score < 75), count(*) FILTER (score >= 75) FROM (SELECT
        CASE WHEN weight > 0 THEN round(total / weight, 10) END AS score FROM
        (SELECT {total} AS total, {weight} AS weight FROM b) AS sums) AS scores"""


class Columns:
    def __init__(self, folder, numpy):
        self.numpy = numpy
        self.texts = {}
        for name in STRINGS + ("products",):
            with open(os.path.join(folder, name + ".txt"), encoding="utf-8") as lines:
                self.texts[name] = lines.read().split("\n")[:-1]
        kinds = {"renewal": "i4", "since": "i4", "vertical": "u1", "country": "u1", "products": "u1"}
        self.a = {name: numpy.fromfile(os.path.join(folder, name), kinds.get(name, "f8")) for name in
                  ("arr", "employees", "seats", "health", "renewal", "since", "vertical", "country", "products")}
        self.b = {f"m{m}": numpy.fromfile(os.path.join(folder, f"m{m}"), "f8") for m in range(8)}
        self.bit = {text: 1 << place for place, text in enumerate(self.texts["products"])}
        self.rows = len(self.a["arr"])

    def code(self, column, text):
        return self.texts[column].index(text)


# --- numpy: pieces that fit the cache, codes for strings -----------------------------------------------------------

def numpy_a(columns):
    np, code, bit = columns.numpy, columns.code, columns.bit
    bands, rules = np.zeros(4, "i8"), np.zeros(9, "i8")
    out = np.empty(columns.rows, "u1")
    for first in range(0, columns.rows, CHUNK):
        a = {name: values[first:first + CHUNK] for name, values in columns.a.items()}
        arr, health, country, vertical, products = (a[n] for n in ("arr", "health", "country", "vertical", "products"))
        band = (arr >= 30000).view("u1") + (arr >= 150000).view("u1") + (arr >= 750000).view("u1")
        rule = np.select([
            (vertical == code("vertical", "finance")) & (arr >= 500000) &
            ((country == code("country", "US")) | (country == code("country", "GB"))),
            ((products & bit["Analytics"]) != 0) & (health < 50),
            (a["renewal"] < RENEWAL) & (health < 40) & (arr > 100000),
            (a["employees"] > 10000) | (vertical == code("vertical", "bank")) |
            (vertical == code("vertical", "insurance")),
            (country == code("country", "DE")) & (a["seats"] >= 200) & (health >= 70),
            (a["since"] >= SINCE) & ((products & bit["Core"]) == 0),
            (arr < 20000) & (a["employees"] < 50),
            health >= 90], [np.uint8(n) for n in range(1, 9)], np.uint8(0))
        out[first:first + CHUNK] = rule * 4 + band
    counts = np.bincount(out, minlength=36).reshape(9, 4)
    return list(counts.sum(axis=0)) + list(counts.sum(axis=1))


def numpy_b(columns):
    np = columns.numpy
    slopes = [(POINTS[k + 1] - POINTS[k]) / (KNOTS[k + 1] - KNOTS[k]) for k in range(3)]
    total_score, bands = 0.0, np.zeros(4, "i8")
    for first in range(0, columns.rows, CHUNK):
        total, weight = 0.0, 0.0
        for m, w in enumerate(WEIGHTS):
            x = columns.b[f"m{m}"][first:first + CHUNK]
            y = np.clip(x, 0, 0.3) * slopes[0]
            y += np.clip(x - 0.3, 0, 0.3) * slopes[1]
            y += np.clip(x - 0.6, 0, 0.4) * slopes[2]
            known = x == x
            total = total + np.where(known, y * w, 0)
            weight = weight + known * float(w)
        with np.errstate(invalid="ignore"):
            score = np.round(total / weight, 10)
        total_score += np.nansum(score)
        band = (score >= 0).view("u1") + (score >= 50).view("u1") + (score >= 75).view("u1")
        bands += np.bincount(band, minlength=4)
    return [total_score] + list(bands)


def numpy_p(columns):
    np = columns.numpy
    _, place, equal = np.unique(columns.a["arr"], return_inverse=True, return_counts=True)
    below = np.cumsum(equal) - equal
    share = ((below + equal / 2) / columns.rows)[place]
    return share[0], share[-1]


# --- DuckDB -----------------------------------------------------------------------------------------------------------

def duckdb_tables(columns, duckdb, pandas_like):
    connection = duckdb.connect(":memory:", config={"threads": 1})
    frame_a, frame_b = pandas_like(columns)
    connection.register("frame_a", frame_a)
    connection.register("frame_b", frame_b)
    for name in STRINGS:
        values = ", ".join(f"'{text}'" for text in columns.texts[name])
        connection.execute(f"CREATE TYPE {name}_type AS ENUM ({values})")
    connection.execute("""CREATE TABLE a AS SELECT arr, employees, seats, health, renewal, since, products,
        CAST(vertical AS vertical_type) AS vertical, CAST(country AS country_type) AS country FROM frame_a""")
    connection.execute("CREATE TABLE b AS SELECT * FROM frame_b")
    connection.unregister("frame_a")
    connection.unregister("frame_b")
    return connection


def arrow_frames(columns):
    import pyarrow as pa

    a = {}
    for name, values in columns.a.items():
        if name in STRINGS:
            a[name] = pa.DictionaryArray.from_arrays(pa.array(values.astype("i4")), pa.array(columns.texts[name]))
        else:
            a[name] = pa.array(values, from_pandas=True)
    return pa.table(a), pa.table({name: pa.array(values, from_pandas=True) for name, values in columns.b.items()})


def run_duckdb(columns, wanted, rounds):
    import duckdb

    connection = duckdb_tables(columns, duckdb, arrow_frames)
    quoted = query_a(rules_sql(lambda column, text: f"{column} = '{text}'", columns.bit))
    seconds_a, rows = timed(lambda: connection.execute(quoted).fetchall(), rounds)
    same_counts(counts_a(rows), wanted["A"])
    text = re.sub(r"FILTER \(", "FILTER (WHERE ", query_b())
    seconds_b, rows = timed(lambda: connection.execute(text).fetchall(), rounds)
    same_health(rows[0], wanted["B"])
    return {"A": seconds_a, "B": seconds_b}


# --- Polars -----------------------------------------------------------------------------------------------------------

def polars_a(frame, bit):
    import polars as pl

    c = pl.col
    rules = [
        (c("vertical") == "finance") & (c("arr") >= 500000) & ((c("country") == "US") | (c("country") == "GB")),
        ((c("products") & bit["Analytics"]) != 0) & (c("health") < 50),
        (c("renewal") < RENEWAL) & (c("health") < 40) & (c("arr") > 100000),
        (c("employees") > 10000) | (c("vertical") == "bank") | (c("vertical") == "insurance"),
        (c("country") == "DE") & (c("seats") >= 200) & (c("health") >= 70),
        (c("since") >= SINCE) & ((c("products") & bit["Core"]) == 0),
        (c("arr") < 20000) & (c("employees") < 50),
        c("health").is_not_null() & (c("health") >= 90)]
    small = lambda number: pl.lit(number, dtype=pl.UInt8)  # noqa: E731
    chain = pl.when(rules[0]).then(small(1))
    for number, rule in enumerate(rules[1:]):
        chain = chain.when(rule).then(small(number + 2))
    band = (pl.when(c("arr") >= 750000).then(small(3)).when(c("arr") >= 150000).then(small(2))
            .when(c("arr") >= 30000).then(small(1)).otherwise(small(0)))
    return frame.lazy().select(band=band, rule=chain.otherwise(small(0)))


def polars_b(frame):
    import polars as pl

    slopes = [(POINTS[k + 1] - POINTS[k]) / (KNOTS[k + 1] - KNOTS[k]) for k in range(3)]
    total, weight = pl.lit(0.0), pl.lit(0.0)
    for m, w in enumerate(WEIGHTS):
        x = pl.col(f"m{m}")
        y = x.clip(0, 0.3) * slopes[0] + (x - 0.3).clip(0, 0.3) * slopes[1] + (x - 0.6).clip(0, 0.4) * slopes[2]
        total = total + (y * w).fill_null(0.0)
        weight = weight + x.is_not_null().cast(pl.Float64) * w
    score = pl.when(weight > 0).then((total / weight).round(10))
    band = pl.when(score >= 75).then(3).when(score >= 50).then(2).when(score.is_not_null()).then(1).otherwise(0)
    return frame.lazy().select(score=score, band=band.cast(pl.UInt8))


def run_polars(columns, wanted, rounds):
    import polars as pl

    frame_a = pl.DataFrame({name: pl.Series(values).fill_nan(None) if values.dtype.kind == "f" else pl.Series(values)
                            for name, values in columns.a.items() if name not in STRINGS})
    for name in STRINGS:
        texts = pl.Series(columns.texts[name])
        series = texts.gather(pl.Series(columns.a[name]).cast(pl.UInt32)).cast(pl.Enum(columns.texts[name]))
        frame_a = frame_a.with_columns(series.alias(name))
    frame_b = pl.DataFrame({name: pl.Series(values).fill_nan(None) for name, values in columns.b.items()})
    seconds_a, found = timed(lambda: polars_a(frame_a, columns.bit).collect(), rounds)
    rows = found.group_by("band", "rule").len().rows()
    same_counts(counts_a(rows), wanted["A"])
    seconds_b, found = timed(lambda: polars_b(frame_b).collect(), rounds)
    counts = found["band"].value_counts()
    by_band = dict(zip(counts["band"], counts["count"]))
    same_health([found["score"].sum()] + [by_band.get(band, 0) for band in range(4)], wanted["B"])
    arr = frame_a["arr"]
    seconds_p, share = timed(lambda: (arr.rank("average") - 0.5) / columns.rows, rounds)
    same_shares((share[0], share[-1]), wanted["P"])
    return {"A": seconds_a, "B": seconds_b, "P": seconds_p}


def same_shares(found, wanted):
    if any(abs(a - b) > 1e-12 for a, b in zip(found, wanted)):
        raise Wrong(f"shares {found}, not {wanted}")


def run_numpy(columns, wanted, rounds):
    seconds_a, found = timed(lambda: numpy_a(columns), rounds)
    same_counts(found, wanted["A"])
    seconds_b, found = timed(lambda: numpy_b(columns), rounds)
    same_health(found, wanted["B"])
    seconds_p, found = timed(lambda: numpy_p(columns), rounds)
    same_shares(found, wanted["P"])
    return {"A": seconds_a, "B": seconds_b, "P": seconds_p}


# --- SQLite: fewer rows, and so held against numpy's count of them --------------------------------------------------

def run_sqlite(columns, wanted, rounds):
    import sqlite3

    rows = min(columns.rows, 1000000)
    connection = sqlite3.connect(":memory:")
    names = list(columns.a)
    connection.execute(f"CREATE TABLE a ({', '.join(names)})")
    lists = [columns.a[name][:rows].tolist() for name in names]
    marks = ", ".join("?" * len(names))
    connection.executemany(f"INSERT INTO a VALUES ({marks})", zip(*lists))  # a NaN goes in as NULL
    query = query_a(rules_sql(lambda column, text: f"{column} = {columns.code(column, text)}", columns.bit))
    seconds, found = timed(lambda: connection.execute(query).fetchall(), 1 if rounds < 3 else 2)
    part = object.__new__(Columns)
    part.__dict__.update(columns.__dict__)
    part.a = {name: values[:rows] for name, values in columns.a.items()}
    part.rows = rows
    same_counts(counts_a(found), [int(count) for count in numpy_a(part)])
    return {"A": seconds * columns.rows / rows}


# --- ours, and the table ---------------------------------------------------------------------------------------------

def run_ours(program, millions, folder):
    said = subprocess.run([program, str(millions), "15", folder], check=True, capture_output=True, text=True).stdout
    rates, wanted = {}, {}
    for line in said.splitlines():
        name, rest = line.split(":", 1)
        numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*(?:e[+-]?\d+)?", rest)]
        if name.endswith("results"):
            wanted[name[0]] = [int(n) for n in numbers] if name[0] == "A" else numbers
        else:
            rates[name] = numbers
    wanted["B"] = [wanted["B"][0]] + [int(n) for n in wanted["B"][1:]]
    return rates, wanted


def version_of(name):
    module = sys.modules[{"SQLite": "sqlite3"}.get(name, name.lower())]
    return module.sqlite_version if name == "SQLite" else module.__version__


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            found = re.search(r"model name\s*: (.*)", lines.read())
            return found.group(1) if found else platform.processor()
    except OSError:
        return platform.processor() or platform.machine()


def show(rates, peers, rows):
    ours = {"A": rates["A rules"][0], "B": rates["B health"][0], "P": rates["P percentile"][0]}
    read = {"A": rates["A rules"][1], "B": rates["B health"][1]}
    written = next(numbers[0] for name, numbers in rates.items() if name.startswith("B health,"))
    print(f"{datetime.date.today()}, {processor()}, {rows / 1e6:g} million rows, one thread, processor time")
    print("Million rows a second: A rules, B health, P percentile; in brackets, how many times that triax does.")
    print(f"{'':28}{'A':>18}{'B':>18}{'P':>18}")
    line = lambda name, cells: print(f"{name:28}" + "".join(f"{cell:>18}" for cell in cells))  # noqa: E731
    line("reading the columns alone", [f"{read[w]:.0f} (ratio {ours[w] / read[w]:.2f})" for w in "AB"] + [""])
    line("triax", [f"{ours[w]:.0f}" for w in "AB"] + [f"{ours['P']:.1f}"])
    line("triax, all columns written", ["", f"{written:.0f}", ""])
    for name, seconds in peers.items():
        cells = []
        for work in "ABP":
            rate = rows / seconds[work] * 1e-6 if work in seconds else 0
            cells.append(f"{rate:.2f} ({ours[work] / rate:.1f})" if rate else "")
        line(name, cells)


def main():
    program, millions = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 5
    peers, versions, skipped = {}, [], []
    with tempfile.TemporaryDirectory() as folder:
        rates, wanted = run_ours(program, millions, folder)
        try:
            import numpy
        except ImportError:
            print("numpy is not installed: no peers, which get their columns through it")
            print("\n".join(f"{name}: {numbers}" for name, numbers in rates.items()))
            return 0
        columns = Columns(folder, numpy)
        for name, run in (("DuckDB", run_duckdb), ("Polars", run_polars), ("numpy", run_numpy),
                          ("SQLite (1 million rows)", run_sqlite)):
            try:
                peers[name] = run(columns, wanted, 3)
                versions.append(f"{name.split()[0]} {version_of(name.split()[0])}")
            except ImportError as missing:
                skipped.append(f"{name} ({missing.name} is not installed)")
            except Wrong as wrong:
                print(f"{name} comes to other results: {wrong}", file=sys.stderr)
                return 1
    show(rates, peers, columns.rows)
    print("Peers: " + ", ".join(versions))
    if skipped:
        print("Skipped: " + ", ".join(skipped))
    return 0


if __name__ == "__main__":
    sys.exit(main())
