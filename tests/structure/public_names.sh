#!/usr/bin/env bash
# usage: bash tests/structure/public_names.sh NM LIBRARY... [-- INCLUDE_DIRECTORY]
#
# skein:: holds public names only: what the libraries export directly in skein:: (not in skein::internal::) is declared
# in a public header. So is what they export in a nested namespace. Members of a class follow their class.
set -euo pipefail
nm=$1
shift
libraries=()
while (( $# > 0 )) && [[ $1 != -- ]]; do
    libraries+=("$1")
    shift
done
include=${2:-$(dirname "${BASH_SOURCE[0]}")/../../core/include}

# The public headers, without comments and what stands between quotation marks; their words, and their namespaces.
code=$(find "$include" -name '*.hpp' -exec cat {} + | sed -E -e 's://.*::' -e 's/"[^"]*"//g')
declared=$(grep -oE '[A-Za-z_][A-Za-z_0-9]*' <<< "$code" | sort -u)
namespaces=$(grep -oE 'namespace [a-z_0-9:]+' <<< "$code" | sed 's/.*[: ]//' | sort -u)

# The exported names in skein::, a line each, without return types, parameters and template arguments: Chain::add_layer
exported=$("$nm" --demangle --extern-only --defined-only "${libraries[@]}" 2> /dev/null | awk '
    function without(text, pattern) {
        while (match(text, pattern)) text = substr(text, 1, RSTART - 1) substr(text, RSTART + RLENGTH)
        return text
    }
    NF >= 3 {
        name = $0
        sub(/^[0-9a-f]+ . /, "", name)
        sub(/^(vtable|typeinfo|typeinfo name|guard variable|construction vtable|VTT|non-virtual thunk) (for|to) /, "", name)
        gsub(/operator *(<=>|<<|<=|<|>>|>=|>|\(\))/, "operator", name)
        gsub(/\[[^]]*\]/, "", name)
        name = without(name, "\\([^()]*\\)")
        name = without(name, "<[^<>]*>")
        sub(/ *(const|&|&&)* *$/, "", name)
        sub(/^.* /, "", name)
        if (name ~ /^skein::/ && name !~ /^skein::internal::/) print substr(name, 8)
    }' | sort -u)
if (( $(wc -l <<< "$exported") < 20 )); then
    echo "the libraries export hardly anything in skein::, so this test sees nothing" >&2
    exit 1
fi

unknown=$(awk '
    FILENAME == ARGV[1] { is_declared[$0] = 1; next }
    FILENAME == ARGV[2] { is_namespace[$0] = 1; next }
    {
        count = split($0, parts, "::")
        level = 1
        while (level < count && parts[level] in is_namespace) level++
        if (parts[level] !~ /^operator/ && !(parts[level] in is_declared)) print "skein::" $0
    }' <(echo "$declared") <(echo "$namespaces") <(echo "$exported"))
if [[ -n $unknown ]]; then
    printf 'exported in skein::, but declared in no public header (move them to skein::internal):\n%s\n' "$unknown" >&2
    exit 1
fi
