#!/usr/bin/env python3
"""Fits on given folds beside scikit-learn and InterpretML's explainable boosting machine: AUC, log-loss, processor time.

The data stand beside the checkout, in ../shared/data. Each learns from four folds and foretells the fifth; the figures
are means over the five. Time is of the process: of the peers for fitting and foretelling, of triax for the whole command
(reading, each metric alone, five folds and all rows, the policy and its test), over the six fits that are in it.

usage: fit_peers.py TRIAX [SET...]
"""
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "../shared/data"
SETS = {"telco": ("customerID", "Churn"), "pysurvival": ("id", "churned")}


def spent():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def load(name):
    key, outcome = SETS[name]
    with open(DATA / name / "folds.csv", newline="") as file:
        folds = list(csv.DictReader(file))
    with open(DATA / name / "customers.csv", newline="") as file:
        rows = [dict({key: f["id"]}, **r) if key not in r else r for r, f in zip(csv.DictReader(file), folds)]
    return key, outcome, rows, [int(f["y"]) for f in folds], [int(f["fold"]) for f in folds]


def triax(command, name, folder):
    key, outcome, rows, _, folds = load(name)
    path, policy = Path(folder, "customers.csv"), Path(folder, "policy.yaml")
    with open(path, "w", newline="") as file:
        out = csv.DictWriter(file, [*rows[0], "fold"])
        out.writeheader()
        out.writerows(dict(r, fold=f) for r, f in zip(rows, folds))
    policy.write_text(f"triax: 1\ncustomers: {{key: {key}}}\nsegmentation: {{segments: [{{name: all}}]}}\n")
    begin = spent()
    done = subprocess.run([command, "fit", policy, "--customers", path, "--outcome", outcome, "--folds", "fold", "--json"],
                          capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)["out_of_sample"]
    return report["auc"]["value"], report["log_loss"], (spent() - begin) / 6


def peers(name):
    import numpy as np
    import pandas as pd
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss, roc_auc_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    key, outcome, rows, y, folds = load(name)
    table = pd.DataFrame(rows).drop(columns=[key, outcome])
    for column in table:
        numbers = pd.to_numeric(table[column], errors="coerce")
        if numbers.notna().mean() > 0.9:
            table[column] = numbers
    y, folds = np.array(y), np.array(folds)
    texts = [c for c in table if table[c].dtype.kind not in "if"]
    coded = make_column_transformer((OneHotEncoder(handle_unknown="ignore", sparse_output=False), texts),
                                    (make_pipeline(SimpleImputer(), StandardScaler()),
                                     [c for c in table if c not in texts]))
    models = {"logistic regression": lambda: make_pipeline(coded, LogisticRegression(max_iter=500)),
              "gradient boosting": lambda: make_pipeline(coded, GradientBoostingClassifier(random_state=0))}
    try:
        from interpret.glassbox import ExplainableBoostingClassifier

        models["explainable boosting machine"] = lambda: ExplainableBoostingClassifier(
            random_state=0, n_jobs=1, feature_types=["nominal" if c in texts else "continuous" for c in table])
    except ImportError:
        print("  InterpretML is not installed: skipped")
    for title, make in models.items():
        aucs, losses, begin = [], [], time.process_time()
        for fold in sorted(set(folds)):
            out = folds == fold
            chance = make().fit(table[~out], y[~out]).predict_proba(table[out])[:, 1]
            aucs.append(roc_auc_score(y[out], chance))
            losses.append(log_loss(y[out], chance))
        yield title, np.mean(aucs), np.mean(losses), (time.process_time() - begin) / len(set(folds))


def main(command, names):
    for name in names or SETS:
        if not (DATA / name).is_dir():
            print(f"{name}: not beside the checkout, skipped")
            continue
        print(f"{name}: mean of five folds, processor seconds a fit")
        with tempfile.TemporaryDirectory() as folder:
            print("  %-30s AUC %.4f  log-loss %.4f  %8.2f s" % ("triax", *triax(command, name, folder)), flush=True)
        try:
            for line in peers(name):
                print("  %-30s AUC %.4f  log-loss %.4f  %8.2f s" % line, flush=True)
        except ImportError as why:
            print(f"  peers are skipped: {why}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
