#!/bin/bash
# libyaml, libcsv, jansson and cmocka for a machine that Debian has no packages for: made of Debian's sources.
# usage: libraries.sh COMPILER AR FOLDER; leaves FOLDER/lib, FOLDER/include and FOLDER/lib/pkgconfig
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
compiler=$1 ar=$2 folder=$3
sources=$root/build/cross-sources
[ ! -f "$folder/lib/pkgconfig/cmocka.pc" ] || exit 0

# The system's own list of mirrors, asked for sources; its settings are left as they are.
fetch_sources() {
  local mirror state=$sources/state
  mkdir -p "$state/lists/partial"
  mirror=$(apt-cache policy | grep -m1 -o 'http[^ ]* [a-z]*/main' | sed 's|/main||')
  [ -n "$mirror" ] || { echo "apt knows no mirror to fetch sources from"; return 1; }
  echo "deb-src $mirror main" >"$state/sources.list"
  local get="apt-get -q -o Dir::Etc::sourcelist=$state/sources.list -o Dir::Etc::sourceparts=/dev/null
    -o Dir::State::lists=$state/lists -o APT::Sandbox::User=root"
  (cd "$sources" && $get update && $get source --download-only libyaml libcsv jansson cmocka)
  for archive in "$sources"/*.orig.tar.?z; do tar -xf "$archive" -C "$sources"; done
}

[ -d "$(echo "$sources"/cmocka-*)" ] || fetch_sources
mkdir -p "$folder/lib/pkgconfig" "$folder/include" "$folder/objects"

make_library() { # NAME FLAGS... -- FILES...
  local name=$1 flags=() objects=()
  shift
  while [ "$1" != -- ]; do flags+=("$1") && shift; done
  shift
  for file; do
    objects+=("$folder/objects/$name-$(basename "$file" .c).o")
    "$compiler" -O2 -w "${flags[@]}" -c "$file" -o "${objects[-1]}"
  done
  "$ar" rcs "$folder/lib/lib$name.a" "${objects[@]}"
}

describe() { # PKG-CONFIG-NAME LIBRARY VERSION FLAGS
  printf 'Name: %s\nDescription: %s\nVersion: %s\nCflags: -I%s %s\nLibs: -L%s -l%s\n' \
    "$1" "$1" "$3" "$folder/include" "$4" "$folder/lib" "$2" >"$folder/lib/pkgconfig/$1.pc"
}

yaml=$(echo "$sources"/libyaml-*) csv=$(echo "$sources"/libcsv-*) jansson=$(echo "$sources"/jansson-*) cmocka=$(echo "$sources"/cmocka-*)
version=${yaml##*-}
IFS=. read -r major minor patch <<<"$version"
make_library yaml -I"$yaml/include" -DYAML_DECLARE_STATIC "-DYAML_VERSION_STRING=\"$version\"" -DYAML_VERSION_MAJOR="$major" \
  -DYAML_VERSION_MINOR="$minor" -DYAML_VERSION_PATCH="$patch" -- "$yaml"/src/*.c
cp "$yaml/include/yaml.h" "$folder/include"
describe yaml-0.1 yaml "$version" -DYAML_DECLARE_STATIC

make_library csv -I"$csv" -- "$csv/libcsv.c"
cp "$csv/csv.h" "$folder/include"

# The settings that jansson ships for systems without its configure script.
echo '#define HAVE_STDINT_H 1' >"$folder/objects/jansson_private_config.h"
make_library jansson -DHAVE_CONFIG_H -I"$jansson/src" -I"$jansson/android" -I"$folder/objects" -- "$jansson"/src/*.c
cp "$jansson/src/jansson.h" "$jansson/android/jansson_config.h" "$folder/include"
describe jansson jansson "${jansson##*-}" ''

make_library cmocka -I"$cmocka/include" -DHAVE_STDLIB_H -DHAVE_STRING_H -DHAVE_STDINT_H -DHAVE_INTTYPES_H -DHAVE_MALLOC_H \
  -DHAVE_SETJMP_H -DHAVE_SIGNAL_H -DHAVE_STRSIGNAL -DHAVE_SNPRINTF -DHAVE_VSNPRINTF -- "$cmocka/src/cmocka.c"
cp "$cmocka"/include/cmocka*.h "$folder/include"
describe cmocka cmocka "${cmocka##*-}" ''
