"""Writes the raw declarations of the bindings from the description of the headers (describe.py).

`./dev sync` keeps the three files of FILES in step with the headers; nobody edits them by hand.
"""
from pathlib import Path

import describe

MADE = "Made from the public headers by bindings/declare.py (./dev sync); not edited by hand."
HEADERS = "include/triax"

# What calls into the library take long, and let other Ruby threads run meanwhile: those that make something of data.
LONG_INPUTS = ("const triax_customers *", "const triax_table *", "const triax_plan *", "triax_plan *",
               "struct ArrowArrayStream *", "struct ArrowArray *", "const triax_assignment_problem *",
               "const triax_aggregates *const *")


def by_header(entries):
    """Entries grouped by header, in the order of the description."""
    groups = {}
    for entry in entries:
        groups.setdefault(entry["header"], []).append(entry)
    return groups.items()


def bare(kind):
    """A type without const and struct: `triax_text *`."""
    return kind.replace("*const", "*").replace("const ", "").replace("struct ", "").strip()


def signature(kind):
    """Result and parameters of the type of a pointer to a function."""
    returns, parameters = kind.split(" (*)(")
    return returns, [part for part in parameters.rstrip(")").split(", ") if part]


# ctypes

PYTHON = {"int": "c_int", "int32_t": "c_int32", "uint32_t": "c_uint32", "int64_t": "c_int64", "uint64_t": "c_uint64",
          "uint8_t": "c_uint8", "size_t": "c_size_t", "double": "c_double", "char": "c_char", "void": "None",
          "char *": "c_char_p", "void *": "c_void_p"}
PYTHON_HEAD = '''"""What the public headers declare, for ctypes.

{made}
Names are those of the headers, where each is explained. The library is neither looked for nor loaded here.
"""
from ctypes import (
    CDLL,
    CFUNCTYPE,
    POINTER,
    Structure,
    c_char,
    c_char_p,
    c_double,
    c_int,
    c_int32,
    c_int64,
    c_size_t,
    c_uint8,
    c_uint32,
    c_uint64,
    c_void_p,
)
from typing import Any
'''
PYTHON_TAIL = '''

def declare(library: CDLL, functions: dict[str, tuple[Any, list[Any]]]) -> None:
    """Tells ctypes what these functions of the library take and return. One that is not there: AttributeError."""
    for name, (result, arguments) in functions.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
'''


def python_type(kind):
    if "(*)" in kind:
        returns, parameters = signature(kind)
        return f"CFUNCTYPE({', '.join(map(python_type, [returns, *parameters]))})"
    kind = bare(kind)
    if kind in PYTHON:
        return PYTHON[kind]
    if kind.endswith("*"):
        return f"POINTER({python_type(kind[:-1].strip())})"
    return kind


def python_structs(structs):
    for struct in structs:
        yield f"\n{struct['name']}._fields_ = [\n"
        for field in struct["fields"]:
            length = f" * {field['length']}" if "length" in field else ""
            yield f"    (\"{field['name']}\", {python_type(field['type'])}{length}),\n"
        yield "]\n"


def python_functions(description, library):
    lines = []
    for header, functions in by_header(f for f in description["functions"] if f["library"] == library):
        lines.append(f"    # {header}\n")
        for function in functions:
            arguments = ", ".join(python_type(kind) for kind, _ in function["parameters"])
            lines.append(f"    \"{function['name']}\": ({python_type(function['returns'])}, [{arguments}]),\n")
    return "".join(lines)


def python_module(description):
    """The text of triax/_abi.py."""
    text = PYTHON_HEAD.format(made=MADE)
    for header, constants in by_header(description["constants"]):
        text += f"\n# {header}\n" + "".join(f"{item['name']} = {item['value']!r}\n".replace("'", '"') for item in constants)
    text += "\n" + "".join(f"{item['name']} = {python_type(item['type'])}\n" for item in description["aliases"])
    for opaque in description["opaques"]:
        text += f"\n\nclass {opaque['name']}(Structure):\n    \"\"\"Opaque.\"\"\"\n"
    for struct in description["structs"]:  # before callbacks, which take them; what is in them comes after
        text += f"\n\nclass {struct['name']}(Structure):\n    pass\n"
    text += "\n\n"
    for callback in description["callbacks"]:
        kinds = [callback["returns"], *(kind for kind, _ in callback["parameters"])]
        text += f"{callback['name']} = CFUNCTYPE({', '.join(map(python_type, kinds))})\n"
    text += "".join(python_structs(description["structs"]))
    for name, library in (("CORE", "triax"), ("YAML", "triax-yaml")):
        functions = python_functions(description, library)
        text += f"\n# lib{library}: name, what it returns, what it takes\n"
        text += f"{name}: dict[str, tuple[Any, list[Any]]] = {{\n{functions}}}\n"
    return text + PYTHON_TAIL


