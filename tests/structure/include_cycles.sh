#!/usr/bin/env bash
# usage: bash tests/structure/include_cycles.sh [ROOT]
#
# No header of core includes itself, by whatever way round; and every header that is named exists.
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../..}/core"

includes=$(grep -rEo --include='*.hpp' --include='*.cpp' '^ *# *include "[^"]+\.hpp"' include src \
    | sed -E 's/:[^"]*"([^"]+)"/ \1/')
edges=""
failed=false
while read -r includer included; do
    if [[ -e include/$included ]]; then
        edges+="$includer include/$included"$'\n'
    elif [[ -e src/$included ]]; then
        edges+="$includer src/$included"$'\n'
    else
        echo "core/$includer includes \"$included\", which is neither in core/include nor in core/src" >&2
        failed=true
    fi
done <<< "$includes"

# tsort names the files of each loop.
if ! loops=$(tsort <<< "${edges%$'\n'}" 2>&1 > /dev/null); then
    echo "$loops" >&2
    failed=true
fi
[[ $failed == false ]]
