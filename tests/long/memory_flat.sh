#!/usr/bin/env bash
# usage: bash tests/long/memory_flat.sh [PROGRAM]
#
# Trains 40 epochs on a .npy file of 1 GB: the anonymous memory of the process stays below 300 MB and does not grow from
# the second epoch to the last. Needs 1 GB of disk and about a minute. PROGRAM defaults to build/release/bin/skein.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
program=${1:-build/release/bin/skein}
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

"$program" data make teacher:samples=62500000,layers=2,noise=0.1 --out "$directory/samples.npy" --quiet > /dev/null

check() {
    "$program" train --layers 4 --data "$directory/samples.npy" --epochs 40 --quiet "$@" > "$directory/summary" &
    local process=$! smallest=0 largest=0 size reads=0
    sleep 2
    while size=$(awk '/^RssAnon/ { print $2 }' "/proc/$process/status" 2> /dev/null) && [[ -n $size ]]; do
        (( smallest == 0 || size < smallest )) && smallest=$size
        (( size > largest )) && largest=$size
        reads=$((reads + 1))
        sleep 0.2
    done
    wait "$process"
    echo "train $*: anonymous memory $smallest to $largest KiB in $reads readings;" \
        "$(grep loss "$directory/summary" | head -1)"
    (( reads >= 5 )) || { echo "too few readings to tell" >&2; exit 1; }
    (( largest < 300000 )) || { echo "more than 300 MB" >&2; exit 1; }
    (( largest - smallest < 8192 )) || { echo "it grows" >&2; exit 1; }
}
check --shuffle none
check --shuffle blocks
check --batch full
