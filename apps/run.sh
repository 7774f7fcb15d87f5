#!/usr/bin/env bash
# usage: bash apps/run.sh [ARGUMENT...]
#
# Installs what is missing, builds skein, and runs it with the arguments:
#     bash apps/run.sh train --layers 3 --data data.csv
# Without arguments it trains the first example: an 8-layer tanh chain in float64 on ten million samples of a teacher
# chain with noise, into runs/first (a run that is already there is replaced).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

bash "$root/cmake/install_dependencies.sh"
# The first build needs neither tests nor benchmarks; where they have been configured they stay so.
only_program=()
if [[ ! -e $root/build/release/CMakeCache.txt ]]; then
    only_program=(-- -D SKEIN_BUILD_TESTS=OFF -D SKEIN_BUILD_BENCHMARKS=OFF)
fi
bash "$root/cmake/build.sh" release bin/skein "${only_program[@]}"

if (( $# == 0 )); then
    cd "$root"
    set -- train --layers 8 --activation tanh --precision float64 --batch 4096 --epochs 1 \
        --data teacher:samples=1e7,layers=3,weight=1.5,noise=0.1 --validation 0.01 --out runs/first --force
fi
exec "$root/build/release/bin/skein" "$@"
