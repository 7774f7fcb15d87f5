#!/usr/bin/env bash
# usage: bash tests/full.sh [--torch] [--exhaustive] [--statistics] [--fresh-machine] [--cross] [--all]
#
# Runs everything that tests/run.sh runs. Then it runs the slow tests that tests/run.sh leaves out, the whole suite built
# with clang 16, and the whole suite under the address and undefined-behaviour sanitizers; compares the presets of the
# sweeps with NumPy; checks what skein says of fits to many kinds of data, that memory stays flat over large files, that
# a killed sweep resumes to the same bytes, and that pdflatex compiles the LaTeX of gradients.
# The flags add the longest checks:
#     --torch          trajectories of the optimizers against torch.optim (about a minute)
#     --exhaustive     every float, and 1e9 doubles, of every elementary function (a quarter of an hour)
#     --statistics     a billion random numbers of each kind, and orders of up to 2^28 samples (seven minutes)
#     --fresh-machine  both commands of the README in a minimal Debian 12 (needs root)
#     --cross          arm64, and x86-64 CPUs without AVX2, emulated (half an hour)
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
bash cmake/build.sh release skein_public_headers skein_internal_headers
bash tests/run_ctest.sh release --label-regex '^long$'
bash cmake/install_dependencies.sh --tests --benchmarks --full

# One compilation per source: here a source that includes too little is found.
bash cmake/build.sh clang
bash cmake/build.sh clang skein_exhaustive_ulp skein_random_statistics skein_public_headers skein_internal_headers
bash tests/run_ctest.sh clang --label-exclude '^long$'

bash cmake/build.sh asan -- -D SKEIN_LEAVE_OUT_VARIANTS=
bash tests/run_ctest.sh asan

/usr/bin/python3 tests/long/preset_twin.py build/release/bin/skein
/usr/bin/python3 tests/long/fit_grid.py build/release/bin/skein
bash tests/long/memory_flat.sh
bash tests/long/kill_sweep.sh
bash tests/long/latex.sh

for check in "${checks[@]}"; do
    case $check in
        --torch) /usr/bin/python3 tests/fixtures/torch_trajectory.py ;;
        --exhaustive) bash tests/long/exhaustive_ulp.sh ;;
        --statistics) bash tests/long/random_statistics.sh ;;
        --fresh-machine) bash tests/long/fresh_machine.sh ;;
        --cross) bash tests/long/cross.sh ;;
    esac
done
