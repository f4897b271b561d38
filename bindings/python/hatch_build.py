"""Builds the C libraries with meson and puts them into the wheel, as triax/_lib."""
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).resolve().parent
# Libraries find each other in the folder that they are in.
BESIDE = {"linux": "$ORIGIN", "darwin": "@loader_path"}
LIBRARY = re.compile(r"(lib)?triax(-yaml)?[-.](so\.)?\d+(\.dylib|\.dll)?$")


def sources():
    """The project's sources: around this folder in a checkout, below it in a source distribution."""
    for folder in (HERE.parents[1], HERE / "source"):
        if (folder / "meson.build").exists():
            return folder
    raise RuntimeError("the sources of the C libraries are not here: build in a checkout or from a source distribution")


def build(into):
    """Builds and installs the libraries; gives the paths of those that programs load."""
    options = ["--buildtype=release", "--prefix=/", "--libdir=lib", "--bindir=lib", "-Ddefault_library=shared", "-Dyaml=enabled",
               "-Dcli=disabled", "-Ddocs=disabled", "-Dtests=disabled"]
    if sys.platform in BESIDE:
        options.append(f"-Dc_link_args=-Wl,-rpath,{BESIDE[sys.platform]}")
    subprocess.run(["meson", "setup", *options, str(into / "build"), str(sources())], check=True, stdout=sys.stderr)
    subprocess.run(["meson", "compile", "-C", str(into / "build")], check=True, stdout=sys.stderr)
    subprocess.run(["meson", "install", "-C", str(into / "build"), "--no-rebuild", "--destdir", str(into / "installed")], check=True,
                   stdout=sys.stderr)
    return [path for path in sorted((into / "installed").rglob("*")) if LIBRARY.match(path.name)]


def libyaml(library):
    """Where Linux finds libyaml for the library: it is brought along too."""
    listed = subprocess.run(["ldd", str(library)], check=True, capture_output=True, text=True).stdout
    return [Path(path) for path in re.findall(r"libyaml\S* => (\S+)", listed)]


class LibraryHook(BuildHookInterface):
    def initialize(self, version, build_data):
        if version == "editable":
            return
        self.folder = tempfile.mkdtemp()
        bundled = Path(self.folder, "bundled")
        bundled.mkdir()
        for path in build(Path(self.folder)):
            for file in [path, *(libyaml(path) if sys.platform == "linux" else [])]:
                shutil.copy(file, bundled / file.name)  # what a link points to, under the link's name
        for path in bundled.iterdir():
            build_data["force_include"][str(path)] = f"triax/_lib/{path.name}"
        platform = re.sub(r"[-.]", "_", sysconfig.get_platform())
        build_data.update(pure_python=False, tag=f"py3-none-{platform}")

    def finalize(self, version, build_data, artifact_path):
        shutil.rmtree(getattr(self, "folder", ""), ignore_errors=True)
