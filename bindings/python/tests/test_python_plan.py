"""Policies, customers, plans, judges, aggregates, health, expressions and assignments, against the command or by hand."""
import csv
import datetime
import json
import math
import os
import random
import subprocess
from pathlib import Path

import pytest

import triax

ROOT = Path(os.environ.get("TRIAX_ROOT") or Path(__file__).resolve().parents[3])
COMMAND = Path(os.environ.get("TRIAX_COMMAND") or ROOT / "build/release/bindings/cli/triax")
EXAMPLE = ROOT / "docs/examples/arr-verticals"
DAY = datetime.date(2026, 11, 23)
POLICY = {
    "triax": 1, "name": "small", "currency": {"base": "USD"},
    "customers": {"key": "id", "columns": {"arr": {"type": "money"}, "renewal": {"type": "date"}}},
    "health": {"metrics": {"use": {"value": "active / seats", "scale": [[0, 0], [1, 100]]}}, "bands": {"red": 0, "green": 60}},
    "segmentation": {"by": "arr", "segments": [{"name": "large", "at_least": "100k"}, {"name": "small"}]},
}
CUSTOMERS = [
    {"id": "A", "arr": 300_000, "seats": 10, "active": 9, "renewal": datetime.date(2027, 1, 1)},
    {"id": "B", "arr": 200_000, "seats": 10, "active": 4, "renewal": None},
    {"id": "C", "arr": 50_000, "seats": 10, "active": None, "renewal": datetime.date(2026, 12, 1)},
]


@pytest.fixture(scope="module")
def example():
    policy = triax.Policy.load(EXAMPLE / "policy.yaml")
    return policy.plan(triax.read_csv(EXAMPLE / "customers.csv"), triax.read_csv(EXAMPLE / "team.csv"), as_of=DAY)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """What the command writes for the example."""
    if not COMMAND.is_file():
        pytest.skip("the command is not built")
    out = tmp_path_factory.mktemp("written") / "plan"
    subprocess.run([str(COMMAND), "plan", str(EXAMPLE / "policy.yaml"), "--customers", str(EXAMPLE / "customers.csv"), "--team",
                    str(EXAMPLE / "team.csv"), "--as-of", DAY.isoformat(), "-o", str(out)], check=True, capture_output=True)
    return out


