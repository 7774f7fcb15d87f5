#!/usr/bin/env bash
# usage: bash tests/long/exhaustive_ulp.sh [DOUBLES [FUNCTION]]
#
# Compares every float, and DOUBLES doubles (default: 1e9), of each elementary function (or of FUNCTION alone) with the
# exact values. About a quarter of an hour on two cores.
set -euo pipefail
(( $# <= 2 )) || { sed -n 's/^# usage/usage/p' "${BASH_SOURCE[0]}" >&2; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
bash cmake/build.sh release skein_exhaustive_ulp -- -D SKEIN_BUILD_TESTS=ON
exec build/release/bin/skein_exhaustive_ulp "$@"
