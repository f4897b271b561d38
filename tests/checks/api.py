"""The public functions as the headers declare them: what the maps, the symbols and the manual are held against."""
import re
from pathlib import Path

DECLARATION = re.compile(r"(?P<comment>/\*\*(?:(?!\*/).)*\*/\s*)?TRIAX_API\s(?P<text>[^;{]*?)\b(?P<name>triax_\w+)\s*\(", re.S)
HANDLE = re.compile(r"(?P<comment>/\*\*(?:(?!\*/).)*\*/)\s*typedef struct (?P<name>triax_\w+) (?P=name);", re.S)
SINCE = re.compile(r"@since\s+(\d+\.\d+)")
LIBRARIES = {"triax": "lib/triax.map", "triax-yaml": "lib/yaml/triax-yaml.map"}


def library_of(header):
    return "triax-yaml" if header.name == "yaml.h" else "triax"


def declarations(root, pattern=DECLARATION):
    """What stands in the public headers, as (header, match); the parameters of a function follow its match."""
    for header in sorted(Path(root, "include/triax").glob("*.h")):
        text = re.sub(r"^\s*#.*", "", header.read_text(encoding="utf-8"), flags=re.M)
        for match in pattern.finditer(text):
            yield header, match


def functions(root):
    """All public functions as (name, header, since); since is None where the comment does not say it."""
    found = []
    for header, match in declarations(root):
        since = SINCE.search(match["comment"] or "")
        found.append((match["name"], header, since and since[1]))
    return found


def defined(root, library):
    """Names of public functions that some source file of the library defines."""
    folder = Path(root, "lib")
    sources = [p for p in folder.rglob("*.c") if (p.parent.name == "yaml") == (library == "triax-yaml")]
    definition = re.compile(r"^[A-Za-z_][\w \t*]*?\b(triax_\w+)\([^;{]*\)\s*\{", re.M)
    return {name for path in sources for name in definition.findall(path.read_text(encoding="utf-8"))}


def map_text(root, library):
    """The version script that the headers call for: one node for each minor version, each upon the one before."""
    have = defined(root, library)
    nodes = {}
    for name, header, since in functions(root):
        if library_of(header) == library and name in have:
            nodes.setdefault(since or "0.1", set()).add(name)
    text, previous = "", ""
    for version in sorted(nodes or {"0.1": set()}, key=lambda v: [int(part) for part in v.split(".")]):
        names = "".join(f"  {name};\n" for name in sorted(nodes.get(version, ())))
        node = f"{library.upper().replace('-', '_')}_{version}"
        exported = f"global:\n{names}" if names else ""
        hidden = "" if previous else "local:\n  *;\n"
        text += f"{node} {{\n{exported}{hidden}}}{previous};\n"
        previous = f" {node}"
    return text


def mapped(path):
    """Names exported by a version script, with the version of their node."""
    names, version = {}, None
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        if line.endswith("{"):
            version = line.split()[0].rsplit("_", 1)[1]
        elif line.strip().startswith("triax_"):
            names[line.strip(" ;")] = version
    return names
