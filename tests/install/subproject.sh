#!/bin/bash
# triax as a meson subproject of a host: nothing of it but the library is built, and the host's program runs.
# usage: subproject.sh ROOT BUILD
set -eu
root=$1 here=$2/subproject-check
rm -rf "$here"
mkdir -p "$here/host/subprojects"
cp "$root/tests/install/host/meson.build" "$root/tests/install/consumer.c" "$here/host"
ln -s "$root" "$here/host/subprojects/triax"
# Unoptimised: what is built is looked at, not how fast it is.
meson setup "$here/build" "$here/host" --wrap-mode=forcefallback -Dbuildtype=plain -Ddefault_library=static \
  -Dtriax:yaml=disabled -Dtriax:cli=disabled -Dtriax:docs=disabled >"$here/log"
ninja -C "$here/build" >>"$here/log" || { tail -n 30 "$here/log" >&2; exit 1; }
"$here/build/host"
[ -z "$(find "$here/build" -path '*/tests/*' -name '*.o')" ] || { echo "tests were built in a subproject" >&2; exit 1; }
rm -rf "$here"
