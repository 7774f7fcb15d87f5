#!/usr/bin/env bash
# usage: bash tests/structure/kernel_instructions.sh OBJDUMP VARIANT OBJECT
#
# A variant's object holds the instructions that its name promises, and the portable one no vector instruction of a
# later CPU than the baseline.
set -euo pipefail
objdump=$1 variant=$2 object=$3

fail() {
    echo "$object: $1" >&2
    exit 1
}
instructions=$("$objdump" --disassemble --no-show-raw-insn "$object")
case $variant in
    avx2)
        grep -Eq '\bvfn?madd[0-9]*p[sd][[:space:]].*%ymm' <<< "$instructions" \
            || fail "no fused multiply-add of 256 bits"
        ! grep -q '%zmm' <<< "$instructions" || fail "vectors of 512 bits"
        ;;
    avx512)
        grep -Eq '\bvfn?madd[0-9]*p[sd][[:space:]].*%zmm' <<< "$instructions" \
            || fail "no fused multiply-add of 512 bits"
        ;;
    portable)
        ! grep -Eq '%[yz]mm|\bvfn?m(add|sub)' <<< "$instructions" || fail "instructions beyond the baseline"
        ;;
    neon)
        grep -Eq '\bfmla\b.*v[0-9]+\.(4s|2d)' <<< "$instructions" || fail "no fused multiply-add of 128 bits"
        ;;
    *) fail "no rule for the variant $variant: add what its instructions are" ;;
esac
