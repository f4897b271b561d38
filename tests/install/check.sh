#!/bin/bash
# A DESTDIR install, moved elsewhere, serves programs shared and static through pkg-config; uninstalling leaves nothing.
# usage: check.sh ROOT BUILD
set -eu
root=$1 build=$2
here=$build/install-check
rm -rf "$here"
mkdir -p "$here"

fail() { echo "$*" >&2; exit 1; }

meson install -C "$build" --no-rebuild --destdir "$here/first" >"$here/log"
prefix=$(find "$here/first" -type d -path '*/include/triax' -prune)
[ -n "$prefix" ] || fail "no headers were installed"
for header in "$root"/include/triax/*.h "$build/include/triax/version.h"; do
  name=$(basename "$header")
  { [ "$name" = yaml.h ] && [ ! -e "$build/lib/yaml/libtriax-yaml.so" ]; } || [ -f "$prefix/$name" ] || fail "$name was not installed"
done
[ -z "$(find "$here/first" -name '*internal*')" ] || fail "internal files were installed"

# Elsewhere, as in a package or a bundle: what pkg-config says must not name the place it was installed to.
cp -R "$here/first" "$here/moved"
pc_folder=$(dirname "$(find "$here/moved" -name triax.pc)")
export PKG_CONFIG_PATH=$pc_folder
lib_folder=$(dirname "$pc_folder")

try_consumer() { # NAME CFLAGS LIBS...
  local name=$1 flags=$2
  shift 2
  cc -std=c11 -Wall -Werror $flags "$root/tests/install/consumer.c" -o "$here/$name" "$@" || fail "consumer $name does not link"
  LD_LIBRARY_PATH=$lib_folder "$here/$name" >/dev/null || fail "consumer $name does not run"
  echo "consumer $name: runs"
}

packages=triax
[ ! -f "$pc_folder/triax-yaml.pc" ] || packages='triax triax-yaml'
for package in $packages; do
  case $(pkg-config --cflags --libs "$package") in *first*) fail "$package.pc names the place it was installed to" ;; esac
  [ "$(pkg-config --modversion "$package")" = "$(sed -n 's/.*TRIAX_VERSION "\(.*\)"/\1/p' "$prefix/version.h")" ] ||
    fail "$package.pc and version.h are of different versions"
  # Without --as-needed, so that the library is loaded even though the consumer of triax-yaml calls only the core.
  try_consumer "$package-shared" "$(pkg-config --cflags "$package")" -Wl,--no-as-needed $(pkg-config --libs "$package")
  try_consumer "$package-static" "$(pkg-config --static --cflags "$package") -static" $(pkg-config --static --libs "$package")
done

# A program in C++ calls what was installed: headers as C++11, functions by their C names.
if command -v c++ >/dev/null; then
  for way in shared static; do
    cpp_flags=$(pkg-config $([ $way = shared ] || echo --static) --cflags --libs $packages)
    [ $way = shared ] || cpp_flags="-static $cpp_flags"
    yaml=$([ "$packages" = triax ] || echo -DWITH_YAML)
    c++ -std=c++11 -Wall -Wextra -Werror $yaml "$root/tests/install/consumer.cpp" -o "$here/cpp-$way" $cpp_flags ||
      fail "the $way consumer in C++ does not link"
    LD_LIBRARY_PATH=$lib_folder "$here/cpp-$way" >/dev/null || fail "the $way consumer in C++ does not run"
    echo "consumer in C++, $way: runs"
  done
else
  echo "skipped: consumer in C++: c++ is not installed"
fi
readelf -d "$here/triax-shared" | grep -q 'libtriax\.so\.0' || fail "the shared consumer does not name libtriax.so.0"

if command -v cmake >/dev/null; then
  mkdir "$here/cmake"
  cp "$root/tests/install/host/CMakeLists.txt" "$root/tests/install/consumer.c" "$here/cmake"
  { cmake -S "$here/cmake" -B "$here/cmake/build" && cmake --build "$here/cmake/build"; } >>"$here/log" || fail "CMake does not build the consumer"
  LD_LIBRARY_PATH=$lib_folder "$here/cmake/build/host" >/dev/null || fail "the consumer that CMake built does not run"
  echo "consumer built by CMake: runs"
else
  echo "skipped: consumer built by CMake: cmake is not installed"
fi

if [ -x "$prefix/../../bin/triax" ]; then
  LD_LIBRARY_PATH=$(dirname "$(find "$here/first" -name libtriax.so)") "$prefix/../../bin/triax" --version >/dev/null ||
    fail "the installed command does not run"
  echo "command triax: runs"
fi

ninja -C "$build" uninstall >>"$here/log" 2>&1
left=$(find "$here/first" ! -type d 2>/dev/null || true)
[ -z "$left" ] || fail "uninstalling left: $left"
echo "uninstall: nothing left"
rm -rf "$here"
