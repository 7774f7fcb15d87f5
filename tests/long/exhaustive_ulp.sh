#!/bin/sh
# Every float and 1e9 doubles per function against the exact functions: about a quarter of an hour on two cores.
#     exhaustive_ulp.sh <directory of libskein.a> [doubles per function] [function]
set -eu
tests=$(dirname "$(readlink -f "$0")")/..
library=$1
shift
program=$(mktemp)
trap 'rm -f "$program"' EXIT
"${CXX:-g++}" -std=c++20 -O2 -I "$tests/../core/include" "$tests/long/exhaustive_ulp.cpp" -o "$program" \
    "$library/libskein.a" -fopenmp -pthread -lmpfr -lgmp
"$program" "$@"
