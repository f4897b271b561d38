"""Writes lib/expr/regex_tables.c: what characters are, and which differ in case alone. Usage:
make_unicode.py > lib/expr/regex_tables.c"""
import unicodedata

CODES = 0x110000
WORDS = ["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
         "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn"]  # as tx_category


def folded(code):
    """Simple case folding: to one character, or not at all."""
    one = chr(code).casefold()
    if len(one) != 1:
        one = chr(code).lower()
    return ord(one) if len(one) == 1 else code


def orbits():
    """Each character that has others beside it but for case, and the next of these, the last to the first."""
    alike = {}
    for code in range(CODES):
        alike.setdefault(folded(code), set()).update((code, folded(code)))
    following = {}
    for codes in alike.values():
        codes = sorted(codes)
        following.update(zip(codes, codes[1:] + codes[:1]) if len(codes) > 1 else ())
    return following


def fold_rows():
    """(first, last, step); step 0: pairs of which the first and the second change places."""
    following, code, rows = orbits(), 0, []
    while code < CODES:
        last = code
        if code not in following:
            code += 1
            continue
        while following.get(last) == last + 1 and following.get(last + 1) == last:
            last += 2
        if last > code:
            rows.append((code, last - 1, 0))
            code = last
            continue
        step = following[code] - code
        while last + 1 in following and following[last + 1] - last - 1 == step:
            last += 1
        rows.append((code, last, step))
        code = last + 1
    return rows


def category_rows():
    """(first, number of the category, whether upper and lower case follow each other from here on)."""
    runs = []
    for code in range(CODES):
        word = WORDS.index(unicodedata.category(chr(code)))
        if not runs or runs[-1][1] != word:
            runs.append((code, word))
    rows, i = [], 0
    while i < len(runs):
        j = i
        while j + 1 < len(runs) and runs[j + 1][0] == runs[j][0] + 1 and {runs[j][1], runs[j + 1][1]} == {0, 1}:
            j += 1
        rows.append((*runs[i], j - i >= 3))
        i = j if j - i >= 3 else i + 1
    return rows


def show(words, width):
    line = "   "
    for word in words:
        if len(line) + len(word) + 1 > width:
            print(line)
            line = "   "
        line += " " + word
    print(line)


def main():
    print(f"/* Unicode {unicodedata.unidata_version}. Made by tests/checks/make_unicode.py; do not edit. */")
    print('#include "expr/regex_private.h"\n')
    rows = fold_rows()
    print(f"const size_t tx_fold_count = {len(rows)};\n")
    print("const tx_fold_row tx_fold_rows[] = {")
    show([f"{{0x{first:x}, 0x{last:x}, {step}}}," for first, last, step in rows], 120)
    print("};\n")
    rows = category_rows()
    print(f"const size_t tx_category_count = {len(rows)};\n")
    print("/* The first code point * 64 + 32 where upper and lower case take turns + the category. */")
    print("const uint32_t tx_category_rows[] = {")
    show([f"0x{first * 64 + turns * 32 + word:x}," for first, word, turns in rows], 120)
    print("};")


main()
