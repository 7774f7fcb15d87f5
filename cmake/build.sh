#!/usr/bin/env bash
# usage: bash cmake/build.sh PRESET [TARGET...] [-- CMAKE_ARGUMENT...]
#
# Configures and builds a preset into build/PRESET. Silent when all goes well, but for one line that keeps changing on a
# terminal; the whole log when something fails. CMAKE_BUILD_PARALLEL_LEVEL sets the number of jobs (default: the cores).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

(( $# > 0 )) || { sed -n 's/^# usage/usage/p' "${BASH_SOURCE[0]}" >&2; exit 2; }
preset=$1
shift
targets=()
while (( $# > 0 )) && [[ $1 != -- ]]; do
    targets+=("$1")
    shift
done
configure_arguments=("${@:2}")

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Runs a command; its output goes to the log and, on a terminal, line over line.
quietly() {
    if [[ -t 2 && ${TERM:-dumb} != dumb ]]; then
        "$@" 2>&1 | tee -a "$log" | show_progress
    else
        "$@" >> "$log" 2>&1
    fi
}
show_progress() {
    local line
    while IFS= read -r line; do
        printf '\r\e[K%.79s' "$line" >&2
    done
    printf '\r\e[K' >&2
}
build() {
    quietly cmake --preset "$preset" "${configure_arguments[@]}" \
        && quietly cmake --build --preset "$preset" --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}" \
            ${targets[@]:+--target "${targets[@]}"}
}
if ! build; then
    cat "$log" >&2
    echo "building preset $preset failed: the log is above" >&2
    exit 1
fi
