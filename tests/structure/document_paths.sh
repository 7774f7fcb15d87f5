#!/usr/bin/env bash
# usage: bash tests/structure/document_paths.sh [ROOT]
#
# Every file that a document names exists. A path is relative to the document, the root, or a folder of sources. And
# every public header is in the guide to the headers.
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../..}"

# The targets of links, and what looks like a source.
paths_in() {
    {
        grep -oE '\]\([^):#]+\)' "$1" | tr -d ']()' || true
        grep -oE '[A-Za-z0-9_.-][A-Za-z0-9_./-]*/[A-Za-z0-9_.-]+\.(awk|cmake|cpp|hpp|md|png|py|sh|svg|txt)\b' "$1" || true
    } | grep -vE '^(build|runs)/' | LC_ALL=C sort -u
}

num_paths=0
num_missing=0
while IFS= read -r document; do
    while IFS= read -r path; do
        num_paths=$((num_paths + 1))
        found=false
        for folder in "$(dirname "$document")" . core core/src core/include apps/skein benchmarks; do
            [[ -e $folder/$path ]] && found=true
        done
        $found && continue
        echo "$document names $path, which does not exist" >&2
        num_missing=$((num_missing + 1))
    done < <(paths_in "$document")
done < <(find . -name '*.md' -not -path './build/*' -not -path './.git/*' | LC_ALL=C sort)

if (( num_paths == 0 )); then
    echo "found no path in any document" >&2
    exit 1
fi
guide=core/docs/headers.md
while IFS= read -r header; do
    grep -qF "\`$header\`" "$guide" && continue
    echo "$guide does not name $header" >&2
    num_missing=$((num_missing + 1))
done < <(cd core/include && find skein -name '*.hpp' | LC_ALL=C sort)
(( num_missing == 0 ))
