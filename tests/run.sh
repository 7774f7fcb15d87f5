#!/usr/bin/env bash
# usage: bash tests/run.sh
#
# Installs what is missing, then builds and runs all tests with g++ in Release, and the unit tests with the address and
# undefined-behaviour sanitizers. tests/full.sh does more.
set -euo pipefail
(( $# == 0 )) || { sed -n 's/^# usage/usage/p' "${BASH_SOURCE[0]}" >&2; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash cmake/install_dependencies.sh --tests --benchmarks

bash cmake/build.sh release -- -D SKEIN_BUILD_TESTS=ON -D SKEIN_BUILD_BENCHMARKS=ON
bash tests/run_ctest.sh release

bash cmake/build.sh asan skein_tests
bash tests/run_ctest.sh asan --label-regex '^unit$'