# ffi

RUBY = {"int": ":int", "int32_t": ":int32", "uint32_t": ":uint32", "int64_t": ":int64", "uint64_t": ":uint64",
        "uint8_t": ":uint8", "size_t": ":size_t", "double": ":double", "char": ":char", "void": ":void"}
RUBY_HEAD = '''# frozen_string_literal: true

# {made}

require "ffi"

module Triax
  # What the public headers declare, for ffi. Functions bear the names of the headers, where each is explained;
  # constants and structs the same without the prefix. The libraries are neither looked for nor loaded here: attach
  # takes their paths.
  module Abi
    extend FFI::Library
'''
RUBY_TAIL = '''
    # Binds the functions of the libraries at these paths. One that is not there: FFI::NotFoundError.
    def self.attach(library, functions)
      ffi_lib library
      functions.each { |name, (arguments, result, options)| attach_function name, arguments, result, **(options || {}) }
    end
  end
end
'''


def ruby_constant(name):
    return name.removeprefix("TRIAX_")


def ruby_class(name):
    return "".join(part[:1].upper() + part[1:] for part in name.removeprefix("triax_").split("_"))


def ruby_type(kind, description, returned=False):
    names = {item["name"] for item in description["structs"]}
    aliases = {item["name"]: item["type"] for item in description["aliases"]}
    if kind == "const char *":
        return ":string"
    if "*" in kind:
        return ":pointer"
    kind = aliases.get(bare(kind), bare(kind))
    if kind in names:
        return f"{ruby_class(kind)}.by_value"
    return RUBY.get(kind, f":{kind}")


def ruby_field_type(field, description):
    kind = ruby_type(field["type"], description).replace(".by_value", "").replace(":string", ":pointer")
    return f"[{kind}, {field['length']}]" if "length" in field else kind


def ruby_structs(description):
    for struct in description["structs"]:
        fields = [f":{field['name']}, {ruby_field_type(field, description)}" for field in struct["fields"]]
        inner = ",\n             ".join(fields)
        yield f"\n    class {ruby_class(struct['name'])} < FFI::Struct\n      layout {inner}\n    end\n"


def ruby_function(function, description):
    arguments = ", ".join(ruby_type(kind, description) for kind, _ in function["parameters"])
    takes_long = any(kind in LONG_INPUTS for kind, _ in function["parameters"])
    options = ", {blocking: true}" if takes_long and function["returns"] == "triax_status" else ""
    return f"      {function['name']}: [[{arguments}], {ruby_type(function['returns'], description)}{options}],\n"


def ruby_functions(description, library):
    lines = []
    for header, functions in by_header(f for f in description["functions"] if f["library"] == library):
        lines.append(f"      # {header}\n")
        lines += [ruby_function(function, description) for function in functions]
    return "".join(lines)


def ruby_module(description):
    """The text of triax/abi.rb."""
    text = RUBY_HEAD.format(made=MADE)
    for header, constants in by_header(description["constants"]):
        text += f"\n    # {header}\n"
        text += "".join(f"    {ruby_constant(item['name'])} = {item['value']!r}\n".replace("'", '"') for item in constants)
    text += "\n"
    for callback in description["callbacks"]:
        arguments = ", ".join(ruby_type(kind, description) for kind, _ in callback["parameters"])
        text += f"    callback :{callback['name']}, [{arguments}], {ruby_type(callback['returns'], description)}\n"
    text += "".join(ruby_structs(description))
    for name, library in (("CORE", "triax"), ("YAML", "triax-yaml")):
        text += f"\n    # lib{library}: name, what it takes, what it returns\n"
        text += f"    {name} = {{\n{ruby_functions(description, library)}    }}.freeze\n"
    return text + RUBY_TAIL


FILES = {
    "bindings/description.json": describe.as_json,
    "bindings/python/triax/_abi.py": python_module,
    "bindings/ruby/lib/triax/abi.rb": ruby_module,
}


def wanted(root):
    """The files made from the headers, with the text that each should have."""
    description = describe.describe([Path(root) / HEADERS])
    for name, write in FILES.items():
        yield Path(root) / name, write(description)
