#!/usr/bin/env bash
# usage: bash benchmarks/compare.sh [--help] [--install] [ARGUMENT...]
#
# Compares skein with PyTorch, FANN, Eigen and a plain loop on the same work, on one core. The method, and how to read
# the tables: benchmarks/README.md.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

for argument in "$@"; do
    if [[ $argument == --install ]]; then
        bash "$root/cmake/install_dependencies.sh" --benchmarks --peers
    fi
done
# The distribution's Python: it has the distribution's PyTorch, which another one in PATH has not.
python=/usr/bin/python3
if [[ ! -x $python ]]; then
    echo "compare.sh: missing: $python: run bash benchmarks/compare.sh --install" >&2
    exit 1
fi
PYTHONDONTWRITEBYTECODE=1 exec "$python" "$root/benchmarks/compare/compare.py" "$@"
