#!/usr/bin/env bash
# usage: bash tests/long/random_statistics.sh [NUMBERS]
#
# Compares NUMBERS random numbers of each kind (default: 1e9), and orders of up to 2^28 samples, with their exact
# distributions. About seven minutes on two cores.
set -euo pipefail
(( $# <= 1 )) || { sed -n 's/^# usage/usage/p' "${BASH_SOURCE[0]}" >&2; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
bash cmake/build.sh release skein_random_statistics -- -D SKEIN_BUILD_TESTS=ON
exec build/release/bin/skein_random_statistics "$@"
