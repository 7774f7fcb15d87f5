#!/usr/bin/env bash
# usage: bash tests/run.sh
#
# Installs what is missing. Builds library, program and tests with g++ in Release and runs the tests; then builds the unit
# tests with the address and undefined-behaviour sanitizers and runs them. Reports the time of each part. tests/full.sh
# does more, and builds the benchmarks.
set -euo pipefail
(( $# == 0 )) || { sed -n 's/^# usage/usage/p' "${BASH_SOURCE[0]}" >&2; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/.."

report=""
scratch=$(mktemp)
trap 'rm -f "$scratch"' EXIT
# Sets cpu_seconds to those of all commands that have ended. A subshell would count its own only.
read_cpu_seconds() {
    times > "$scratch"
    cpu_seconds=$(awk -F '[ms ]+' 'NR == 2 { printf "%.0f", 60 * $1 + $2 + 60 * $3 + $4 }' "$scratch")
}
# timed WHAT COMMAND...
timed() {
    local what=$1 start=$SECONDS cpu_start=$cpu_seconds
    shift
    "$@"
    read_cpu_seconds
    report+=$(printf '%6d s, %6d CPU s  %s' "$((SECONDS - start))" "$((cpu_seconds - cpu_start))" "$what")$'\n'
}
cpu_seconds=0

timed "installation" bash cmake/install_dependencies.sh --tests
timed "Release: build" bash cmake/build.sh release -- -D SKEIN_BUILD_TESTS=ON -D SKEIN_BUILD_BENCHMARKS=OFF
timed "Release: tests" bash tests/run_ctest.sh release --label-exclude '^long$'
# tests/full.sh has the kernels of AVX-512 with the sanitizers, too: they take a minute to compile.
timed "sanitizers: build" bash cmake/build.sh asan skein_tests -- -D SKEIN_LEAVE_OUT_VARIANTS=avx512
timed "sanitizers: unit tests" bash tests/run_ctest.sh asan --label-regex '^unit$'

printf '%s%6d s, %6d CPU s  all\n' "$report" "$SECONDS" "$cpu_seconds"
