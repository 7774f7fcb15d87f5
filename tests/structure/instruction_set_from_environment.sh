#!/usr/bin/env bash
# usage: bash tests/structure/instruction_set_from_environment.sh PROGRAM...
#
# SKEIN_INSTRUCTION_SET chooses among the available instruction sets; a name that is none of them is an error.
set -euo pipefail
program=("$@")

expect() {
    [[ $2 == "$3" ]] || { printf '%s: got "%s", expected "%s"\n' "$1" "$2" "$3" >&2; exit 1; }
}
unset SKEIN_INSTRUCTION_SET
mapfile -t lines < <("${program[@]}")
available=("${lines[@]:1}")
expect "by itself, the fastest" "${lines[0]}" "${available[-1]}"
for name in "${available[@]}"; do
    expect "chosen" "$(SKEIN_INSTRUCTION_SET=$name "${program[@]}" | head -n 1)" "$name"
done
expect "an empty name" "$(SKEIN_INSTRUCTION_SET='' "${program[@]}" | head -n 1)" "${available[-1]}"

status=0
message=$(SKEIN_INSTRUCTION_SET=portabel "${program[@]}" 2>&1) || status=$?
expect "exit code for a wrong name" "$status" 2
expect "message for a wrong name" "$message" \
    "unknown instruction set in SKEIN_INSTRUCTION_SET: 'portabel': did you mean 'portable'?"
