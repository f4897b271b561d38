#!/bin/bash
# Builds and tests for other compilers, sanitizers and machines. usage: run.sh [MACHINE...]; none: all
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
here=tests/cross
passed=0 failed=0 skipped=0
suites='--suite unit --suite api --suite conformance --suite fault --suite fuzz'

skip() { echo "skipped: $machine: $*"; skipped=$((skipped + 1)); }
have() { # COMMAND PACKAGES...: says what to install where the command is missing
  command -v "$1" >/dev/null && return
  local command=$1
  shift
  skip "$command is not installed (apt-get install $*)"
  return 1
}

build_in() { # FOLDER OPTIONS...
  local folder=$1
  shift
  [ -f "$folder/build.ninja" ] || meson setup "$folder" -Ddocs=disabled "$@" && ninja -C "$folder"
}

try() { # OPTIONS...: builds and runs the suites
  build_in "build/cross-$machine" "$@" && meson test -C "build/cross-$machine" --no-rebuild --print-errorlogs --timeout-multiplier "${slow:-1}" $suites
}

# Where there is no cmocka for the machine: builds, and runs the program of the install test.
try_consumer() { # COMPILER WRAPPER SUFFIX OPTIONS...
  local compiler=$1 wrapper=$2 program=build/cross-$machine/consumer$3
  shift 3
  echo "($machine: no cmocka there; the library is built, and the program of tests/install run)"
  build_in "build/cross-$machine" -Dtests=disabled -Dyaml=disabled -Dcli=disabled "$@" &&
    $compiler -std=c11 -DTRIAX_STATIC -Iinclude -I"build/cross-$machine/include" tests/install/consumer.c -static \
      "build/cross-$machine/lib/libtriax.a" -lm -pthread -o "$program" || return 1
  if [ -n "$wrapper" ] && ! command -v "$wrapper" >/dev/null; then
    echo "(not run: $wrapper is not installed)"
  else
    $wrapper "$program" 2>"$program.log" || { cat "$program.log"; return 1; }
  fi
}

multiarch() { echo "$2, then dpkg --add-architecture $1 and libcmocka-dev:$1 libyaml-dev:$1"; }

run_clang() { have clang clang && try --native-file $here/clang.ini; }
run_asan() { have clang clang && try --native-file $here/clang.ini -Db_sanitize=address,undefined -Db_lundef=false; }
run_tsan() { have clang clang && slow=5 try --native-file $here/clang.ini -Db_sanitize=thread -Db_lundef=false; }
run_valgrind() { have valgrind valgrind && slow=1 suites="$suites --setup valgrind" try; }
run_i386() {
  have i686-linux-gnu-gcc "$(multiarch i386 'gcc-i686-linux-gnu libc6-dev-i386-cross')" && try --cross-file $here/i386.ini -Dcli=disabled
}
run_s390x() {
  have s390x-linux-gnu-gcc "$(multiarch s390x 'gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user')" && have qemu-s390x qemu-user &&
    slow=20 try --cross-file $here/s390x.ini -Dcli=disabled
}
run_mingw() {
  export WINEDEBUG=-all WINEPREFIX=$root/build/wine
  have x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64 &&
    try_consumer x86_64-w64-mingw32-gcc wine .exe --cross-file $here/mingw.ini
}
run_musl() { have musl-gcc musl-tools && try_consumer musl-gcc '' '' --cross-file $here/musl.ini; }

machines=${*:-clang asan tsan valgrind i386 s390x mingw musl}
for machine in $machines; do
  case $machine in
    clang | asan | tsan | valgrind | i386 | s390x | mingw | musl) ;;
    *) echo "./dev cross: there is no '$machine'; there are clang asan tsan valgrind i386 s390x mingw musl" >&2; exit 2 ;;
  esac
  echo "== $machine"
  before=$skipped
  if "run_$machine"; then
    passed=$((passed + 1))
  elif [ "$skipped" = "$before" ]; then
    echo "failed: $machine"
    failed=$((failed + 1))
  fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
