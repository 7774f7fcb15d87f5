#!/usr/bin/env bash
# usage: bash tests/structure/sizes.sh [ROOT]
#
# No source is longer than 350 lines, and no C++ function longer than 45. Prints the longest and the medians.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "${1:-$here/../..}"
max_file_lines=350
max_function_lines=45

# each COMMAND...: "LENGTH NAME" of each source
file_lengths() {
    find apps benchmarks cmake core tests -type f \( -name '*.hpp' -o -name '*.cpp' -o -name '*.sh' -o -name '*.py' \
        -o -name '*.awk' -o -name '*.cmake' -o -name CMakeLists.txt \) -print0 \
        | xargs -0 awk 'FNR == 1 && NR > 1 { print lines, file } { file = FILENAME; lines = FNR } END { print lines, file }'
}
# function_lengths FOLDER...: "LENGTH FILE:LINE DECLARATION" of each C++ function
function_lengths() {
    find "$@" \( -name '*.hpp' -o -name '*.cpp' \) -print0 | xargs -0 awk -f "$here/function_lengths.awk"
}

# check WHAT MAXIMUM: reads "LENGTH NAME" lines
check() {
    sort -rn | awk -v what="$1" -v maximum="$2" '
        { length_of[NR] = $1 }
        NR == 1 { longest = $0 }
        $1 > maximum { print "more than " maximum " lines: " $0 > "/dev/stderr"; num_long++ }
        END {
            if (NR == 0) { print "found no " what > "/dev/stderr"; exit 1 }
            print NR " " what ": median " length_of[int((NR + 1) / 2)] " lines, longest " longest
            exit num_long > 0
        }'
}

status=0
file_lengths | check files "$max_file_lines" || status=1
for folder in core apps tests benchmarks; do
    function_lengths "$folder" | check "functions of $folder" "$max_function_lines" || status=1
done
exit $status
