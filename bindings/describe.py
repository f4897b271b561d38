#!/usr/bin/env python3
"""Reads the public headers into a description of what they declare: bindings/description.json.

The bindings' raw declarations are made of that description (declare.py), and the tests hold compiled probes against it.
It needs nothing but Python: the headers are plain C, and whatever this small parser does not understand is an error.

usage: describe.py FOLDER [FOLDER...]     folders with the headers, e.g. include/triax; prints the description
"""
import json
import re
import sys
from pathlib import Path

COMMENT = re.compile(r"/\*.*?\*/", re.S)
SINCE = re.compile(r"@since\s+(\d+\.\d+)")
DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)(\(?)[ \t]*((?:\\\n|.)*)", re.M)
DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\n|.)*", re.M)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+[<"]triax/(\w+\.h)[>"]', re.M)
NOISE = re.compile(r"\bTRIAX_(BEGIN|END)_DECLS\b")
LIMITS = {"UINT32_MAX": 2**32 - 1, "UINT64_MAX": 2**64 - 1, "INT64_MAX": 2**63 - 1, "INT64_MIN": -(2**63)}

# What a statement can be. Tried in this order; names are those of the groups.
STATEMENTS = {
    "struct": re.compile(r"typedef struct (?P<name>\w+) \{(?P<fields>[^{}]*)\} (?P=name)"),
    "opaque": re.compile(r"typedef struct (?P<name>\w+) (?P=name)"),
    "callback": re.compile(r"typedef (?P<returns>[\w ]+\**) ?\(\*(?P<name>\w+)\)\((?P<parameters>[^()]*)\)"),
    "alias": re.compile(r"typedef (?P<type>[\w ]+) (?P<name>\w+)"),
    "tagged": re.compile(r"struct (?P<name>\w+) \{(?P<fields>[^{}]*)\}"),
    "function": re.compile(r"TRIAX_API (?P<returns>[\w ]+\**) ?\b(?P<name>\w+)\((?P<parameters>[^()]*)\)"),
}
FIELD = re.compile(r"(?P<type>[\w ]+?(?: ?\*+(?:const)?)*) ?\b(?P<name>\w+)(?:\[(?P<length>\w+)\])?")
FUNCTION_FIELD = re.compile(r"(?P<returns>[\w ]+ ?\**) ?\(\*(?P<name>\w+)\)\((?P<parameters>[^()]*)\)")

# Sizes and alignments within structs: (pointer, what is 8 bytes long).
MACHINES = {"x86-64": (8, 8), "i386": (4, 4)}
SIZES = {"char": 1, "uint8_t": 1, "int": 4, "int32_t": 4, "uint32_t": 4, "int64_t": 8, "uint64_t": 8, "double": 8}


class NotUnderstood(Exception):
    """Something in a header that this parser does not know."""


def headers_in(folders):
    """The headers by name. The version's, where it is still a template, is filled in from meson.build."""
    found = {}
    for folder in map(Path, folders):
        for path in sorted(folder.glob("*.h")):
            found[path.name] = path.read_text(encoding="utf-8")
        template = folder / "version.h.in"
        if template.exists() and "version.h" not in found:
            version = re.search(r"version: '([\d.]+)'", (folder.parents[1] / "meson.build").read_text(encoding="utf-8"))[1]
            values = dict(zip(("MAJOR", "MINOR", "PATCH"), version.split(".")), VERSION=version)
            text = template.read_text(encoding="utf-8")
            found["version.h"] = re.sub(r"@(\w+)@", lambda match: values.get(match[1], match[0]), text)
    return found


def in_order(headers):
    """Names of headers, each after those that it includes."""
    ordered = []

    def visit(name):
        if name in headers and name not in ordered:
            for other in INCLUDE.findall(headers[name]):
                visit(other)
            if name not in ordered:
                ordered.append(name)

    for name in sorted(headers):
        visit(name)
    return ordered


def constant(text):
    """The value of a macro that is a whole number or a text, else None."""
    text = COMMENT.sub("", text).replace("\\\n", " ").strip()
    if re.fullmatch(r'"[^"\\]*"', text):
        return text[1:-1]
    text = re.sub(r"\b(\d+|0x[0-9a-fA-F]+)[uUlL]+\b", r"\1", text)
    text = re.sub(r"\b[A-Z]\w*_(?:MAX|MIN)\b", lambda match: str(LIMITS.get(match[0], match[0])), text)
    if not re.fullmatch(r"[\d\sxa-fA-F()+*<-]+", text):
        return None
    return int(eval(text, {"__builtins__": {}}))  # digits and signs alone, as just seen


def plain_type(text):
    """A type in one way of writing: `const triax_text *`."""
    text = re.sub(r"\s+", " ", text.strip())
    return re.sub(r" ?(\*+)", r" \1", text).replace("* const", "*const").strip()


def field_of(text, constants):
    function = FUNCTION_FIELD.fullmatch(text)
    if function:
        parameters = ", ".join(kind for kind, _ in parameters_of(function["parameters"]))
        return {"name": function["name"], "type": f"{plain_type(function['returns'])} (*)({parameters})"}
    plain = FIELD.fullmatch(text)
    if not plain:
        raise NotUnderstood(text)
    field = {"name": plain["name"], "type": plain_type(plain["type"])}
    if plain["length"]:
        field["length"] = int(constants.get(plain["length"], plain["length"]))
    return field


def parameters_of(text):
    """Pairs of type and name; a parameter may have no name."""
    if text.strip() in ("", "void"):
        return []
    pairs = []
    for part in text.split(","):
        part = re.sub(r"\s+", " ", part.strip())
        match = re.fullmatch(r"(.*[\s*])(\w+)", part)
        named = match and match[2] not in ("const", "void") and not re.fullmatch(r"(?:const )?(?:struct)\s", match[1])
        pairs.append([plain_type(match[1]), match[2]] if named else [plain_type(part), ""])
    return pairs


def fields_of(text, constants):
    return [field_of(re.sub(r"\s+", " ", part.strip()), constants) for part in text.split(";") if part.strip()]


def statements(text):
    """Pieces of a header between semicolons outside of braces, each with the @since of its comment."""
    since, depth, piece = None, 0, ""
    for token in re.findall(r"/\*.*?\*/|[{};]|[^/{};]+|/", text, re.S):
        if token.startswith("/*"):
            if depth == 0 and not piece.strip():
                found = SINCE.search(token)
                since = found[1] if found else None
            continue
        if token == ";" and depth == 0:
            yield re.sub(r"\s+", " ", piece).strip(), since
            since, piece = None, ""
            continue
        depth += (token == "{") - (token == "}")
        piece += token
    if piece.strip():
        raise NotUnderstood(piece.strip())


def read_constants(text, header, found):
    for name, call, value in DEFINE.findall(text):
        value = constant(value) if not call else None
        if value is not None and name.startswith("TRIAX_"):
            found[name] = {"name": name, "value": value, "header": header}


def read_statement(kind, match, header, since, description):
    entry = {"name": match["name"], "header": header}
    values = {name: item["value"] for name, item in description["constants"].items()}
    if kind in ("struct", "tagged"):
        entry.update(tagged=kind == "tagged", fields=fields_of(match["fields"], values))
        description["structs"].append(entry)
    elif kind == "alias":
        description["aliases"].append(dict(entry, type=plain_type(match["type"])))
    elif kind == "opaque":
        description["opaques"].append(entry)
    else:
        entry.update(returns=plain_type(match["returns"]), parameters=parameters_of(match["parameters"]))
        if kind == "function":
            entry.update(library="triax-yaml" if header == "yaml.h" else "triax", since=since)
        description[kind + "s"].append(entry)


def read_header(text, header, description):
    read_constants(text, header, description["constants"])
    text = NOISE.sub("", DIRECTIVE.sub("", text))
    for statement, since in statements(text):
        for kind, pattern in STATEMENTS.items():
            match = pattern.fullmatch(statement)
            if match:
                read_statement(kind, match, header, since, description)
                break
        else:
            raise NotUnderstood(f"{header}: {statement}")


class Layout:
    """Where the fields of structs lie, by the rules of the System V ABI."""

    def __init__(self, machine, description):
        self.pointer, self.eight = MACHINES[machine]
        self.aliases = {item["name"]: item["type"] for item in description["aliases"]}
        self.callbacks = {item["name"] for item in description["callbacks"]}
        self.structs = {item["name"]: item for item in description["structs"]}

    def size_and_alignment(self, kind):
        kind = self.aliases.get(kind, kind)
        bare = kind.removeprefix("const ").removeprefix("struct ")
        if "*" in kind or kind in self.callbacks or kind == "size_t":
            return self.pointer, self.pointer
        if bare in self.structs:
            layout = self.of(self.structs[bare])
            return layout["size"], layout["alignment"]
        if bare not in SIZES:
            raise NotUnderstood(f"the size of {kind}")
        return SIZES[bare], self.eight if SIZES[bare] == 8 else SIZES[bare]

    def of(self, struct):
        end, widest, offsets = 0, 1, []
        for field in struct["fields"]:
            size, alignment = self.size_and_alignment(field["type"])
            end += -end % alignment
            offsets.append(end)
            end += size * field.get("length", 1)
            widest = max(widest, alignment)
        return {"size": end + -end % widest, "alignment": widest, "offsets": offsets}


def describe(folders):
    """The description of the headers in these folders."""
    headers = headers_in(folders)
    description = {"constants": {}, "aliases": [], "opaques": [], "callbacks": [], "structs": [], "functions": []}
    for name in in_order(headers):
        read_header(headers[name], name, description)
    description["constants"] = list(description["constants"].values())
    for struct in description["structs"]:
        struct["layout"] = {machine: Layout(machine, description).of(struct) for machine in MACHINES}
    return description


def as_json(description):
    """One line for each thing described, so that a change is one line of a diff."""
    parts = []
    for kind, entries in description.items():
        lines = ",\n".join("    " + json.dumps(entry) for entry in entries)
        parts.append(f'  "{kind}": [\n{lines}\n  ]' if entries else f'  "{kind}": []')
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    try:
        print(as_json(describe(sys.argv[1:])), end="")
    except NotUnderstood as fault:
        sys.exit(f"describe.py: not understood: {fault}")
