#!/bin/sh
# A billion random numbers of each kind, and orders of up to 2^28 samples, against their exact distributions.
#     random_statistics.sh <directory of libskein.a> [numbers of each kind]
set -eu
tests=$(dirname "$(readlink -f "$0")")/..
library=$1
shift
program=$(mktemp)
trap 'rm -f "$program"' EXIT
"${CXX:-g++}" -std=c++20 -O2 -I "$tests/../core/include" "$tests/long/random_statistics.cpp" -o "$program" \
    "$library/libskein.a" -fopenmp -pthread
"$program" "$@"
