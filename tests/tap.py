#!/usr/bin/env python3
"""Runs a test program and mends its TAP: cmocka 1.1.5 writes `not ok … # SKIP`, which reads as a failure.

usage: tap.py PROGRAM ARGUMENTS...
"""
import os
import re
import signal
import subprocess
import sys

SKIPPED = re.compile(rb"^not ok (\d+) # SKIP (.*)")


def main(command):
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        for line in program.stdout:
            line = SKIPPED.sub(rb"ok \1 - \2 # SKIP", line)
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
            if line.startswith((b"not ok", b"#")):
                # What was wrong stands in TAP's comments, which meson shows only from here.
                sys.stderr.buffer.write(line)
                sys.stderr.buffer.flush()
    if program.returncode < 0:
        # Die as it died, so that a crash is told from a failure.
        if program.returncode != -signal.SIGKILL:
            signal.signal(-program.returncode, signal.SIG_DFL)
        os.kill(os.getpid(), -program.returncode)
    return program.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
