#!/usr/bin/env bash
# usage: bash tests/run_ctest.sh PRESET [CTEST_ARGUMENT...]
#
# Runs the tests of build/PRESET, and prints ctest's closing lines; the whole output of those that fail.
set -euo pipefail
(( $# > 0 )) || { sed -n 's/^# usage/usage/p' "${BASH_SOURCE[0]}" >&2; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=$1
shift

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
ctest --preset "$preset" --parallel "${CTEST_PARALLEL_LEVEL:-$(nproc)}" --no-tests=error --output-on-failure "$@" \
    > "$log" 2>&1 || status=$?
if (( status != 0 )); then
    cat "$log" >&2
    echo "tests of preset $preset failed: the log is above" >&2
    exit 1
fi
echo "preset $preset:"
sed -n '/% tests passed/,$p' "$log"
