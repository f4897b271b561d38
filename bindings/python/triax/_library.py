"""Finds and loads the C libraries: `core` (libtriax) and `yaml` (libtriax-yaml, or None where it is not installed).

Looked for in this order: where the environment says (TRIAX_LIBRARY, TRIAX_YAML_LIBRARY: paths), within this package
(wheels bring the libraries along), and where the system keeps its libraries.
"""
import ctypes
import ctypes.util
import os
import sys
from pathlib import Path

from . import _abi

BUNDLED = Path(__file__).parent / "_lib"
ABI_NUMBER = "0"


def _file_name(name: str) -> str:
    if sys.platform == "win32":
        return f"{name}-{ABI_NUMBER}.dll"
    if sys.platform == "darwin":
        return f"lib{name}.{ABI_NUMBER}.dylib"
    return f"lib{name}.so.{ABI_NUMBER}"


def _candidates(name: str, variable: str, beside: "Path | None") -> "list[str]":
    if os.environ.get(variable):
        return [os.environ[variable]]
    found = [str(folder / _file_name(name)) for folder in (beside, BUNDLED) if folder and (folder / _file_name(name)).exists()]
    return [*found, _file_name(name), *filter(None, [ctypes.util.find_library(name)])]


def _load(name: str, variable: str, beside: "Path | None" = None) -> "tuple[ctypes.CDLL, Path]":
    faults = []
    for path in _candidates(name, variable, beside):
        try:
            return ctypes.CDLL(path), Path(path)
        except OSError as fault:
            faults.append(f"  {path}: {fault}")
    raise ImportError(f"lib{name} is not found; set {variable} to its path. Looked at:\n" + "\n".join(faults))


def _load_core() -> "tuple[ctypes.CDLL, Path]":
    library, path = _load("triax", "TRIAX_LIBRARY")
    try:
        _abi.declare(library, {"triax_version_number": _abi.CORE["triax_version_number"]})
        number = library.triax_version_number()
        wanted = _abi.TRIAX_VERSION_MAJOR * 10000 + _abi.TRIAX_VERSION_MINOR * 100 + _abi.TRIAX_VERSION_PATCH
        if number < wanted:
            found = f"{number // 10000}.{number // 100 % 100}.{number % 100}"
            raise ImportError(f"{path} is version {found}; this package needs {_abi.TRIAX_VERSION} or newer")
        _abi.declare(library, _abi.CORE)
    except AttributeError as fault:
        raise ImportError(f"{path} is another libtriax than this package was made for: {fault}") from None
    return library, path


def _load_yaml(beside: Path) -> "ctypes.CDLL | None":
    try:
        library, path = _load("triax-yaml", "TRIAX_YAML_LIBRARY", beside)
    except ImportError:
        if os.environ.get("TRIAX_YAML_LIBRARY"):
            raise
        return None
    try:
        _abi.declare(library, _abi.YAML)
    except AttributeError as fault:
        raise ImportError(f"{path} is another libtriax-yaml than this package was made for: {fault}") from None
    return library


core, _path = _load_core()
yaml = _load_yaml(_path.parent)
