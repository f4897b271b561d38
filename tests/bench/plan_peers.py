#!/usr/bin/env python3
"""What numpy, pandas and Polars need for the work of plan_memory: plan_peers.py CUSTOMERS.CSV [TRIAX_SEGMENTS.CSV]

Prints one line a peer, in seconds of processor. The numpy version does the ten tests and the eight metrics of
plan_company.h by hand; with the segments.csv of a plan of the same customers, it checks that both found the same.
"""
import csv
import sys
import time

AS_OF = "2026-11-21"


def busy(name, work, rounds=3):
    best = None
    for _ in range(rounds):
        before = time.process_time()
        result = work()
        took = time.process_time() - before
        best = took if best is None else min(best, took)
    print(f"{name}: {best:.3f} s of processor")
    return result


def judge(np, c):
    """Segment names and health, missing values as the policy has them: NaN, and tests of NaN do not hold."""
    with np.errstate(all="ignore"):
        adoption = c["active_seats"] / c["seats"]
        fresh = np.clip(1 - (c["sentiment_age"] - 45) / 90, 0, 1)
        metrics = [("product", 3, np.interp(adoption, [0.1, 0.5, 0.9], [0, 50, 100]), 1),
                   ("product", 2, np.interp(c["logins"] / c["active_seats"], [1, 12], [0, 100]), 1),
                   ("product", 1, np.interp(c["products"], [1, 4], [30, 100]), 1),
                   ("service", 1, np.interp(c["open_tickets"], [0, 10], [100, 0]), 1),
                   ("service", 1, np.interp(c["open_escalations"], [0, 2], [100, 0]), 1),
                   ("relationship", 2, c["sentiment"], fresh),
                   ("relationship", 1, c["sponsor"], 1),
                   ("relationship", 1, np.interp(c["nps"], [0, 6, 8, 10], [0, 30, 70, 100]), 1)]
        shares = {"product": 0.5, "service": 0.2, "relationship": 0.3}
        total, weight, coverage = 0, 0, 0
        for group, share in shares.items():
            points, parts, all_of_it = 0, 0, 0
            for name, importance, score, freshness in metrics:
                if name != group:
                    continue
                effective = np.where(np.isnan(score), 0, importance * freshness)
                points = points + np.where(effective > 0, effective * score, 0)
                parts = parts + effective
                all_of_it += importance
            there = parts > 0
            total = total + np.where(there, share * points / parts, 0)
            weight = weight + np.where(there, share, 0)
            coverage = coverage + share * parts / all_of_it
        health = np.where(coverage >= 0.4, total / weight, np.nan)
        health = np.where(c["open_escalations"] > 1, np.fmin(health, 40), health)
        arr, employees = c["arr"], c["employees"]
        enterprise = arr >= 150000
        strategic = (employees >= 5000) | ((c["vertical"] == "finance") & (adoption > 0.8))
        tests = [arr >= 750000, enterprise & strategic, enterprise,
                 ((c["vertical"] == "finance") | (c["vertical"] == "healthcare")) & (arr >= 60000),
                 (arr >= 40000) & ((employees - c["seats"]) / employees > 0.8) & (adoption > 0.5),
                 (health < 50) & (arr >= 30000), (arr >= 30000) & (c["renewal"] < 45),
                 (arr >= 20000) & (c["since"] < 120), (c["products"] >= 3) & (arr >= 20000), arr >= 15000]
        return np.select(tests, range(10), 10), health


NAMES = ["global", "enterprise/strategic", "enterprise/core", "regulated", "growth", "rescue", "renewing", "new",
         "broad", "scale", "digital"]


def columns(np, pd, path):
    t = pd.read_csv(path, keep_default_na=False, na_values=[""])
    days = lambda name: (np.datetime64(AS_OF) - t[name].to_numpy("datetime64[D]")).astype(float)  # noqa: E731
    c = {name: t[name].to_numpy(float) for name in ("employees", "seats", "active_seats", "logins", "nps")}
    c["arr"] = t["arr"].to_numpy(float) * t["arr_currency"].map({"USD": 1, "EUR": 1.08, "GBP": 1.27}).to_numpy()
    for name in ("open_tickets", "open_escalations"):
        c[name] = t[name].fillna(0).to_numpy(float)
    c["products"] = (t["products"].str.count(";") + 1).to_numpy(float)
    c["sentiment"] = t["csm_sentiment"].map({"green": 100, "yellow": 50, "red": 0}).to_numpy(float)
    c["sponsor"] = t["sponsor"].map({True: 100, False: 20}).to_numpy(float)
    c["sentiment_age"] = np.where(t["sentiment_on"].isna(), np.nan, days("sentiment_on"))
    c["renewal"], c["since"] = -days("renewal"), days("customer_since")
    c["vertical"] = t["vertical"].to_numpy("U16")
    return c


def main(path, segments=None):
    try:
        import numpy as np
        import pandas as pd
    except ImportError as missing:
        print(f"numpy and pandas: skipped ({missing})")
        return 0
    busy("pandas reads the file", lambda: pd.read_csv(path), 2)
    try:
        import polars
        busy(f"Polars reads the file ({polars.thread_pool_size()} threads)", lambda: polars.read_csv(path), 2)
    except ImportError:
        print("Polars: skipped (not installed)")
    c = columns(np, pd, path)
    segment, health = busy("numpy segments and scores", lambda: judge(np, c))
    if segments is None:
        return 0
    wrong = 0
    with open(segments, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["segment"] not in NAMES:
                continue
            of_it = segment == NAMES.index(row["segment"])
            mean = np.nanmean(health[of_it]) if of_it.any() else np.nan
            if int(row["customers"]) != of_it.sum() or (of_it.any() and abs(float(row["mean_health"]) - mean) > 1e-6):
                print(f"{row['segment']}: {row['customers']} customers with health {row['mean_health']}, but numpy says "
                      f"{of_it.sum()} with {mean}")
                wrong = 1
    print("numpy and triax disagree" if wrong else "numpy and triax found the same segments and health")
    return wrong


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
