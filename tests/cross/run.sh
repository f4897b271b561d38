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
  build_in "build/cross-$machine" "$@" &&
    meson test -C "build/cross-$machine" --no-rebuild --print-errorlogs --timeout-multiplier "${slow:-1}" $suites && same_bytes
}

# What this machine's command writes is what the one for here writes, to the byte.
same_bytes() {
  local command=$root/build/cross-$machine/bindings/cli/triax wrapper=
  [ ! -f "$command.exe" ] || command=$command.exe
  [ -f "$command" ] || { echo "($machine: no command there: its outputs are not compared)"; return 0; }
  case $machine in
    s390x) wrapper=qemu-s390x ;;
    mingw) wrapper="'WINEPATH=Z:$root/build/cross-mingw/lib;Z:$root/build/cross-mingw/lib/yaml' wine" ;; # where the libraries are
  esac
  ./dev build && python3 $here/same.py "$root/build/release/bindings/cli/triax" "$wrapper $command"
}

# Machines that Debian has no libraries for: they are made of its sources, and linked into what is built.
try_with_own_libraries() { # COMPILER AR OPTIONS...
  local libraries=$root/build/cross-$machine-libraries compiler=$1 ar=$2
  shift 2
  $here/libraries.sh "$compiler" "$ar" "$libraries" >"$libraries.log" 2>&1 || {
    tail -n 5 "$libraries.log"
    skip "Debian's sources of libyaml, libcsv, jansson and cmocka cannot be had or made (the whole of it is in build/cross-$machine-libraries.log)"
    return 1
  }
  try --cross-file "$here/$machine.ini" -Dpkg_config_path="$libraries/lib/pkgconfig" -Dc_args="-I$libraries/include" \
    -Dc_link_args="-L$libraries/lib $link" "$@"
}

multiarch() { echo "$2, then dpkg --add-architecture $1 and libcmocka-dev:$1 libyaml-dev:$1 libcsv-dev:$1 libjansson-dev:$1"; }

run_clang() { have clang clang && try --native-file $here/clang.ini; }
run_asan() { have clang clang && try --native-file $here/clang.ini -Db_sanitize=address,undefined -Db_lundef=false; }
run_tsan() { have clang clang && slow=5 try --native-file $here/clang.ini -Db_sanitize=thread -Db_lundef=false; }
run_valgrind() { have valgrind valgrind && slow=1 suites="$suites --setup valgrind" try; }
run_i386() {
  have i686-linux-gnu-gcc "$(multiarch i386 'gcc-i686-linux-gnu libc6-dev-i386-cross')" && try --cross-file $here/i386.ini
}
run_s390x() {
  have s390x-linux-gnu-gcc "$(multiarch s390x 'gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user')" && have qemu-s390x qemu-user &&
    slow=20 try --cross-file $here/s390x.ini
}
run_mingw() {
  export WINEDEBUG=-all WINEPREFIX=$root/build/wine
  have x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64 && have wine 'wine wine64' &&
    slow=5 link=-static try_with_own_libraries x86_64-w64-mingw32-gcc x86_64-w64-mingw32-ar
}
run_musl() { have musl-gcc musl-tools && link='' try_with_own_libraries musl-gcc ar; }
# The suites in programs that live where the decimal sign is a comma. The command is no such program: it takes no locale.
run_comma() {
  locale -a | grep -qi '^de_DE.utf-\?8$' || { skip "there is no locale with decimal commas (apt-get install locales-all)"; return 1; }
  local comma=$root/build/cross-comma.so
  ${CC:-cc} -shared -fPIC $here/comma.c -o "$comma" && ./dev build &&
    LD_PRELOAD=$comma meson test -C build/release --no-rebuild --print-errorlogs $suites
}

machines=${*:-clang asan tsan valgrind i386 s390x mingw musl comma}
for machine in $machines; do
  case $machine in
    clang | asan | tsan | valgrind | i386 | s390x | mingw | musl | comma) ;;
    *) echo "./dev cross: there is no '$machine'; there are clang asan tsan valgrind i386 s390x mingw musl comma" >&2; exit 2 ;;
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