def as_written(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ";".join(value)
    return float(value) if isinstance(value, float) else str(value)


def test_tables_are_those_that_the_command_writes(example, written):
    for name in example.tables:
        if not (written / f"{name}.csv").exists():
            continue
        with open(written / f"{name}.csv", newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        table = example.table(name)
        assert table.columns == header
        for mine, its in zip(table, rows, strict=True):
            assert [as_written(value) for value in mine.values()] == [
                float(text) if isinstance(value, float) else text for text, value in zip(its, mine.values())]


def test_summary_is_that_of_the_command(example, written):
    assert example.summary == json.loads((written / "summary.json").read_text(encoding="utf-8"))


def test_every_table_has_its_name(example):
    assert {"customers", "csms", "segments", "pools", "tests", "week", "moves"} <= set(example.tables)
    for name in example.tables:
        assert getattr(example, name) is example.table(name)
    assert example.customers["segment"][0] == "scale"
    with pytest.raises(triax.NotFound, match="no table 'metrics'"):
        example.metrics
    with pytest.raises(triax.NotFound):
        example.table("customer")
    with pytest.raises(AttributeError):
        example.customer


def test_a_plan_by_hand():
    plan = triax.Policy.from_dict(POLICY).plan(CUSTOMERS, as_of="2026-11-21", parts=True)
    assert plan.customers["segment"] == ["large", "large", "small"]
    assert plan.customers["health"] == [90, 40, None]
    assert plan.customers["band"] == ["green", "red", "unknown"]
    assert plan.metrics["use.points"] == [90, 40, None]
    assert (plan.summary["customers"]["count"], plan.summary["customers"]["arr"], plan.summary["as_of"]) == (3, 550_000, "2026-11-21")
    assert plan.explain("B").at("health.metrics.use.points") == 40
    assert "points: 40" in str(plan.explain("B"))
    assert plan.explain("B").at("health.nothing.there") is None
    with pytest.raises(triax.NotFound, match="'BB'.*did you mean"):
        plan.explain("BB")
    assert plan.policy.name == "small" and plan.policy.currency == "USD" and plan.loaded_team is None
    assert "3 customers" in repr(plan)


def test_as_of_in_every_form():
    policy = triax.Policy.from_dict(POLICY)
    for day in ("2026-11-21", datetime.date(2026, 11, 21), datetime.datetime(2026, 11, 21, 23, 59)):
        assert policy.plan(CUSTOMERS, as_of=day).summary["as_of"] == "2026-11-21"
    with pytest.raises(ValueError, match="2026-02-30"):
        policy.plan(CUSTOMERS, as_of="2026-02-30")
    counting = triax.Policy.from_dict({"triax": 1, "segmentation": {"segments": [{"name": "late", "when": "days_since(d) > 5"}, {"name": "x"}]}})
    with pytest.raises(triax.Error, match="as_of|date"):
        counting.plan([{"id": "A", "d": DAY}])


def test_of_nobody():
    policy = triax.Policy.from_dict({"triax": 1, "segmentation": {"segments": [{"name": "all"}]}})
    nobody = {"id": [], "arr": []}
    plan = policy.plan(nobody, {"id": []})
    assert len(plan.customers) == 0 and plan.summary["customers"]["count"] == 0 and len(plan.loaded_team) == 0
    assert triax.evaluate("1", nobody) == []
    assert policy.check(nobody) == policy.check(policy.customers(nobody))


def test_what_was_sent():
    policy = triax.Policy.from_dict({"triax": 1, "segmentation": {"segments": [{"name": "all"}]}, "plays": [
        {"name": "hello", "when": "true", "do": "email", "to": "customer", "subject": "Hello", "cooldown": "30d"}]})
    rows = [{"id": "A"}, {"id": "B"}]
    assert policy.plan(rows, as_of=DAY).actions["customer"] == ["A", "B"]
    sent = {"customer": ["A"], "play": ["hello"], "date": ["10.11.2026"]}
    plan = policy.plan(rows, as_of=DAY, sent=sent, dates="dmy")
    assert plan.actions["customer"] == ["B"] and plan.withheld["customer"] == ["A"]
    assert policy.plan(rows, as_of=DAY, sent={"customer": [], "play": [], "date": []}).actions["customer"] == ["A", "B"]


def test_where_health_is_going():
    policy = triax.Policy.from_dict(POLICY)
    past = {"customer": ["A"] * 4, "date": [datetime.date(2026, month, 21) for month in (7, 8, 9, 10)], "health": [50.0, 60.0, 70.0, 80.0]}
    trend = policy.plan(CUSTOMERS, as_of="2026-11-21", history=past).trend
    assert "A" in trend.to_dict()[trend.columns[0]]
    assert "trend" not in policy.plan(CUSTOMERS, as_of="2026-11-21").tables


def test_reasons_and_threads_change_nothing_else(example):
    plan = example.policy.plan(example.loaded_customers, example.loaded_team, as_of=DAY, reasons=False, threads=4)
    mine, its = plan.customers.to_dict(), example.customers.to_dict()
    assert set(mine.pop("why")) == {None} and its.pop("why")[0]
    assert mine == its


def test_policies_from_dict_and_yaml_are_one():
    text = (EXAMPLE / "policy.yaml").read_text(encoding="utf-8")
    customers, team = triax.read_csv(EXAMPLE / "customers.csv"), triax.read_csv(EXAMPLE / "team.csv")
    plans = [policy.plan(customers, team, as_of=DAY).customers.to_dict()
             for policy in (triax.Policy.from_yaml(text), triax.Policy.from_dict(triax.read_yaml(text)))]
    assert plans[0] == plans[1]


def test_faults_of_a_policy():
    with pytest.raises(triax.PolicyError) as caught:
        triax.Policy.from_yaml("triax: 1\nsegmentation:\n  segmants: []\n", name="p.yaml")
    error = caught.value
    assert (error.line, error.column, error.path, error.count, error.status) == (3, 3, "segmentation", 2, 4)
    assert isinstance(error, ValueError) and isinstance(error, triax.Error)
    assert [(m.level, m.line, m.column) for m in error.messages] == [("error", 3, 3), ("error", 2, 1)]
    assert str(error).splitlines()[:2] == [
        "p.yaml:3:3: error: segmentation: unknown key 'segmants'", "    3 |   segmants: []"]
    assert error.message == "unknown key 'segmants'; did you mean 'segments'?"


@pytest.mark.parametrize("content, fault, words", [
    ({"triax": 1, 5: 1}, TypeError, "the top: keys are strings, not 5"),
    ({"triax": 1, "define": {"a": object()}}, TypeError, "define.a: a object"),
    ({"triax": 1, "meta": float("nan")}, triax.Error, "finite|NaN|number"),
    ({"triax": 2, "segmentation": {"segments": [{"name": "a"}]}}, triax.PolicyError, "triax"),
])
def test_faults_of_a_dict(content, fault, words):
    with pytest.raises(fault, match=words):
        triax.Policy.from_dict(content)


def test_deep_dicts_are_refused():
    deep = {}
    for _ in range(200):
        deep = {"a": deep}
    with pytest.raises(triax.LimitError):
        triax.Policy.from_dict(deep)


def test_faults_of_data():
    policy = triax.Policy.from_dict(POLICY)
    with pytest.raises(triax.DataError) as caught:
        policy.plan([{"id": "A", "arr": "lots"}, {"id": "A", "arr": "1"}])
    assert len(caught.value.messages) == 3 and "row 1" in str(caught.value) and "'A'" in str(caught.value)
    with pytest.raises(triax.PolicyError, match="seats"):
        policy.plan([{"id": "A", "arr": 1.0, "renewal": DAY}])


def test_loading():
    policy = triax.Policy.from_dict(POLICY)
    raw = {"id": ["A", "A", "B"], "arr": ["$1,200.50", "2", "x"], "renewal": ["21/11/2026", None, None]}
    loaded = policy.customers(raw, dates="dmy", loose_numbers=True, set_aside=True)
    assert loaded.table.to_list() == [{"id": "A", "arr": 1200.5, "renewal": datetime.date(2026, 11, 21)}]
    assert [(row["row"], row["key"], row["column"]) for row in loaded.aside] == [(2, "A", "id"), (3, "B", "arr")]
    assert (loaded.table.types["arr"], len(loaded), loaded.find("A")) == ("money", 1, 0)
    assert repr(loaded).startswith("triax.Customers: Table of 1 row")
    with pytest.raises(triax.NotFound):
        loaded.find("B")
    assert policy.customers(CUSTOMERS).aside is None
    assert policy.customers(loaded) is loaded
    with pytest.raises(ValueError, match="iso, dmy"):
        policy.customers(raw, dates="us")
    comma = triax.Customers({"id": ["A"], "x": ["1.200,5"]}, loose_numbers=True, decimal=",")
    assert len(comma) == 1


def test_advice_is_a_message_with_a_code(example):
    said = example.policy.check(example.loaded_customers, example.loaded_team, as_of=DAY)
    assert all(message.level in ("warning", "note") for message in said)
    assert all(str(message) == message.text for message in said)
    done = subprocess.run([str(COMMAND), "check", "policy.yaml", "--customers", "customers.csv", "--team", "team.csv", "--as-of", str(DAY)],
                          cwd=EXAMPLE, capture_output=True, text=True)
    assert {m.code for m in said if m.code} == {word.strip("[]:") for word in done.stderr.split() if word.strip("[]:")[:2] == "T1"}


def test_a_judge_agrees_with_the_plan(example):
    judge, rows = example.judge(), example.loaded_customers.table.to_list()
    results = list(example.customers)
    for row, result in random.Random(1).sample(list(zip(rows, results)), 200):
        found = judge.customer(row["id"] if "id" in row else result["key"])
        assert (found.segment, found.health, found.band) == (result["segment"], result["health"], None if result["band"] == "unknown" else result["band"])
        assert (found.placed, found.uncertain) == (result["placed_by"], result["uncertain"])


def test_a_judge_by_hand():
    judge = triax.Policy.from_dict(POLICY).plan(CUSTOMERS).judge()
    assert judge({"arr": 100_000, "seats": 4, "active": 3, "name": "not read"}) == ("large", 75, "green", 1, False, "test")
    assert judge({"arr": 99_999.99, "seats": None, "active": 3}) == ("small", None, None, 0, False, "test")
    assert judge.customer("A", active=0) == ("large", 0, "red", 1, False, "test")
    assert judge.customer("A").health == 90, "changes do not last"
    assert judge.reads("arr") and not judge.reads("name")
    with pytest.raises(triax.NotFound):
        judge.customer("Z")
    with pytest.raises(triax.Error):
        judge({"arr": "text"})


def test_a_judge_of_texts_and_days():
    policy = triax.Policy.from_dict({"triax": 1, "segmentation": {"segments": [
        {"name": "late", "when": "d < date('2026-01-02') || t < timestamp('2026-01-02T00:00:00Z')"}, {"name": "named", "when": "s == 'ß'"}, {"name": "x"}]}})
    judge = policy.plan([{"id": "A", "d": DAY, "t": datetime.datetime(2027, 1, 1), "s": "a"}]).judge()
    later = {"d": DAY, "t": datetime.datetime(2027, 1, 1), "s": "ß"}
    assert judge(later).segment == "named"
    assert judge({**later, "d": datetime.date(2026, 1, 1)}).segment == "late"
    assert judge({**later, "d": datetime.datetime(2026, 1, 1, 5)}).segment == "late"
    assert judge({**later, "t": datetime.datetime(2026, 1, 1, 23)}).segment == "late"
    assert judge({**later, "t": datetime.date(2026, 1, 2), "s": None}).segment == "x"


def test_parts_are_judged_as_the_whole():
    policy = triax.Policy.from_dict({"triax": 1, "segmentation": {"by": "arr", "segments": [
        {"name": "top", "top": "10%"}, {"name": "above", "when": "arr > percentile(arr) * 0 + mean(arr)"}, {"name": "rest"}]}})
    rng = random.Random(2)
    rows = [{"id": f"C{i}", "arr": float(rng.randint(1, 1000))} for i in range(500)]
    parts, known = [rows[:100], rows[100:350], rows[350:]], None
    while known is None or not known.complete:
        found = [policy.plan(part, aggregates=known).aggregates() for part in parts]
        sent = [triax.Aggregates.from_bytes(bytes(one)) for one in found]
        known = triax.Aggregates.merge(reversed(sent))
    assert known.error == 0
    segments = [segment for part in parts for segment in policy.plan(part, aggregates=known).customers["segment"]]
    assert segments == policy.plan(rows).customers["segment"] and segments.count("top") == 50
    with pytest.raises(triax.DataError):
        triax.Aggregates.from_bytes(b"x" + bytes(known)[1:])
    with pytest.raises(triax.InvalidArgument):
        triax.Aggregates.merge([])


def books():
    """Two CSMs who carry two accounts each, and five accounts."""
    policy = triax.Policy.from_dict({"triax": 1, "segmentation": {"segments": [{"name": "all"}]}, "allocation": {
        "owner": "owner", "value": "arr", "eligible": "customer.language == csm.language", "capacity": {"accounts": {"all": 2}},
        "prefer": [{"points": 1, "when": "customer.owner == csm.id", "why": "keeps its CSM"}], "balance": {"load": 1}}})
    customers = [{"id": name, "arr": arr, "language": "en" if name != "E" else "de", "owner": "ana"}
                 for name, arr in zip("ABCDE", (50.0, 40.0, 30.0, 20.0, 10.0))]
    return policy, customers, [{"id": "ana", "language": "en"}, {"id": "ben", "language": "en"}]


def test_books_that_could_be_otherwise():
    policy, customers, team = books()
    plan = policy.plan(customers, team, tradeoff=True, hires=True)
    assert plan.customers["csm"].count(None) == 1 and plan.explain("E")["csm"]["allocation"] == "uncovered"
    assert {row["how"] for row in plan.tradeoff} and len(plan.hires) >= 1
    why = plan.why_not("E", "ana")
    assert (why["customer"], why["csm"]) == ("E", "ana") and "eligible" in why["not_because"]
    with pytest.raises(triax.NotFound):
        plan.why_not("E", "nobody")
    quick = policy.plan(customers, team, hires=False)
    assert "hires" not in quick.tables and "tradeoff" not in quick.tables


def test_two_plans_side_by_side(example):
    other = triax.read_yaml((EXAMPLE / "policy.yaml").read_bytes())
    other["segmentation"]["segments"][1]["at_least"] = "100k"
    other = triax.Policy.from_dict(other)
    raw = triax.read_csv(EXAMPLE / "customers.csv"), triax.read_csv(EXAMPLE / "team.csv")
    comparison = example.policy.compare(other, *raw, as_of=DAY)
    after = dict(zip(comparison.after.customers["key"], comparison.after.customers["segment"]))
    before = dict(zip(example.customers["key"], example.customers["segment"]))
    moved = {row["key"]: (row["segment_before"], row["segment_after"]) for row in comparison.accounts if row["segment_before"] != row["segment_after"]}
    assert moved == {key: (before[key], after[key]) for key in before if before[key] != after[key]} and len(moved) > 10
    assert comparison.summary.at("differ.segment") == len(moved)
    assert sum(row["accounts"] for row in comparison.flows if row["from"] != row["to"]) == len(moved)
    quick = triax.compare(example, comparison.after, causes=False)
    assert quick.summary.at("figures") == comparison.summary.at("figures") and quick.before is example
    assert "accounts differ" in repr(comparison)
    present = triax.compare(None, example)
    assert present.before is None and "accounts" in present.tables
    with pytest.raises(triax.Canceled):
        triax.compare(example, comparison.after, progress=lambda *_: True)


def history(rows=600, seed=5):
    """Customers of whom those who use little churn more often; `noise` says nothing."""
    rng, made = random.Random(seed), []
    for i in range(rows):
        use = rng.random()
        made.append({"id": f"C{i}", "use": use, "noise": rng.random(), "churned": rng.random() < 1 / (1 + math.exp(6 * use - 3))})
    return made


def area(scores, outcomes):
    """The chance that one who churned has less health than one who did not, ties counting half: the AUC by its meaning."""
    churned = [score for score, outcome in zip(scores, outcomes) if outcome and score is not None]
    kept = [score for score, outcome in zip(scores, outcomes) if not outcome and score is not None]
    return sum((one < other) + (one == other) / 2 for one in churned for other in kept) / (len(churned) * len(kept))


def test_learning_from_what_came():
    rows = history()
    outcomes = [row["churned"] for row in rows]
    policy = triax.Policy.from_yaml("triax: 1  # ours\nstage: scaling\nsegmentation: {segments: [{name: all}]}\n")
    fit = triax.Health.fit(policy, rows, "churned", rising=["use"])
    assert fit.report["learnt"] is True and 0.75 < fit.report.at("out_of_sample.auc.value") < 0.9
    assert fit.report["verdict"] in repr(fit) and fit.score is None and fit.policy is policy
    assert fit.predictions["outcome"] == [bool(outcome) for outcome in outcomes] and len(set(fit.predictions["fold"])) == 5
    assert area([-chance for chance in fit.predictions["chance"]], outcomes) > 0.75, "of customers that were not learnt from"

    text = triax.replace_yaml("triax: 1  # ours\nstage: scaling\nsegmentation: {segments: [{name: all}]}\n", "health", fit.section)
    assert text.startswith("triax: 1  # ours\n") and triax.read_yaml(text)["health"]["metrics"]["use"]["value"] == "use"
    learnt = triax.Policy.from_yaml(text)
    scores = learnt.plan(rows).customers["health"]
    assert triax.Health.from_dict(fit.section).score(rows)["health"] == scores == pytest.approx(fit.predictions["score"], abs=1e-9)
    points = dict(zip([row["use"] for row in rows], triax.Health.from_dict(fit.section).score(rows, parts=True)["use.points"]))
    assert [points[use] for use in sorted(points)] == sorted(points.values()), "more use is never worse"

    report = learnt.backtest(rows, "churned")
    assert report["rows"] == 600 and report["separates"] is True and report.messages == ()
    assert report.at("auc.value") == pytest.approx(area(scores, outcomes), abs=1e-9)
    assert sum(band["customers"] for band in report["bands"]) == 600


def test_learning_in_other_ways():
    rows = history(400, 6)
    policy = triax.Policy.from_dict({"triax": 1, "stage": "scaling", "segmentation": {"segments": [{"name": "all"}]}})
    plain = triax.Health.fit(policy, rows, "churned", method="logistic", metrics=["use"], ridge=1.0, pairs=0)
    coefficients = {row["coefficient"]: row["all"] for row in plain.coefficients}
    assert plain.metrics["metric"] == ["use"] and set(coefficients) == {"constant", "use"}
    assert coefficients["use"] == pytest.approx(-6, abs=2) and coefficients["constant"] == pytest.approx(3, abs=1), "made with -6 and 3"
    leaked = [{**row, "told": row["churned"]} for row in rows]
    assert any("told" in str(message) for message in triax.Health.fit(policy, leaked, "churned").messages)
    assert "told" not in triax.Health.fit(policy, leaked, "churned", leaks=["told"]).section["metrics"]
    score = triax.Health.fit(policy, rows, "churned", score="risk")
    assert score.score == "risk"
    with pytest.raises(triax.DataError):
        triax.Health.fit(policy, rows[:8], "churned")
    with pytest.raises(triax.NotFound, match="churnedd"):
        triax.Health.fit(policy, rows, "churnedd")
    with pytest.raises(ValueError, match="additive, logistic"):
        triax.Health.fit(policy, rows, "churned", method="forest")
    with pytest.raises(triax.Canceled):
        triax.Health.fit(policy, rows, "churned", progress=lambda *_: True)


def test_a_score_that_says_nothing():
    rows = history(400, 9)
    policy = triax.Policy.from_dict({"triax": 1, "segmentation": {"segments": [{"name": "all"}]},
                                     "health": {"metrics": {"noise": {"value": "noise", "scale": [[0, 0], [1, 100]]}}}})
    report = policy.backtest(rows, "churned")
    assert report["separates"] is False and report.messages
    codes = {message.code for message in policy.check(rows, outcome="churned")} - {message.code for message in policy.check(rows)}
    assert len(codes) == 1


def test_yaml_written_and_read():
    content = {"triax": 1, "name": "a: b", "segmentation": {"segments": [{"name": "all", "when": "x > 1.5 && y == 'z'"}]}, "empty": None}
    again = triax.read_yaml(triax.write_yaml(content))
    assert again == {**content, "triax": "1"}


def test_parts_that_sum():
    rng = random.Random(4)
    for _ in range(50):
        parts = [rng.random() for _ in range(rng.randint(1, 20))]
        rounded = triax.round_parts(parts, sum(parts), 2)
        assert round(sum(rounded), 2) == round(sum(parts), 2)
        assert all(abs(one - other) <= 0.01 for one, other in zip(parts, rounded))
    with pytest.raises(triax.InvalidArgument):
        triax.round_parts([float("inf")], 1)


def test_health_alone():
    text = "metrics: {use: {value: active / seats, scale: [[0, 0], [1, 100]]}}\nbands: {red: 0, green: 60}\n"
    scores = triax.Health.from_yaml(text).score(CUSTOMERS, as_of=DAY, parts=True)
    assert scores["health"] == [90, 40, None] and scores["band"] == ["green", "red", "unknown"]
    assert scores["use.points"] == [90, 40, None]
    assert triax.Health.from_dict(triax.read_yaml(text)).score(CUSTOMERS).to_dict() == triax.Health.from_yaml(text).score(CUSTOMERS).to_dict()
    with pytest.raises(triax.PolicyError, match="h.yaml:1:17"):
        triax.Health.from_yaml("metrics: {use: {valu: 1}}", name="h.yaml")


def test_health_from_a_file(tmp_path):
    (tmp_path / "health.yaml").write_text("metrics: {use: {value: active, scale: [[0, 0], [10, 100]]}}\n")
    assert triax.Health.load(tmp_path / "health.yaml").score(CUSTOMERS)["health"] == [90, 40, None]


def test_expressions():
    assert triax.evaluate("days_since(date('2026-11-20'))", as_of="2026-11-21") == "1.0"
    assert triax.evaluate("[1, 2]") == "[1, 2]"
    assert triax.evaluate("active / seats", CUSTOMERS) == ["0.9", "0.4", None]
    with pytest.raises(triax.PolicyError) as caught:
        triax.evaluate("1 +")
    assert caught.value.column == 4


def brute_force(cost, load, capacity):
    import itertools
    best = None
    for agents in itertools.product(range(len(capacity)), repeat=len(cost[0])):
        used = [0] * len(capacity)
        for item, agent in enumerate(agents):
            used[agent] += load[agent][item]
        if all(u <= c for u, c in zip(used, capacity)):
            value = sum(cost[agent][item] for item, agent in enumerate(agents))
            best = value if best is None else min(best, value)
    return best


def test_assignments():
    rng = random.Random(3)
    for _ in range(30):
        cost = [[rng.randint(-5, 20) for _ in range(6)] for _ in range(3)]
        load = [[rng.randint(1, 5) for _ in range(6)] for _ in range(3)]
        capacity = [rng.randint(4, 9) for _ in range(3)]
        answer, best = triax.assign(cost, load, capacity, seed=7), brute_force(cost, load, capacity)
        check = answer.check()
        assert check.over == 0 and check.cost == answer.figures.cost and check.uncovered == answer.agents.count(None)
        if best is not None and answer.figures.optimal:
            assert answer.figures.cost == best and answer.figures.bound == best
        if best is not None:
            assert check.bound <= best
        assert [sum(load[a][i] for i, agent in enumerate(answer.agents) if agent == a) for a in range(3)] == answer.loads
        assert answer.proof.kind in ("none", "capacity", "items") and answer.proof.scale >= 1
        assert len(answer.missing) == 3 and answer.message in repr(answer)


def test_assignments_of_odd_shapes():
    assert triax.assign([], [], []).agents == []
    assert triax.assign([[]], [[]], [3]).loads == [0]
    too_much = triax.assign([[1, 1]], [[5, 5]], [5])
    assert too_much.agents.count(None) == 1 and too_much.figures.bound is None and too_much.missing == [5]
    with pytest.raises(ValueError, match="load must be 1 rows"):
        triax.assign([[1, 1]], [[5]], [5])


def test_versions():
    assert triax.library_version() == triax.__version__
    assert triax.POLICY_LANGUAGE == 1


@pytest.mark.parametrize("kind", [triax.Policy, triax.Plan, triax.Health, triax.Aggregates, triax.Comparison, triax.Fit])
def test_what_is_not_made_by_hand(kind):
    with pytest.raises(TypeError, match="use "):
        kind()


BOOKS = {
    "triax": 1,
    "customers": {"key": "id", "columns": {"arr": {"type": "number"}}},
    "team": {"key": "id"},
    "segmentation": {"by": "arr", "segments": [{"name": "large", "at_least": 100}, {"name": "small"}]},
    "allocation": {
        "owner": "owner", "value": "arr",
        "capacity": {"accounts": {"large": 2, "small": 4}},
        "prefer": [{"points": 1, "when": "customer.owner == csm.id", "why": "keeps its CSM"}],
    },
}


def company(count, seed=1):
    chance = random.Random(seed)
    team = [{"id": f"m{i}", "name": f"M{i}", "fte": 1.0} for i in range(6)]
    return [{"id": f"c{j:03}", "arr": chance.randint(1, 200), "owner": f"m{chance.randrange(7)}"} for j in range(count)], team


def test_verify_finds_what_the_plan_says():
    # Two CSMs with room for 2 large or 4 small each; large: 150, 120, 110; small: 50, 40, 30. Three large and two small
    # are 2 CSMs: only 30 is left uncovered, and all four parts of the objective are at their bound.
    policy = triax.Policy.from_dict(BOOKS)
    rows = [{"id": f"c{j}", "arr": arr, "owner": None} for j, arr in enumerate([150, 120, 110, 50, 40, 30])]
    plan = policy.plan(rows, [{"id": "a", "fte": 1.0}, {"id": "b", "fte": 1.0}])
    proof = plan.verify()
    assert plan.summary["allocation"]["objective"]["uncovered_value"] == 30
    assert proof.rules_hold and proof.as_stated and proof.bound_holds
    assert proof.proven >= 1 and proof.uncovered_value_off >= 0


def test_a_plan_without_a_team_has_no_books_to_verify():
    proof = triax.Policy.from_dict(POLICY).plan(CUSTOMERS, as_of=DAY).verify()
    assert proof.rules_hold and proof.as_stated and proof.bound_holds and proof.proven == 0


def test_a_plan_from_the_one_before_is_the_same_where_nothing_changed():
    policy = triax.Policy.from_dict(BOOKS)
    rows, team = company(60)
    first = policy.plan(rows, team)
    again = policy.plan(rows, team, previous=first)
    assert list(again.customers["csm"]) == list(first.customers["csm"])
    assert again.summary["allocation"] == first.summary["allocation"]


@pytest.mark.parametrize("change", ["comes", "goes", "grows", "leaves", "order", "strangers"])
def test_a_plan_from_the_one_before_holds_after_a_change(change):
    policy = triax.Policy.from_dict(BOOKS)
    rows, team = company(80)
    first = policy.plan(rows, team)
    if change == "comes":
        rows = rows + [{"id": "new", "arr": 190, "owner": None}]
    elif change == "goes":
        rows = rows[1:]
    elif change == "grows":
        rows = [{**rows[0], "arr": 400}] + rows[1:]
    elif change == "leaves":
        team = team[1:]
    elif change == "order":
        rows, team = rows[::-1], team[::-1]
    else:
        rows, team = company(50, seed=9)
        rows = [{**row, "id": "x" + row["id"]} for row in rows]
    plans = [policy.plan(rows, team, previous=first, threads=threads) for threads in (1, 2)]
    whole = policy.plan(rows, team)
    proof = plans[0].verify()
    assert proof.rules_hold and proof.as_stated and proof.bound_holds
    assert list(plans[0].customers["csm"]) == list(plans[1].customers["csm"])
    left, least = (plan.summary["allocation"]["objective"]["uncovered_value"] for plan in (plans[0], whole))
    assert left <= least + 0.001 * sum(row["arr"] for row in rows)


def test_a_host_hears_of_the_books_and_may_have_enough():
    # Two sizes of account fill CSMs unevenly, and there are more than fit: so there is something to search for.
    policy = triax.Policy.from_dict({
        "triax": 1, "customers": {"key": "id"}, "team": {"key": "id"},
        "segmentation": {"by": "arr", "segments": [{"name": "large", "at_least": 5000}, {"name": "small"}]},
        "allocation": {"capacity": {"accounts": {"large": 17, "small": 43}}, "value": "arr"}})
    chance = random.Random(7)
    rows = [{"id": f"c{j}", "arr": chance.randint(1000, 10000)} for j in range(3000)]
    team = [{"id": f"m{i}", "fte": 1.0} for i in range(60)]
    heard = []
    whole = policy.plan(rows, team, books=lambda value, bound: heard.append((value, bound)))
    assert heard and all(bound <= value for value, bound in heard)
    assert heard == sorted(heard, key=lambda state: (-state[0], state[1])), "both only get better"
    assert "stopped" not in whole.summary["allocation"]
    assert whole.summary["allocation"]["objective"]["uncovered_value"] <= heard[-1][0]
    enough = policy.plan(rows, team, books=lambda value, bound: True)
    assert enough.summary["allocation"]["stopped"] is True and enough.verify().rules_hold
    with pytest.raises(ZeroDivisionError):
        policy.plan(rows, team, books=lambda value, bound: 1 / 0)
