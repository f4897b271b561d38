"""What tests of the command share: where it is, and a folder for each case to run it in."""
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(os.environ.get("TRIAX_ROOT") or Path(__file__).resolve().parents[2])
COMMAND = Path(os.environ.get("TRIAX_COMMAND") or ROOT / "build/release/bindings/cli/triax")


def setUpModule():
    """Imported by the modules of tests, so that they are skipped where the command is not built."""
    if not COMMAND.is_file():
        raise unittest.SkipTest(f"the command is not built ({COMMAND})")


class InFolder(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def run_command(self, *arguments):
        return subprocess.run([str(COMMAND), *map(str, arguments)], cwd=self.folder, capture_output=True,
                              encoding="utf-8", timeout=120)
