#!/bin/sh
# Builds the manual into build/docs. usage: docs/build.sh DOXYGEN ROOT BUILD
set -eu
doxygen=$1 root=$2 build=$3
mkdir -p "$root/build/docs"
cd "$root"
# Pages that are still to be written are left out.
input="$build/include/triax/version.h"
for part in README.md include/triax docs/guide; do [ ! -e "$part" ] || input="$input $part"; done
{ cat docs/Doxyfile; printf 'INPUT = %s\nOUTPUT_DIRECTORY = %s\n' "$input" "$root/build/docs"; } | "$doxygen" -
