#!/usr/bin/env bash
# usage: bash tests/structure/format.sh [ROOT]
#
# All C++ sources are formatted as clang-format 14 formats them with .clang-format.
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../..}"

if ! command -v clang-format-14 > /dev/null; then
    echo "clang-format-14 is missing: run 'bash cmake/install_dependencies.sh --tests'" >&2
    exit 1
fi
if ! find apps benchmarks core tests \( -name '*.hpp' -o -name '*.cpp' \) -print0 \
    | xargs -0 clang-format-14 --dry-run -Werror; then
    echo "to format a file: clang-format-14 -i FILE" >&2
    exit 1
fi
