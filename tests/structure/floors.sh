#!/usr/bin/env bash
# usage: bash tests/structure/floors.sh [ROOT]
#
# Who may include whom, directly or through other headers. The rules are the blocks between ```floors and ``` in
# core/README.md and apps/README.md. A line `folder: others` lists the folders that a source of `folder` may include
# besides its own; a folder may list only those on lines above it, so no include goes up. `all` stands for all folders
# on lines above. A line `folder = header` assigns a header to a folder that it does not lie in. The files directly in
# apps/skein are the folder `.`.
#
# A public header (core/include) belongs to the folder of the source with its name. One outside skein/files/ that
# includes no other public header is vocabulary: every folder may include it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "${1:-$here/../..}"

# records README DIRECTORY...: the input of floors.awk
records() {
    local readme=$1 directory
    shift
    sed -n '/^```floors$/,/^```$/{/^```/!s/^/rule /p}' "$readme"
    for directory in "$@"; do
        (
            cd "$directory"
            names_of_files file
            grep -rE --include='*.hpp' --include='*.cpp' '^ *# *include "[^"]+\.hpp"' . \
                | sed -E 's:^\./([^ ]*)\:[^"]*"([^"]+)".*:include \1 \2:' | LC_ALL=C sort
        )
    done
}

names_of_files() {
    find . \( -name '*.hpp' -o -name '*.cpp' \) | sed "s:^\./:$1 :" | LC_ALL=C sort
}

# check README RECORDS
check() {
    local found
    if ! grep -q '^```floors$' "$1"; then
        echo "$1 has no block of rules: a line \`\`\`floors, the rules, a line \`\`\`" >&2
        return 1
    fi
    found=$(awk -f "$here/floors.awk" <<< "$2") || { printf '%s:\n%s\n' "$1" "$found" >&2; return 1; }
}

status=0
check core/README.md "$(records core/README.md core/include core/src)" || status=1
check apps/README.md "$(cd core/include && names_of_files library; cd ../.. && records apps/README.md apps/skein)" \
    || status=1
exit $status
