#!/usr/bin/env python3
"""The examples of docs/examples/embedding: each is built as its head says, and run; what it should give is worked out here.

usage: test_embedding.py
"""
import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(os.environ.get("TRIAX_ROOT") or Path(__file__).resolve().parents[2])
LIBRARY = Path(os.environ.get("TRIAX_LIBRARY") or ROOT / "build/release/lib/libtriax.so").resolve()
YAML_LIBRARY = Path(os.environ.get("TRIAX_YAML_LIBRARY") or LIBRARY.parent / "yaml/libtriax-yaml.so").resolve()
EXAMPLES = ROOT / "docs/examples/embedding"
POLICY = EXAMPLES / "policy.yaml"
COMPILERS = {".c": (shutil.which("cc"), "-std=c11"), ".cpp": (shutil.which("c++"), "-std=c++17")}
SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def setUpModule():
    if not YAML_LIBRARY.is_file():
        raise unittest.SkipTest(f"libtriax-yaml is not built ({YAML_LIBRARY})")


def package(name):
    """Flags of a package, or None."""
    if not shutil.which("pkg-config"):
        return None
    result = subprocess.run(["pkg-config", "--cflags", "--libs", name], capture_output=True, text=True)
    return result.stdout.split() if result.returncode == 0 else None


# id, arr, seats, active: at and below each bound, missing values, a name that wants care.
CUSTOMERS = [("c1", 100000.0, 10.0, 8.0), ("c2", 99999.99, 10.0, 5.0), ("c3", 10000.0, 3.0, 1.0), ("c4", 9999.0, 10.0, 10.0),
             ("c5", None, 10.0, 1.0), ("c6", 250000.0, None, 2.0), ("O'Neill; --", 12000.0, 7.0, 5.0)]
SCHEMA = ["CREATE TABLE customers (id TEXT PRIMARY KEY, arr DOUBLE PRECISION, seats DOUBLE PRECISION, active DOUBLE PRECISION)",
          "CREATE TABLE team (id TEXT PRIMARY KEY)",
          "CREATE TABLE plan (id TEXT PRIMARY KEY, segment TEXT, csm TEXT, health DOUBLE PRECISION CHECK (health < 101), "
          "CHECK (id <> 'refused'))",
          "INSERT INTO team VALUES ('anna'), ('ben')", "INSERT INTO plan VALUES ('old', 'growth', 'anna', 5)"]


def expected(row):
    """Segment and health by the words of policy.yaml."""
    _, arr, seats, active = row
    segment = "digital" if arr is None or arr < 10000 else "growth" if arr < 100000 else "enterprise"
    adoption = None if seats is None else active / seats
    return segment, None if adoption is None else min(100.0, max(0.0, (adoption - 0.2) / (0.8 - 0.2) * 100))


