#!/usr/bin/env bash
# usage: bash tests/consumers/run.sh installed|added BUILD_DIRECTORY WORK_DIRECTORY REFERENCE COMPILER
#
# Builds consumers of skein, which must print the hash that REFERENCE, built together with skein, prints:
#     installed   by find_package after an installation of BUILD_DIRECTORY
#     added       by add_subdirectory, in Debug, which builds another skein
# In both cases also with flags of the consumer's own (-O0, -O2 -march=native, -ffast-math), with skein's symbols before
# the consumer's and after them.
set -euo pipefail
(( $# == 5 )) && [[ $1 == installed || $1 == added ]] \
    || { sed -n 's/^# usage/usage/p' "${BASH_SOURCE[0]}" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kind=$1 build=$2 work=$3/$1 reference=$4 compiler=$5

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

# Neither Eigen nor JSON is to be found: only users of skein/eigen.hpp need Eigen.
use_installed() {
    quietly cmake --install "$build" --prefix "$work/prefix"
    quietly cmake -G Ninja -S "$here" -B find_package -D CMAKE_BUILD_TYPE=Release -D CMAKE_CXX_COMPILER="$compiler" \
        -D CMAKE_PREFIX_PATH="$work/prefix" -D WITHOUT_EIGEN=ON \
        -D CMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON -D CMAKE_DISABLE_FIND_PACKAGE_nlohmann_json=ON
    quietly cmake --build find_package
    check "find_package" find_package/plain_consumer
    include=$work/prefix/include
    libraries=$(find "$work/prefix" -name libskein.a -printf '%h')
}

# The consumer's Debug flags reach skein.
use_added() {
    quietly cmake -G Ninja -S "$here" -B add_subdirectory -D CMAKE_BUILD_TYPE=Debug -D CMAKE_CXX_FLAGS_DEBUG="-O0 -g0" \
        -D CMAKE_CXX_COMPILER="$compiler" -D SKEIN_SOURCE_DIR="$here/../.."
    quietly cmake --build add_subdirectory
    check "add_subdirectory, Debug" add_subdirectory/consumer
    check "add_subdirectory, Debug, without Eigen" add_subdirectory/plain_consumer
    include=$here/../../core/include
    libraries=$(find "$work/add_subdirectory" -name libskein.a -printf '%h')
}

"use_$kind"

# ---- A consumer's own flags, with the library's symbols before its own and after --------------------------------------
eigen_include=$(sed -n 's/^Eigen3_DIR:PATH=//p' "$build/CMakeCache.txt")
eigen_include=$(cd "$eigen_include/../../../include/eigen3" && pwd)
archives=("$libraries/libskein_files.a" "$libraries/libskein.a")
declare -A flags=([O0]="-O0" [native]="-O2 -march=native" [fast_math]="-O2 -march=native -ffast-math")
for name in "${!flags[@]}"; do
    program=objects/$name
    # shellcheck disable=SC2086
    quietly "$compiler" -std=c++20 ${flags[$name]} -I "$include" -isystem "$eigen_include" -c "$here/main.cpp" \
        -o "$program.o"
    # The linker uses the first of two weak symbols.
    # shellcheck disable=SC2086
    quietly "$compiler" ${flags[$name]} "$program.o" "${archives[@]}" -fopenmp -lpng -lz -o "$program.consumer_first"
    # shellcheck disable=SC2086
    quietly "$compiler" ${flags[$name]} -Wl,--whole-archive "${archives[@]}" -Wl,--no-whole-archive "$program.o" \
        -fopenmp -lpng -lz -o "$program.skein_first"
    check "$name consumer before skein ($kind)" "$program.consumer_first"
    check "$name consumer after skein ($kind)" "$program.skein_first"
done
(( num_failures == 0 ))
