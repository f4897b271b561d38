#!/bin/bash
# The core alone, with neither libyaml nor the command: configures, builds and passes its unit tests.
# usage: without_yaml.sh ROOT
set -eu
build=$1/build/core
[ -f "$build/build.ninja" ] || meson setup "$build" "$1" -Dyaml=disabled -Dcli=disabled -Ddocs=disabled -Ddefault_library=shared
ninja -C "$build"
[ ! -e "$build/lib/yaml/libtriax-yaml.so" ] || { echo "libtriax-yaml was built all the same" >&2; exit 1; }
# What was inherited from the outer test run does not concern the inner one.
env -u MESON_TEST_ITERATION -u MALLOC_PERTURB_ meson test -C "$build" --no-rebuild --suite unit --print-errorlogs
