#!/usr/bin/env bash
# usage: bash tests/structure/header_arithmetic.sh OBJDUMP OBJECT...
#
# Public headers do no floating-point arithmetic of their own: users would compile it with flags of theirs. The objects
# hold all inline functions of a header each; none of skein's may add, multiply, convert, ... (x86-64). skein/eigen.hpp
# is meant to be compiled by users, and templates show only what is instantiated.
set -euo pipefail
objdump=$1
shift

num_functions=0
found=""
for object in "$@"; do
    [[ $object != */eigen.hpp.* ]] || continue
    # Inline functions have a section each; skein's own and those of its classes are _ZN5skein..., _ZNK5skein...
    sections=$("$objdump" --section-headers "$object" | grep -Eo '\.text\._ZNK?5skein[^ ]*' || true)
    [[ -n $sections ]] || continue
    num_functions=$((num_functions + $(wc -l <<< "$sections")))
    # shellcheck disable=SC2086
    arithmetic=$("$objdump" --disassemble --no-show-raw-insn ${sections//.text./--section=.text.} "$object" \
        | grep -E '\bv?(add|sub|mul|div|sqrt|min|max|u?comi|cvt[a-z0-9]*2|fn?m(add|sub)[0-9]*)[sp][sdi]\b' || true)
    [[ -z $arithmetic ]] || found+="$object:"$'\n'"$sections"$'\n'"$arithmetic"$'\n'
done
if [[ -n $found ]]; then
    echo "floating-point arithmetic in public headers:"$'\n'"$found" >&2
    exit 1
fi
if (( num_functions == 0 )); then
    echo "no inline function of skein in the objects: this test sees nothing" >&2
    exit 1
fi
