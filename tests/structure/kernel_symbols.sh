#!/usr/bin/env bash
# usage: bash tests/structure/kernel_symbols.sh NM VARIANT OBJECT
#
# An object of kernels (Release) gives the linker nothing to merge with code of other flags: it exports its table and
# nothing else, defines no weak symbol outside its own Eigen, and asks for nothing but fma and moves of memory.
set -euo pipefail
nm=$1 variant=$2 object=$3

fail() {
    printf '%s: %s:\n%s\n' "$object" "$1" "$2" >&2
    exit 1
}
symbols=$("$nm" --demangle "$object")
own='^[0-9a-f]+ [VWuw] (typeinfo name for |typeinfo for |vtable for )?([^ (]* )?skein_eigen_'$variant'::'

weak=$(grep -E '^[0-9a-f]+ [VWuw] ' <<< "$symbols" | grep -Ev "$own" || true)
[[ -z $weak ]] || fail "weak symbols outside skein_eigen_$variant" "$weak"

exported=$("$nm" --demangle --extern-only --defined-only "$object" | grep -Ev '^[0-9a-f]+ [VWuw] ' \
    | cut -d ' ' -f 3- || true)
[[ $exported == "skein::internal::kernels::kernel_table_$variant" ]] \
    || fail "exports other than skein::internal::kernels::kernel_table_$variant" "$exported"

wanted=$("$nm" --undefined-only "$object" | awk '{ print $NF }' \
    | grep -Evx 'fmaf?|mem(cpy|set|move)|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail' || true)
[[ -z $wanted ]] || fail "symbols that kernels may not need" "$wanted"
