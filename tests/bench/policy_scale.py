"""Policies of every kind grown large: what `triax check` and `triax plan` take for N of a thing and for ten times as many.

usage: policy_scale.py COMMAND [N] [KIND...]

Prints processor seconds of both and their ratio: 10 is linear, 100 quadratic. Asserts nothing about times.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

CUSTOMERS, CSMS = 500, 50
HEAD = "triax: 1\ncustomers: {key: id}\nteam: {key: id}\n"
ONE_SEGMENT = "segmentation: {by: arr, segments: [{name: all}]}\n"
TWO_METRICS = "health: {metrics: {use: {value: active, scale: [[0, 0], [10, 100]]}}}\n"


def lines(count, form):
    return "".join(form.format(i=i, down=count - i, next=i + 1) for i in range(count))


def segments(n):
    return HEAD + "segmentation:\n  by: arr\n  segments:\n" + lines(n, "    - {{name: s{i}, at_least: {down}}}\n") + "    - {name: rest}\n"


def tiers(n):
    """Parents of ten children each."""
    text = HEAD + "segmentation:\n  by: arr\n  segments:\n"
    for i in range(n // 10):
        text += f"    - name: s{i}\n      at_least: {n - i}\n      segments:\n"
        text += "".join(f"        - {{name: t{k}, when: active == {k}}}\n" for k in range(9)) + "        - {name: rest}\n"
    return text + "    - {name: rest}\n"


def tops(n):
    return HEAD + "segmentation:\n  by: arr\n  segments:\n" + lines(n, "    - {{name: s{i}, top: 0.1%}}\n") + "    - {name: rest}\n"


def capacity(n):
    accounts = "".join(f"      s{i}: {i % 40 + 10}\n" for i in range(n)) + "      rest: 20\n"
    return segments(n) + "allocation:\n  effort: 0.001\n  capacity:\n    accounts:\n" + accounts


def roles(n):
    text = HEAD + "segmentation:\n  by: arr\n  segments:\n"
    text += lines(n, "    - {{name: s{i}, at_least: {down}, roles: [r{i}]}}\n") + "    - {name: rest}\n"
    return text + "allocation: {effort: 0.001, capacity: {accounts: {rest: 20, s0: 10}}}\n"


def one_segment_of_roles(n):
    return (HEAD + "segmentation: {by: arr, segments: [{name: all, roles: [" + ", ".join(f"r{i}" for i in range(n)) +
            "]}]}\nallocation: {effort: 0.001, capacity: {accounts: {all: 20}}}\n")


def services(n):
    return HEAD + "segmentation: {by: arr, segments: [{name: all, services: [" + ", ".join(f"v{i}" for i in range(n)) + "]}]}\n"


def success(n):
    return HEAD + "segmentation:\n  segments:\n    - name: all\n      success:\n" + lines(n, "        c{i}: active > {i}\n")


def hours(n):
    """Limits of attention by segment."""
    limits = "".join(f"      s{i}: [1, {i % 40 + 10}]\n" for i in range(n))
    return (segments(n) + "allocation: {effort: 0.001, capacity: {accounts: {rest: 20}}}\n" +
            "attention:\n    hours: 30\n    period: 13w\n    by: arr\n    limits:\n" + limits)


def pools(n):
    return (HEAD + ONE_SEGMENT + "allocation:\n  effort: 0.001\n  capacity: {accounts: {all: 20}}\n  pools:\n" +
            lines(n, "    - {{name: p{i}, customers: active == {i}, csms: fte > {i}}}\n") + "    - {name: other}\n")


def overlays(n):
    return (HEAD + ONE_SEGMENT + "allocation:\n  effort: 0.001\n  capacity: {accounts: {all: 20}}\n  overlays:\n" +
            lines(n, "    - {{name: o{i}, customers: active == {i}, accounts: 60}}\n"))


def prefer(n):
    return (HEAD + ONE_SEGMENT + "allocation:\n  effort: 0.001\n  capacity: {accounts: {all: 20}}\n  prefer:\n" +
            lines(n, "    - {{points: 1, when: customer.active == {i} && csm.fte == 1, why: w{i}}}\n"))


def metrics(n):
    return HEAD + ONE_SEGMENT + "health:\n  metrics:\n" + lines(n, "    m{i}: {{value: active + {i}, scale: [[0, 0], [{next}, 100]]}}\n")


def groups(n):
    return (HEAD + ONE_SEGMENT + "health:\n  metrics:\n" +
            lines(n, "    m{i}: {{group: g{i}, value: active + {i}, scale: [[0, 0], [{next}, 100]]}}\n") + "  groups:\n" +
            "".join(f"    g{i}: {100 / n}%\n" for i in range(n)))


def health_limits(n):
    return HEAD + ONE_SEGMENT + TWO_METRICS[:-2] + ", limits: [" + ",\n    ".join(
        f"{{when: active > {i}, at_most: {i % 100}, why: w{i}}}" for i in range(n)) + "]}\n"


def bands(n):
    return HEAD + ONE_SEGMENT + TWO_METRICS[:-2] + ", bands: {" + ",\n    ".join(f"b{i}: {100 * i / n}" for i in range(n)) + "}}\n"


def knots(n):
    return (HEAD + ONE_SEGMENT + "health: {metrics: {use: {value: active, scale: [" +
            ",\n    ".join(f"[{i}, {100 * i / n}]" for i in range(n)) + "]}}}\n")


def categories(n):
    return (HEAD + ONE_SEGMENT + "health: {metrics: {use: {value: name, scale: {" +
            ",\n    ".join(f"n{i}: {100 * i / n}" for i in range(n)) + "}}}}\n")


def scores(n):
    return HEAD + ONE_SEGMENT + "scores:\n" + lines(n, "  s{i}: {{metrics: {{use: {{value: active, scale: [[0, 0], [{next}, 100]]}}}}}}\n")


def definitions(n):
    return HEAD + "define:\n" + lines(n, "  d{i}: active + {i}\n") + f"segmentation: {{segments: [{{name: many, when: d{n - 1} > 3}}, {{name: rest}}]}}\n"


def chain(n):
    """Each definition by the next: deep, and the first named needs all."""
    text = HEAD + "define:\n" + lines(n, "  d{i}: d{next} + 1\n") + f"  d{n}: active\n"
    return text + "segmentation: {segments: [{name: many, when: d0 > 3}, {name: rest}]}\n"


def rules(n):
    """Segments by expressions, each another."""
    return HEAD + "segmentation:\n  segments:\n" + lines(n, "    - {{name: s{i}, when: active * 3 + {i} < arr / 1000 && active > {i}}}\n") + "    - {name: rest}\n"


def names_in_list(n):
    return (HEAD + "segmentation:\n  segments:\n    - {name: listed, when: '" +
            " || ".join("name in [" + ", ".join(f'"n{k}"' for k in range(i, min(i + 100, n))) + "]" for i in range(0, n, 100))
            + "'}\n    - {name: rest}\n")


def plays(n):
    return HEAD + ONE_SEGMENT + "plays:\n" + lines(n, "  - {{name: p{i}, when: active > {i}, do: email, subject: 's {{id}}'}}\n")


def fields(n):
    """One play with so many fields of its own."""
    return (HEAD + ONE_SEGMENT + "plays:\n  - name: p\n    when: active > 5\n    do: webhook\n    fields:\n" +
            lines(n, "      f{i}: 'x {{active + {i}}}'\n"))


def plays_of_fields(n):
    """Each play with a field that no other has."""
    return HEAD + ONE_SEGMENT + "plays:\n" + lines(n, "  - {{name: p{i}, when: active > 5, do: webhook, fields: {{f{i}: x}}}}\n")


def scenarios(n):
    return (HEAD + ONE_SEGMENT + "forecast:\n  years: 3\n  retention: 0.9\n  expansion: 0.05\n  scenarios:\n" +
            lines(n, "    - {{name: s{i}, set: {{retention: 'math.least(1.0, retention + 0.0{i})'}}}}\n"))


def columns(n):
    return HEAD[:9] + "customers:\n  key: id\n  columns:\n    arr: {type: number}\n" + lines(n, "    c{i}: {{type: number, missing: {i}, from: active}}\n") + ONE_SEGMENT


def rates(n):
    code = lambda i: "".join(chr(65 + i // 26 ** k % 26) for k in range(3))
    return "triax: 1\ncurrency: {base: USD, rates: {" + ",\n    ".join(f"{code(i)}: 1.{i}" for i in range(min(n, 17000)) if code(i) != "USD") + "}}\ncustomers: {key: id}\n" + ONE_SEGMENT


def meta(n):
    return HEAD + "segmentation:\n  segments:\n    - name: all\n      meta:\n" + lines(n, "        k{i}: v{i}\n")


def allow(n):
    return HEAD + ONE_SEGMENT + "allow: [" + ", ".join(f"T{101 + i % 13}" for i in range(n)) + "]\n"


KINDS = [segments, tiers, tops, rules, capacity, roles, one_segment_of_roles, services, success, meta, hours, pools, overlays, prefer,
         metrics, groups, health_limits, bands, knots, categories, scores, definitions, chain, names_in_list, plays, fields,
         plays_of_fields, scenarios, columns, rates, allow]


# A column each, of every action: what is written grows with the square of their number.
SMALLER = {plays_of_fields: 20}


def seconds_of(*words):
    before = os.times()
    done = subprocess.run(words, capture_output=True, text=True, timeout=900)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    said = "" if done.returncode == 0 else f"exit {done.returncode}: {(done.stderr.strip().splitlines() or ['nothing'])[0][-90:]}"
    return used, said


def main():
    command, size = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    wanted = sys.argv[3:]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "customers.csv").write_text("id,arr,active,name\n" + "".join(
            f"C{i},{i * 7919 % 100000},{i % 11},n{i % 97}\n" for i in range(CUSTOMERS)), encoding="utf-8")
        (folder / "team.csv").write_text("id,fte,role\n" + "".join(f"S{i},1,r{i}\n" for i in range(CSMS)), encoding="utf-8")
        data = ["--customers", str(folder / "customers.csv"), "--team", str(folder / "team.csv")]
        for kind in KINDS:
            if wanted and kind.__name__ not in wanted:
                continue
            took, fewest = {}, size // SMALLER.get(kind, 1)
            for times in (1, 10):
                path = folder / f"{kind.__name__}{times}.yaml"
                path.write_text(kind(fewest * times), encoding="utf-8")
                took["check", times] = seconds_of(command, "check", str(path), *data)
                took["plan", times] = seconds_of(command, "plan", str(path), *data, "-o", str(folder / "out"))
            for word in ("check", "plan"):
                (less, first), (more, second) = took[word, 1], took[word, 10]
                print(f"{kind.__name__:22}{word:6} {fewest}: {less:6.3f} s  {10 * fewest}: {more:7.3f} s  ratio {more / max(less, 0.01):6.1f}"
                      f"  {second or first}", flush=True)


if __name__ == "__main__":
    main()
