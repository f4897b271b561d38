#!/usr/bin/env python3
"""Files as people really export them, and what the command answers to each.

usage: test_cli_messy.py [COMMAND]

The set of such files beside the checkout (TRIAX_SHARED_DATA, or ../shared/data) is used where it is there; the same
kinds of files are also made here, so that a plain clone tests each of them.
"""
import csv
import os
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from command import COMMAND, ROOT, setUpModule

SHARED = Path(os.environ.get("TRIAX_SHARED_DATA") or ROOT.parent / "shared" / "data")

POLICY = """\
triax: 1
currency: {base: USD, rates: {EUR: 1.08, JPY: 0.0067}}
customers:
  key: id
  missing_markers: [NA, N/A, "-", "#N/A"]
  columns:
    arr: {type: money, currency: currency}
    nps: {type: number}
    country: {type: string}
    products: {type: strings, separator: "%s"}
    renewal_date: {type: date}
segmentation:
  by: arr
  segments:
    - {name: high, at_least: 100k}
    - {name: low}
"""

HEADER = "id,name,arr,currency,country,products,nps,renewal_date"
ROWS = [
    'K1,Alder Works,120450.50,USD,France,Core;Analytics,8,2026-03-31',
    'K2,Höhne & Söhne,50000.00,EUR,Germany,Core,,2026-02-15',
    'K3,"""Best"" Holdings, Inc.",1234567.89,USD,United States,Core;Premium Support,3,2026-12-01',
    'K4,Namib Mills,8000.00,USD,NA,Core,9,2026-07-04',
]
PLAIN = "\n".join([HEADER] + ROWS) + "\n"


def with_row(number, text, base=ROWS):
    return "\n".join([HEADER] + [text if i == number else row for i, row in enumerate(base)]) + "\n"


