#!/usr/bin/env bash
# usage: bash tests/structure/library_symbols.sh NM LIBRARY...
#
# The libraries (Release) hold Eigen under its new name only, so that no user's Eigen can be merged with it. They call none
# of libm's functions that give other bits on another CPU.
set -euo pipefail
nm=$1
shift

functions='a?(sin|cos|tan)h?|sincos|atan2|exp|exp2|exp10|expm1|log|log2|log10|log1p|logb|pow|cbrt|hypot|erfc?|[lt]gamma'
failed=false
for library in "$@"; do
    eigen=$("$nm" --demangle --defined-only "$library" 2> /dev/null | grep -E '(^|[^A-Za-z0-9_])Eigen::' || true)
    if [[ -n $eigen ]]; then
        printf "%s defines symbols of users' Eigen:\n%s\n" "$library" "$eigen" >&2
        failed=true
    fi
    libm=$("$nm" --undefined-only "$library" 2> /dev/null | awk '{ print $NF }' \
        | grep -Ex "($functions)[fl]?" \
        | sort -u || true)
    if [[ -n $libm ]]; then
        printf '%s calls functions of libm:\n%s\n' "$library" "$libm" >&2
        failed=true
    fi
done
[[ $failed == false ]]
