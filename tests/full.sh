#!/usr/bin/env bash
# usage: bash tests/full.sh [--torch] [--exhaustive] [--statistics] [--fresh-machine] [--cross] [--all]
#
# All that tests/run.sh does, then the whole suite with clang 16, the whole suite under the address and
# undefined-behaviour sanitizers, the presets of the sweeps against NumPy, and the longer checks that are asked for:
#     --torch          trajectories of the optimizers against torch.optim (about a minute)
#     --exhaustive     every float, and 1e9 doubles, of every elementary function (a quarter of an hour)
#     --statistics     a billion random numbers of each kind, and orders of up to 2^28 samples (seven minutes)
#     --fresh-machine  both commands of the README in a minimal Debian 12 (needs root)
#     --cross          arm64, and x86-64 CPUs without AVX2, emulated (a quarter of an hour)
#     --all            all of them
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

checks=()
for flag in "$@"; do
    case $flag in
        --torch | --exhaustive | --statistics | --fresh-machine | --cross) checks+=("$flag") ;;
        --all) checks=(--torch --exhaustive --statistics --fresh-machine --cross) ;;
        *) sed -n 's/^# usage/usage/p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
    esac
done

bash tests/run.sh
bash cmake/install_dependencies.sh --tests --benchmarks --full

bash cmake/build.sh clang
bash tests/run_ctest.sh clang

bash cmake/build.sh asan
bash tests/run_ctest.sh asan

/usr/bin/python3 tests/long/preset_twin.py build/release/bin/skein
bash tests/long/memory_flat.sh

for check in "${checks[@]}"; do
    case $check in
        --torch) /usr/bin/python3 tests/fixtures/torch_trajectory.py ;;
        --exhaustive) bash tests/long/exhaustive_ulp.sh build/release/lib ;;
        --statistics) bash tests/long/random_statistics.sh build/release/lib ;;
        --fresh-machine) bash tests/long/fresh_machine.sh ;;
        --cross) bash tests/long/cross.sh ;;
    esac
done
