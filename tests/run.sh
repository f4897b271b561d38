# What ./dev test does. Every suite leaves its results in build/results; tests/summary.py adds them up.

skipped_suite() { say "skipped: $1: $2"; printf '%s: %s\n' "$1" "$2" >>"$results/skipped.txt"; }
failed_step() { say "failed: $1"; printf '%s\n' "$1" >>"$results/failed.txt"; }

# Runs meson's suites in a build folder and keeps the results under a name.
meson_suites() { # NAME FOLDER OPTIONS...
  local name=$1 folder=$2
  shift 2
  meson test -C "$folder" --no-rebuild --print-errorlogs "$@" || say "($name: some failed)"
  mv "$folder/meson-logs/testlog.json" "$results/$name.json" 2>/dev/null || failed_step "$name: no results"
}

run_gcc() {
  say "== gcc -O2: every suite"
  if build; then meson_suites gcc "$release"; else failed_step "the build with gcc"; fi
  # meson leaves out in silence what it cannot build.
  pkg-config --exists cmocka || skipped_suite "unit, api, conformance, fault, fuzz" "cmocka is not installed"
  [ -e "$release/lib/yaml/libtriax-yaml.so" ] || skipped_suite libtriax-yaml "not built"
  [ -e "$release/bindings/cli/triax" ] || skipped_suite "command triax" "not built"
}

run_sanitized() {
  say "== clang with the address and undefined-behaviour sanitizers: unit, api, conformance, fault, fuzz"
  if ! command -v clang >/dev/null; then
    skipped_suite sanitizers "clang is not installed"
  elif configure "$sanitize" --native-file tests/cross/clang.ini -Db_sanitize=address,undefined -Db_lundef=false \
    -Ddocs=disabled && quietly sanitize ninja -C "$sanitize"; then
    UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 TRIAX_SHORT=1 meson_suites sanitizers "$sanitize" \
      --suite unit --suite api --suite conformance --suite fault --suite fuzz --timeout-multiplier 4
  else
    failed_step "the build with clang and sanitizers"
  fi
}

run_python() {
  local tests interpreter=$venv/bin/python
  tests=$(find tests bindings docs -name 'test_*.py' | sort)
  [ -n "$tests" ] || { skipped_suite python "no tests/**/test_*.py yet"; return; }
  say "== Python"
  if ! python_packages; then
    skipped_suite python-peers "$why_no_packages; tests that need numpy and its like are skipped one by one"
    interpreter=$python
  fi
  "$interpreter" -c 'import pytest' 2>/dev/null || { skipped_suite python "pytest is not installed"; return; }
  HYPOTHESIS_STORAGE_DIRECTORY=$root/build/hypothesis with_library "$release" "$interpreter" -m pytest -q -rs -p no:cacheprovider --junitxml="$results/python.xml" $tests ||
    say "(python: some failed)"
  [ -s "$results/python.xml" ] || failed_step "python: no results"
}

run_ruby() {
  local tests file
  tests=$(find tests bindings docs -name 'test_*.rb' | sort)
  [ -n "$tests" ] || { skipped_suite ruby "no test_*.rb yet"; return; }
  ruby -e 'require "ffi"; require "minitest"' 2>/dev/null || { skipped_suite ruby "ruby, ffi or minitest is not installed"; return; }
  say "== Ruby"
  for file in $tests; do
    with_library "$release" ruby "$file" >"$results/$(basename "$file" .rb).minitest" 2>&1 ||
      { cat "$results/$(basename "$file" .rb).minitest"; grep -q ' runs, ' "$results/$(basename "$file" .rb).minitest" || failed_step "$file"; }
  done
}

run_all() {
  rm -rf "$results"
  mkdir -p "$results"
  run_gcc
  run_sanitized
  run_python
  run_ruby
  "$python" tests/summary.py "$results"
}
