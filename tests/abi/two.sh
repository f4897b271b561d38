#!/bin/sh
# Loads a second libtriax, which says that it is another version, into a program that is linked with the first.
# usage: two.sh PROGRAM LIBRARY FOLDER
set -eu
mkdir -p "$3"
sed 's/0\.1\.0\x00/0.1.9\x00/' "$2" >"$3/libtriax.so.0"
exec "$1" "$3/libtriax.so.0"
