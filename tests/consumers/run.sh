#!/usr/bin/env bash
# usage: bash tests/consumers/run.sh BUILD_DIRECTORY WORK_DIRECTORY REFERENCE COMPILER
#
# Builds consumers of skein in every way that once went wrong, or could: by find_package after an installation, and by
# add_subdirectory; at -O0, at -O2 -march=native, and with -ffast-math; against a Release and a Debug skein; with skein's
# symbols before the consumer's and after. All must print the hash that REFERENCE, built together with skein, prints.
set -euo pipefail
(( $# == 4 )) || { sed -n 's/^# usage/usage/p' "${BASH_SOURCE[0]}" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$1 work=$2 reference=$3 compiler=$4

mkdir -p "$work"
cd "$work"
rm -rf prefix find_package objects
mkdir objects
log=$work/log
: > "$log"

num_failures=0
quietly() {
    if ! "$@" >> "$log" 2>&1; then
        cat "$log" >&2
        echo "failed: $*" >&2
        exit 1
    fi
}
expected=$("$reference" "$work")

# check WHAT PROGRAM
check() {
    local hash
    hash=$("$2" "$work" 2>&1) || true
    if [[ $hash != "$expected" ]]; then
        echo "$1: got $hash, expected $expected" >&2
        num_failures=$((num_failures + 1))
    fi
}

# ---- find_package, with neither Eigen nor JSON to be found: only users of skein/eigen.hpp need Eigen ----------------------
quietly cmake --install "$build" --prefix "$work/prefix"
quietly cmake -G Ninja -S "$here" -B find_package -D CMAKE_BUILD_TYPE=Release -D CMAKE_CXX_COMPILER="$compiler" \
    -D CMAKE_PREFIX_PATH="$work/prefix" -D WITHOUT_EIGEN=ON \
    -D CMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON -D CMAKE_DISABLE_FIND_PACKAGE_nlohmann_json=ON
quietly cmake --build find_package
check "find_package" find_package/plain_consumer

# ---- add_subdirectory, in Debug: also the Debug skein of what follows ------------------------------------------------------
quietly cmake -G Ninja -S "$here" -B add_subdirectory -D CMAKE_BUILD_TYPE=Debug -D CMAKE_CXX_FLAGS_DEBUG="-O0 -g0" \
    -D CMAKE_CXX_COMPILER="$compiler" -D SKEIN_SOURCE_DIR="$here/../.."
quietly cmake --build add_subdirectory
check "add_subdirectory, Debug" add_subdirectory/consumer
check "add_subdirectory, Debug, without Eigen" add_subdirectory/plain_consumer

# ---- A consumer's own flags, against both libraries, with the one's symbols first and the other's ----------------------------
eigen_include=$(sed -n 's/^Eigen3_DIR:PATH=//p' add_subdirectory/CMakeCache.txt)
eigen_include=$(cd "$eigen_include/../../../include/eigen3" && pwd)
declare -A flags=([O0]="-O0" [native]="-O2 -march=native" [fast_math]="-O2 -march=native -ffast-math")
declare -A libraries=(
    [Release]="$(find "$work/prefix" -name libskein.a -printf '%h')"
    [Debug]="$(find "$work/add_subdirectory" -name libskein.a -printf '%h')"
)
for kind in "${!flags[@]}"; do
    # shellcheck disable=SC2086
    quietly "$compiler" -std=c++20 ${flags[$kind]} -I "$work/prefix/include" -isystem "$eigen_include" \
        -c "$here/main.cpp" -o "objects/$kind.o"
    for library in "${!libraries[@]}"; do
        archives=("${libraries[$library]}/libskein_files.a" "${libraries[$library]}/libskein.a")
        program=objects/$kind.$library
        # The first of two weak symbols is the one that is used.
        # shellcheck disable=SC2086
        quietly "$compiler" ${flags[$kind]} "objects/$kind.o" "${archives[@]}" -fopenmp -lpng -o "$program.consumer_first"
        # shellcheck disable=SC2086
        quietly "$compiler" ${flags[$kind]} -Wl,--whole-archive "${archives[@]}" -Wl,--no-whole-archive \
            "objects/$kind.o" -fopenmp -lpng -o "$program.skein_first"
        check "$kind consumer before a $library skein" "$program.consumer_first"
        check "$kind consumer after a $library skein" "$program.skein_first"
    done
done
(( num_failures == 0 ))