class Embedding(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def build(self, name, *flags):
        source = EXAMPLES / name
        compiler, standard = COMPILERS[source.suffix]
        if not compiler:
            self.skipTest(f"there is no compiler for {name}")
        program = self.folder / source.stem
        command = [compiler, standard, "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{ROOT / 'include'}",
                   f"-I{LIBRARY.parents[1] / 'include'}", str(source), "-o", str(program), str(LIBRARY), str(YAML_LIBRARY),
                   f"-Wl,-rpath,{LIBRARY.parent}:{YAML_LIBRARY.parent}", *flags]
        result = subprocess.run(command, capture_output=True, text=True, timeout=120)
        self.assertEqual(result.returncode, 0, result.stderr)
        return program

    def run_program(self, program, *arguments):
        return subprocess.run([str(program), *map(str, arguments)], capture_output=True, text=True, timeout=120)

    def says(self, program, *arguments):
        result = self.run_program(program, *arguments)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout.splitlines()

    def test_every_example_is_run_here(self):
        here = Path(__file__).read_text(encoding="utf-8")
        for path in [*EXAMPLES.glob("*.c"), *EXAMPLES.glob("*.cpp")]:
            self.assertIn(f'"{path.name}"', here)

    def test_a_hosts_memory_and_threads(self):
        said = self.says(self.build("pool.c", "-pthread"), POLICY)
        self.assertEqual(said, ["same plan: yes", "work came to the pool: yes", "bytes left: 0"])

    def test_cpp_owns_and_throws(self):
        said = self.says(self.build("raii.cpp"))
        self.assertEqual(said[:2], ["[150000, 750000]", "Two tiers"])
        self.assertTrue(said[2].startswith("caught: "))

    def test_billing_judges_without_memory(self):
        # Only a157 passes a bound in the last month: 510 × 157 + 40 × 499 = 100,030, 40 less before; 57 of 100 seats are
        # used: (0.57 − 0.2) / 0.6 = 61.7 %.
        self.assertEqual(self.says(self.build("billing.c"), POLICY), ["a157: enterprise, health 62", "calls for memory: 0"])

    def holds(self, plan):
        self.assertEqual(sorted(row[0] for row in plan), sorted(row[0] for row in CUSTOMERS))
        found = {key: rest for key, *rest in plan}
        for row in CUSTOMERS:
            (segment, csm, health), (its_segment, its_health) = found[row[0]], expected(row)
            self.assertEqual((segment, csm is None), (its_segment, its_segment == "digital"), row)
            self.assertIn(csm, {"anna", "ben", None})
            self.assertEqual(health is None, its_health is None, row)
            if health is not None:
                self.assertAlmostEqual(health, its_health, delta=1e-9)

    def test_sqlite(self):
        flags = package("sqlite3")
        if flags is None:
            self.skipTest("SQLite's headers are not installed (libsqlite3-dev)")
        program, path = self.build("sqlite.c", *flags), self.folder / "customers.db"
        database = sqlite3.connect(path, isolation_level=None)
        self.addCleanup(database.close)
        for statement in SCHEMA:
            database.execute(statement)
        database.executemany("INSERT INTO customers VALUES (?, ?, ?, ?)", CUSTOMERS)
        self.says(program, POLICY, path)
        before = database.execute("SELECT * FROM plan").fetchall()
        self.holds(before)
        # Half way the database refuses a row: all is as it was.
        database.execute("INSERT INTO customers VALUES ('refused', 20000, 1, 1)")
        result = self.run_program(program, POLICY, path)
        self.assertEqual((result.returncode, "CHECK" in result.stderr), (1, True), result.stderr)
        self.assertEqual(database.execute("SELECT * FROM plan").fetchall(), before)

    @unittest.skipUnless(SERVERS, "there is no PostgreSQL server (postgresql)")
    def test_postgresql(self):
        flags = package("libpq")
        if flags is None:
            self.skipTest("PostgreSQL's client headers are not installed (libpq-dev)")
        program, server = self.build("postgres.c", *flags), Server(self)
        for statement in SCHEMA:
            server.ask(statement)
        for row in CUSTOMERS:
            values = ", ".join("NULL" if v is None else "'{}'".format(str(v).replace("'", "''")) for v in row)
            server.ask(f"INSERT INTO customers VALUES ({values})")
        self.says(program, POLICY, server.connection)
        before = server.ask("SELECT id, segment, csm, health FROM plan ORDER BY id")
        self.holds([[key, segment, csm or None, float(health) if health else None] for key, segment, csm, health in before])
        server.ask("INSERT INTO customers VALUES ('refused', 20000, 1, 1)")
        result = self.run_program(program, POLICY, server.connection)
        self.assertEqual((result.returncode, "check constraint" in result.stderr), (1, True), result.stderr)
        self.assertEqual(server.ask("SELECT id, segment, csm, health FROM plan ORDER BY id"), before)


class Server:
    """A PostgreSQL server of this test's own, reached by a socket in a temporary folder; stopped when the test ends."""

    def __init__(self, case):
        self.bin = SERVERS[-1].parent
        # The server refuses root, and a socket's path may have 107 bytes: both speak for a folder of its own.
        folder = tempfile.mkdtemp(prefix="triax-pg-")
        case.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.user, self.as_user = pwd.getpwuid(os.getuid()).pw_name, []
        if os.getuid() == 0:
            self.user = next((name for name in ("postgres", "nobody") if self.there(name)), None)
            if not self.user or not shutil.which("runuser"):
                case.skipTest("PostgreSQL does not run as root, and there is no other user to run it as")
            self.as_user = ["runuser", "-u", self.user, "--"]
            shutil.chown(folder, self.user)
        self.folder, self.data = folder, f"{folder}/data"
        self.connection = f"host={folder} dbname=postgres user={self.user}"
        self.run("initdb", "-D", self.data, "-A", "trust", "-E", "UTF8", "--locale=C", "-N", "-U", self.user)
        case.addCleanup(self.run, "pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
        self.run("pg_ctl", "-D", self.data, "-l", f"{folder}/log", "-w", "-t", "60", "-o",
                 f"-c listen_addresses='' -k {folder} -c fsync=off -c shared_buffers=16MB", "start")

    @staticmethod
    def there(name):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            return None

    def run(self, name, *arguments):
        # Not a pipe: the server would keep it open.
        subprocess.run([*self.as_user, str(self.bin / name), *arguments], cwd="/", stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, timeout=120)

    def ask(self, sql):
        result = subprocess.run([str(self.bin / "psql"), "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d",
                                 self.connection, "-c", sql], capture_output=True, text=True, check=True, timeout=60)
        return [line.split("\t") for line in result.stdout.splitlines()]


if __name__ == "__main__":
    unittest.main()