# Name -> (bytes, options, exit status, words that stderr must hold). Exit 0 also means: four customers.
OWN = {
    "plain": (PLAIN, [], 0, []),
    "bom and crlf": (b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n").encode(), [], 0, []),
    "old line ends": (PLAIN.replace("\n", "\r"), [], 0, []),
    "no last line end": (PLAIN.rstrip("\n"), [], 0, []),
    "blank lines": (PLAIN.replace("\nK3", "\n\n\nK3") + "\n\n", [], 0, []),
    "tabs": (PLAIN.replace(",", "\t").replace('"""Best"" Holdings\t Inc."', "Best"), [], 0, []),
    "sep line": ("sep=;\n" + PLAIN.replace(";", "/").replace(",", ";").replace("Holdings; Inc", "Holdings Inc"),
                 [], 0, []),
    "semicolons, decimal comma": (
        PLAIN.replace(";", "|").replace(",", ";").replace("Holdings; Inc", "Holdings, Inc").replace(".50", ",50"),
        [], 1, [":2: error", "120450,50", "--decimal"]),
    "semicolons, decimal comma, stated": (
        PLAIN.replace(";", "|").replace(",", ";").replace("Holdings; Inc", "Holdings, Inc").replace(".50", ",50")
        .replace(".00", ",00").replace(".89", ",89"),
        ["--delimiter", "semicolon", "--loose-numbers", "--decimal", ",", "list |"], 0, []),
    "cp1252": (PLAIN.encode("cp1252"), [], 1, [":3: error", f"byte offset {PLAIN.index('ö')}", "0xF6", "--encoding"]),
    "cp1252, stated": (PLAIN.encode("cp1252"), ["--encoding", "cp1252"], 0, []),
    "latin1, stated": (PLAIN.encode("latin1"), ["--encoding", "latin1"], 0, []),
    "utf-16": (PLAIN.encode("utf-16"), [], 1, ["UTF-16"]),
    "money as people write it": (with_row(0, 'K1,A,"$120,450.50",USD,France,Core,8,2026-03-31'), [], 1,
                                 [":2: error", "$120,450.50", "--loose-numbers"]),
    "money as people write it, stated": (with_row(0, 'K1,A,"$120,450.50",USD,France,Core,8,2026-03-31'),
                                         ["--loose-numbers", "--decimal", "."], 0, []),
    "suffixes": (with_row(1, "K2,B,£50k,EUR,Germany,Core,,2026-02-15"), [], 1, [":3: error", "£50k"]),
    "thousands unquoted": (with_row(2, "K3,Best,1,234,567.89,USD,US,Core,3,2026-12-01"), [], 1,
                           [":4: error", "10 fields, 8 expected"]),
    "short and long rows": (with_row(1, "K2,B,5") + "K9,C,1,USD,x,Core,1,2026-01-01,extra\n", [], 1,
                            [":3: error: 3 fields, 8 expected", ":6: error: 9 fields, 8 expected"]),
    "dates the other way": (with_row(0, "K1,A,1,USD,France,Core,8,31/03/2026"), [], 1,
                            [":2: error", "31/03/2026", "--date-order"]),
    "dates the other way, stated": (PLAIN.replace("2026-03-31", "31/03/2026").replace("2026-02-15", "15/02/2026")
                                    .replace("2026-12-01", "01/12/2026").replace("2026-07-04", "04/07/2026"),
                                    ["--date-order", "dmy"], 0, []),
    "no such day": (with_row(1, "K2,B,1,EUR,Germany,Core,,2026-02-30"), [], 1, [":3: error", "2026-02-30"]),
    "missing markers": ("\n".join([HEADER] + [f"M{i},N,1,USD,NA,Core,{m},2026-01-01" for i, m in
                                              enumerate(["", "NA", "N/A", "-"])]) + "\n", [], 0, []),
    "duplicate keys": (PLAIN.replace("K4", "K1"), [], 1, [":5: error", "'K1'", "line 2"]),
    "duplicate keys but for spaces": (PLAIN.replace("K4", " K1 "), [], 1, [":5: error", "'K1'", "line 2"]),
    "newline in quotes": (with_row(0, 'K1,"Alder\nWorks",1,USD,France,Core,8,2026-03-31'), [], 0, []),
    "crlf in quotes": (with_row(0, 'K1,"Alder\nWorks",1,USD,France,Core,8,2026-03-31').replace("\n", "\r\n"),
                       [], 0, []),
    "lines after a newline in quotes": (
        with_row(0, 'K1,"Alder\nWorks",1,USD,France,Core,8,2026-03-31').replace("2026-07-04", "never"), [], 1,
        [":6: error", "never"]),
    "stray quote": (with_row(3, 'K4,Namib "Mills,1,USD,NA,Core,9,2026-01-31'), [], 1, [":5:10: error", "quote"]),
    "text behind a quote": (with_row(3, 'K4,"Namib" Mills,1,USD,NA,Core,9,2026-01-31'), [], 1, [":5:", "quote"]),
    "open quote": (with_row(3, 'K4,"Namib Mills,1,USD,NA,Core,9,2026-01-31'), [], 1, [":5: error", "never closed"]),
    "header with spaces": (PLAIN.replace("id,name,arr", " id , name,arr "), [], 0, []),
    "header without a column": (PLAIN.replace("arr", "revenue", 1), [], 1, ["no column 'arr'"]),
    "the same header twice": (PLAIN.replace("name", "arr", 1), [], 1, [":1: error", "'arr'"]),
    "a column without name": (PLAIN.replace("name", "", 1), [], 1, [":1: error", "column 2 has no name"]),
    "preamble": ("Customer export,,,,,,,\nGenerated today,,,,,,,\n" + PLAIN, [], 1, [":1: error", "preamble"]),
    "nul byte": (PLAIN.replace("Namib", "Nam\0b"), [], 1,
                 [":5: error", f"byte offset {len(PLAIN.encode().split(b'Namib')[0]) + 3}"]),
    "narrow spaces": (with_row(0, 'K1,A,"1\u00a0234\u202f567,89 €",EUR,France,Core,8,2026-03-31'), [], 1,
                      [":2: error"]),
    "empty": ("", [], 1, ["empty"]),
    "only a mark": (b"\xef\xbb\xbf", [], 1, ["empty"]),
    "header alone": (HEADER + "\n", [], 1, ["0 customers"]),
    "lists with gaps": (PLAIN.replace("Core;Analytics", "Core;Analytics;;Core; Core"), [], 0, []),
    "formula": (PLAIN.replace("K4,", '"=HYPERLINK(""http://x"",""y"")",'), [], 0, []),
}

# The same for the shared files: file -> (options, exit status, words).
SHARED_ANSWERS = {
    "01_reference.csv": ([], 0, []),
    "02_bom_crlf.csv": ([], 0, []),
    "04_semicolon_decimal_comma_utf8.csv": (["--delimiter", ";", "--loose-numbers", "--decimal", ",", "list |"], 0, []),
    "05_cp1252.csv": ([], 1, ["byte offset 220", "0xF6"]),
    "07_currency_thousands.csv": ([], 1, [":2: error", "$120,450.50"]),
    "08_suffix_k_m.csv": ([], 1, [":2: error", "£120.451k"]),
    "10_thousands_unquoted.csv": ([], 1, [":4: error", "15 fields, 13 expected"]),
    "11_dates_dmy.csv": ([], 1, [":2: error", "--date-order"]),
    "13_bad_date_rolls.csv": ([], 1, ["row 2", "2026-02-30"]),
    "14_missing_markers.csv": ([], 0, []),
    "16_duplicate_ids.csv": ([], 1, [":8: error", "1003", "line 4"]),
    "17_duplicate_ids_spacing_case.csv": ([], 1, [":8: error", "1003", "line 4"]),
    "19_quoted_newline.csv": ([], 0, []),
    "20_quoted_crlf_in_name.csv": ([], 0, []),
    "22_stray_quote.csv": ([], 1, [":5:", "quote"]),
    "23_header_spaces_case.csv": ([], 0, []),
    "25_header_missing_required.csv": ([], 1, ["no column 'arr'"]),
    "26_header_two_rows_preamble.csv": ([], 1, [":1: error", "preamble"]),
    "28_short_long_rows.csv": ([], 1, [":4: error: 3 fields", ":5: error: 14 fields"]),
    "29_nul_bytes.csv": ([], 1, ["NUL byte at byte offset 433"]),
    "31_nbsp_narrow_space.csv": ([], 1, [":2: error"]),
    "32_formula_injection.csv": ([], 0, []),
    "34_empty.csv": ([], 1, ["empty"]),
    "35_header_only.csv": ([], 1, ["0 customers"]),
    "37_products_dup_empty.csv": ([], 0, []),
}


def run(*arguments, **more):
    return subprocess.run([str(COMMAND), *map(str, arguments)], capture_output=True, timeout=60, **more)


class Messy(unittest.TestCase):
    def setUp(self):
        self.holder = tempfile.TemporaryDirectory()
        self.folder = Path(self.holder.name)
        self.addCleanup(self.holder.cleanup)

    def policy(self, options):
        path = self.folder / "policy.yaml"
        path.write_text(POLICY % ("|" if "list |" in options else ";"), encoding="utf-8")
        return path, [option for option in options if option != "list |"]

    def answer(self, data, options, status, words, rows):
        policy, options = self.policy(options)
        result = run("check", policy, "--customers", data, *options)
        said = result.stderr.decode()
        self.assertEqual(result.returncode, status, said)
        for word in words:
            self.assertIn(word, said)
        if status != 0:
            return
        out = self.folder / "out"
        result = run("plan", policy, "--customers", data, "-o", out, *options)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        with open(out / "customers.csv", encoding="utf-8", newline="") as stream:
            table = list(csv.DictReader(stream))
        self.assertEqual(len(table), rows)
        return table


def add_case(kind, name, test):
    words = "".join(c if c.isalnum() else "_" for c in name)
    setattr(Messy, f"test_{kind}_{words}", test)


def own_case(name):
    content, options, status, words = OWN[name]

    def test(self):
        data = self.folder / "data.csv"
        data.write_bytes(content if isinstance(content, bytes) else content.encode())
        table = self.answer(data, options, status, words, 4)
        if name == "formula" and table:
            self.assertIn('\'=HYPERLINK("http://x","y")', [row["key"] for row in table])
    return test


def shared_case(name):
    options, status, words = SHARED_ANSWERS[name]

    def test(self):
        self.answer(SHARED / "messy" / name, options, status, words, 6)
    return unittest.skipUnless((SHARED / "messy" / name).is_file(), f"{name} is not there")(test)


for each in OWN:
    add_case("own", each, own_case(each))
for each in SHARED_ANSWERS:
    add_case("shared", each, shared_case(each))


class Beside(unittest.TestCase):
    setUp, policy = Messy.setUp, Messy.policy

    def test_every_shared_file_is_answered(self):
        expected = SHARED / "messy" / "EXPECTED.csv"
        if not expected.is_file():
            self.skipTest("the shared files are not there")
        with open(expected, encoding="utf-8", newline="") as stream:
            self.assertEqual({row["file"] for row in csv.DictReader(stream)}, set(SHARED_ANSWERS))

    def test_set_aside(self):
        data, aside = self.folder / "data.csv", self.folder / "aside.csv"
        faulty = PLAIN.replace("120450.50", "a lot").replace("2026-12-01", "soon") + "K9,short\n"
        data.write_text(faulty, encoding="utf-8")
        policy, _ = self.policy([])
        result = run("check", policy, "--customers", data, "--set-aside", aside)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        self.assertIn("3 rows set aside", result.stderr.decode())
        with open(aside, encoding="utf-8", newline="") as stream:
            rows = [(row["line"], row["key"], row["column"], row["value"]) for row in csv.DictReader(stream)]
        self.assertEqual(rows, [("6", "", "", ""), ("2", "K1", "arr", "a lot"), ("4", "K3", "renewal_date", "soon")])

    def test_lines_are_counted_through_long_fields(self):
        """Fields over several of the pieces in which a file is read, with and without quotes before, between and behind."""
        policy = self.write_policy_of_strings()
        data = self.folder / "data.csv"
        long = "\n".join("y" * 600 for _ in range(1000))  # 1,000 lines, 600 KB: two whole pieces of 256 KB and more
        plain = "".join(f"P{i},{'z' * 500}\n" for i in range(1200))  # 600 KB without a quote
        text = "id,note\n" + plain + f'L1,"{long}"\n' + plain.replace("P", "Q") + f'L2,"{long}"\nshort\n'
        data.write_text(text, encoding="utf-8")
        result = run("check", policy, "--customers", data)
        self.assertEqual(result.returncode, 1)
        line = text[:text.index("short")].count("\n") + 1
        self.assertEqual(line, 1 + 1200 + 1000 + 1200 + 1000 + 1)
        self.assertIn(f"data.csv:{line}: error: 1 field, 2 expected", result.stderr.decode())

    def test_any_text_comes_back(self):
        # Written by Python's csv, every field in quotes.
        numbers = random.Random(20261121)
        pieces = ["a", "Ä", "日本", "😀", ",", ";", "\t", '""', "'", " ", "\n", "\r\n", "=1+1", "\u00a0",
                  "x" * 70]
        policy, data = self.write_policy_of_strings(), self.folder / "data.csv"
        for delimiter in ",", ";", "\t":
            values = ["".join(numbers.choices(pieces, k=numbers.randrange(6))) for _ in range(500)]
            with open(data, "w", encoding="utf-8", newline="") as stream:
                writer = csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL)
                writer.writerow(["id", "value"])
                writer.writerows([f"K{i}", value] for i, value in enumerate(values))
            result = run("check", policy, "--customers", data)
            self.assertEqual(result.returncode, 0, result.stderr.decode())
            result = run("eval", "size(value)", "--customers", data)
            self.assertEqual(result.returncode, 0, result.stderr.decode())
            # Loading trims strings; those of spaces alone are missing.
            trimmed = [value.strip(" \t\r\n\u00a0") for value in values]
            wanted = [str(len(value)) if value else "missing" for value in trimmed]
            self.assertEqual(result.stdout.decode().splitlines(), wanted)

    def write_policy_of_strings(self):
        path = self.folder / "strings.yaml"
        path.write_text("triax: 1\ncustomers: {key: id, columns: {value: {type: string}}}\n"
                        "segmentation: {segments: [{name: all}]}\n", encoding="utf-8")
        return path

    def test_large_file_with_quotes_across_pieces(self):
        # Longer than what is handed to the parser at once, with line ends within quotes.
        name = "x" * 500 + '\n""y""' * 100
        lines = [HEADER] + [f'K{i},"{name}",{i}.5,USD,NA,Core,1,2026-01-01' for i in range(3000)]
        data = self.folder / "data.csv"
        data.write_text("\n".join(lines) + "\n" + "bad,row\n", encoding="utf-8")
        policy, _ = self.policy([])
        result = run("check", policy, "--customers", data)
        self.assertEqual(result.returncode, 1)
        self.assertIn(f":{1 + 3000 * 101 + 1}: error: 2 fields, 8 expected", result.stderr.decode())


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        COMMAND = Path(sys.argv.pop(1)).resolve()
    unittest.main()
