#!/usr/bin/env bash
# usage: bash tests/structure/examples.sh
#
# The checks of sources find what they should, and nothing else: floors.sh, sizes.sh and format.sh on small examples.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cd "$root"

failed=false
# expect_failure MESSAGE COMMAND...: the command fails, and its output has the message
expect_failure() {
    local message=$1 output
    shift
    if output=$("$@" 2>&1) || ! grep -qF -- "$message" <<< "$output"; then
        printf '%s: expected a failure that says "%s", got: %s\n' "$*" "$message" "$output" >&2
        failed=true
    fi
}
expect_success() {
    local output
    output=$("$@" 2>&1) || { printf '%s: expected success, got: %s\n' "$*" "$output" >&2; failed=true; }
}
# write FILE LINE...
write() {
    mkdir -p "$(dirname "$1")"
    printf '%s\n' "${@:2}" > "$1"
}

# ---- floors.sh: low < middle < high, two siblings of apps -------------------------------------------------------------
house() {
    rm -rf core apps
    write core/README.md '```floors' 'low:' 'middle: low' 'high: low middle' 'low = skein/alone.hpp' '```'
    write apps/README.md '```floors' 'shared:' 'train: shared' 'data: shared' '```'
    write core/include/skein/words.hpp
    write core/include/skein/alone.hpp '#include "skein/words.hpp"'
    write core/include/skein/chain.hpp '#include "skein/words.hpp"'
    write core/src/low/a.hpp '#include "skein/words.hpp"'
    write core/src/middle/chain.cpp '#include "skein/chain.hpp"' '#include "low/a.hpp"' '#include "skein/alone.hpp"'
    write core/src/middle/b.hpp '#include "low/a.hpp"'
    write core/src/high/c.hpp '#include "middle/b.hpp"' '#include "skein/chain.hpp"'
    write apps/skein/shared/text.hpp '#include "skein/chain.hpp"'
    write apps/skein/train/job.hpp '#include "shared/text.hpp"'
    write apps/skein/data/info.hpp '#include "shared/text.hpp"'
}
floors=(bash "$here/floors.sh" "$root")
house
expect_success "${floors[@]}"
write core/src/low/a.hpp '#include "skein/chain.hpp"'
expect_failure 'low may not include middle: low/a.hpp -> skein/chain.hpp' "${floors[@]}"
write core/src/low/a.hpp '#include "low/d.hpp"'
write core/src/low/d.hpp '#include "high/c.hpp"'
expect_failure 'low may not include high: low/a.hpp -> low/d.hpp -> high/c.hpp' "${floors[@]}"
write core/src/low/d.hpp '#include "low/a.hpp"'
expect_failure 'low/a.hpp includes itself: low/a.hpp -> low/d.hpp -> low/a.hpp' "${floors[@]}"
write core/src/low/d.hpp '#include "low/missing.hpp"'
expect_failure 'low/d.hpp includes low/missing.hpp, which does not exist' "${floors[@]}"
house
write apps/skein/data/info.hpp '#include "train/job.hpp"'
expect_failure 'data may not include train: data/info.hpp -> train/job.hpp' "${floors[@]}"
house
write core/src/low/a.hpp '#include "skein/alone.hpp"'
write core/include/skein/other.hpp '#include "skein/words.hpp"'
expect_failure 'skein/other.hpp has no source of the same name' "${floors[@]}"
house
write core/README.md '```floors' 'low: middle' 'middle: low' 'low = skein/alone.hpp' '```'
expect_failure 'the rule of low names middle, which has no rule above it' "${floors[@]}"
expect_failure 'high has no rule' "${floors[@]}"

# ---- sizes.sh -----------------------------------------------------------------------------------------------------------
write example.cpp '#include <x>' 'namespace a {' '// { comment' 'int one() { return 1; }' 'class C : public B {' \
    '  public:' '    C(int x) : x_{x}, y_(2), z_{{1, 2}} {' "        int k = 1'000'000;" '    }' \
    '    bool operator==(const C&) const = default;' '    C& operator=(const C& other) {' '        return *this;' '    }' \
    '    int x_{3};' '    std::vector<int> v_ = {1,' '                           2};' \
    '    template <class T, class U = std::vector<T>>' '    auto f(T t) const -> int {' '        if (t) {' \
    '            auto g = [&] { return "}}}"; };' '        } else {' '        }' "        return '{';" '    }' '};' \
    'constexpr int kTable[] = {' '    1,' '};' 'enum class E {' '    a' '};' 'const auto lambda = [](int x) {' \
    '    return x;' '};' 'const char* text = R"(' '}}}{{{' ')";' 'std::array<int, 3> h(' '    int x) noexcept {' \
    '    /* { */' '    return {1, 2, 3};' '}' 'TEST_CASE("a { b") {' '    CHECK(1);' '}' '}  // namespace a'
lengths=$(awk -f "$here/function_lengths.awk" example.cpp | cut -d ' ' -f 1,2 | tr '\n' ' ')
expected='1 example.cpp:4 3 example.cpp:7 3 example.cpp:11 8 example.cpp:17 3 example.cpp:32 5 example.cpp:38 3 example.cpp:43 '
if [[ $lengths != "$expected" ]]; then
    printf 'function_lengths.awk: got %s\nexpected %s\n' "$lengths" "$expected" >&2
    failed=true
fi

mapfile -t lines < <(printf '    ;\n%.0s' {1..43})
for folder in apps benchmarks cmake core tests; do
    write "$folder/source.cpp" 'void f() {' "${lines[@]}" '}'
done
expect_success bash "$here/sizes.sh" "$root"
write core/source.cpp 'void f() {' ';' "${lines[@]}" '}'
expect_failure 'more than 45 lines: 46 core/source.cpp:1 void f()' bash "$here/sizes.sh" "$root"
mapfile -t lines < <(printf '#\n%.0s' {1..351})
write cmake/source.cmake "${lines[@]}"
expect_failure 'more than 350 lines: 351 cmake/source.cmake' bash "$here/sizes.sh" "$root"

# ---- format.sh ----------------------------------------------------------------------------------------------------------
find . -type f -delete
cp "$here/../../.clang-format" .
write core/source.cpp 'int f() { return 1; }'
expect_success bash "$here/format.sh" "$root"
write core/source.cpp 'int  f() { return 1; }'
expect_failure 'core/source.cpp:1:' bash "$here/format.sh" "$root"

[[ $failed == false ]]
