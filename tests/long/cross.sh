#!/usr/bin/env bash
# usage: bash tests/long/cross.sh
#
# Runs the tests on CPUs that this machine does not have, emulated by qemu: arm64 with the NEON and the portable kernels;
# x86-64 without AVX, with AVX but without fused multiply-add, and with fused multiply-add but without AVX2. The golden
# hashes are the same everywhere. On each CPU the program also trains a small job: it must choose the right kernels, warn
# if it does fused multiply-adds in software, and give the bits that this machine gives. Installs what is missing, arm64
# libraries included. About half an hour on two cores.
set -euo pipefail
(( $# == 0 )) || { sed -n 's/^# usage/usage/p' "${BASH_SOURCE[0]}" >&2; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

[[ $(uname -m) == x86_64 ]] || { echo "cross.sh: needs an x86-64 machine, for Debian's cross compiler" >&2; exit 1; }
bash cmake/install_dependencies.sh --tests --cross

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
report=""
num_failures=0

# row WHAT COMMAND...: a line of the report. What the command prints is shown when it fails; the other rows still run.
row() {
    local what=$1 start=$SECONDS status=0 tests
    shift
    echo "== $what" >&2
    # Not as a condition: bash would go on after a failure in the middle of the command.
    set +e
    ( set -e; "$@" ) > "$work/log" 2>&1
    status=$?
    set -e
    tests=$(sed -nE -e 's/.*test cases: .*\| +([0-9]+) passed \| 0 failed.*/\1 test cases/p' \
        -e 's/^100% tests passed, 0 .* out of ([0-9]+)/\1 test files/p' "$work/log" | tail -n 1)
    if (( status != 0 )); then
        cat "$work/log" >&2
        echo "$what failed: its log is above" >&2
        num_failures=$((num_failures + 1))
        tests=FAILED
    fi
    report+="$(printf '%-42s %-16s %5d s' "$what" "${tests:--}" "$((SECONDS - start))")"$'\n'
}

job=(train --weights "0.5,-1.2,0.7" --data teacher:samples=1e4 --learning-rate 0.2 --steps 30 --json)
# From the outcome to the weights.
result_of() { sed 's/,"samples":.*//' "$1"; }

# trains INSTRUCTION_SET NUM_WARNINGS PROGRAM...
trains() {
    local instruction_set=$1 num_warnings=$2
    shift 2
    "$@" "${job[@]}" > "$work/job" 2> "$work/warnings"
    cat "$work/job" "$work/warnings"
    [[ $(result_of "$work/job") == "$expected" ]] || { echo "on this machine: $expected"; return 1; }
    grep -q "\"instruction_set\":\"$instruction_set\"" "$work/job" || { echo "not $instruction_set"; return 1; }
    [[ $(grep -c 'skein: warning: .*no fused multiply-add' "$work/warnings") == "$num_warnings" ]] \
        || { echo "warnings about fused multiply-add: not $num_warnings"; return 1; }
}

# qemu takes up to 60 times as long for vector code. Left out is what takes minutes there and does not depend on the CPU:
# figures, files and text; bounds judged by MPFR; the grid of all golden hashes (each kernel is in the other golden tests,
# with every instruction set); and the program, but for three of its tests.
slow='unit\.(error_bound|small_losses|compressed_training|figure|colours|file_source|points_at_a_time|golden_grid'
slow+='|ensemble\.portable)|program\.'
on_arm64() {
    trains neon 0 qemu-aarch64 build/arm64/bin/skein
    SKEIN_INSTRUCTION_SET=portable trains portable 0 qemu-aarch64 build/arm64/bin/skein
    bash tests/run_ctest.sh arm64 --exclude-regex "$slow"
}
on_arm64_program() {
    bash tests/run_ctest.sh arm64 --tests-regex '^program\.(train|compressed_train|boundary)$'
}

# Software fma under emulation: of the tests those of numbers, and of the golden hashes one round of all.
files=(tests/*/{batch_order,eigen,elementary,golden,gradient_cases,instruction_set,random,split,trainer}_test.cpp
    tests/training/{schedule,trajectories}_test.cpp)
ls "${files[@]}" > /dev/null  # doctest would silently skip one that does not exist
printf -v sources '*/%s,' "${files[@]##*/}"
# on_x86 CPU NUM_WARNINGS
on_x86() {
    trains portable "$2" qemu-x86_64 -cpu "$1" build/release/bin/skein
    qemu-x86_64 -cpu "$1" build/release/bin/skein_tests --source-file="$sources" \
        --test-case-exclude='golden hashes: any*'
}

row "x86-64 build" bash cmake/build.sh release skein_tests skein_program -- -D SKEIN_BUILD_TESTS=ON
row "arm64 build" bash cmake/build.sh arm64
(( num_failures == 0 )) || exit 1

build/release/bin/skein "${job[@]}" > "$work/native"
expected=$(result_of "$work/native")

row "arm64, neon and portable" on_arm64
row "arm64, program" on_arm64_program
row "x86-64, no AVX (Nehalem)" on_x86 Nehalem 1
row "x86-64, AVX, no FMA (SandyBridge)" on_x86 SandyBridge 1
row "x86-64, FMA, no AVX2 (Opteron_G5)" on_x86 Opteron_G5 0

printf '\n%s' "$report"
(( num_failures == 0 ))
