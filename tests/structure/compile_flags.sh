#!/usr/bin/env bash
# usage: bash tests/structure/compile_flags.sh COMPILE_COMMANDS_JSON
#
# Every source of core is compiled with exact floating point: without contraction, fast-math or anything like it.
set -euo pipefail
commands=$(grep -E '"command": .*/core/src/[^ ]*\.cpp"?,?$' "$1")

required=(-ffp-contract=off -fno-fast-math)
for flag in "${required[@]}"; do
    if without=$(grep -Fv -- " $flag " <<< "$commands"); then
        printf 'compiled without %s:\n%s\n' "$flag" "$without" >&2
        exit 1
    fi
done
forbidden='-Ofast|-ffast-math|-ffp-contract=(fast|on)|-ffp-model|-funsafe-math-optimizations|-fassociative-math'
forbidden+='|-freciprocal-math|-ffinite-math-only|-fno-signed-zeros|-fno-trapping-math|-fdenormal-fp-math|-mdaz-ftz|-flto'
if inexact=$(grep -E -- " ($forbidden)" <<< "$commands"); then
    printf 'compiled with inexact floating point:\n%s\n' "$inexact" >&2
    exit 1
fi
