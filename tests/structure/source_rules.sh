#!/usr/bin/env bash
# usage: bash tests/structure/source_rules.sh [ROOT]
#
# What may not stand in the sources of core and apps, and which headers of others they may include. (floors.sh checks
# which of our own.) Each rule has an example that it must find. A rule that misses its example, that looks at no file,
# or that excepts a file that does not exist, fails as well.
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../..}"

core='core/.*'
sources='core/src/.*'
kernels='core/src/kernels/.*'
files='core/(src|include/skein)/files/.*'
public='core/include/.*'
apps='apps/.*'
everything='.*'
none='-'
standard='<[a-z_]+>'

libm='(a?(sin|cos|tan)h?|sincos|atan2|exp2?|exp10|expm1|log(2|10|1p|b)?|pow|cbrt|hypot|erfc?|[lt]gamma)[fl]?'

check_rules() {
    # only WHAT FILES EXCEPT EXAMPLE ALLOWED...: the headers in <> that FILES include are ALLOWED; EXAMPLE is not.
    only 'kernels' "$kernels" "$none" '#include <vector>' \
        '<(bit|cstddef|cstdint|cstring|limits|type_traits|utility)>' '<Eigen/Core>'
    only 'public headers' "$public" 'core/include/skein/eigen\.hpp' '#include <Eigen/Core>' \
        "$standard"
    only 'the header for users of Eigen' 'core/include/skein/eigen\.hpp' "$none" '#include <Eigen/Dense>' \
        "$standard" '<Eigen/Core>'
    only 'core' "$sources" "$kernels|$files" '#include <nlohmann/json.hpp>' \
        "$standard" '<(Eigen/Core|Random123/philox\.h|omp\.h|[ex]mmintrin\.h|sys/mman\.h|pthread\.h)>'
    only 'files' 'core/src/files/.*' "$none" '#include <omp.h>' \
        "$standard" '<(nlohmann/json(_fwd)?\.hpp|png\.h|xxhash\.h|zlib\.h)>' '<(fcntl|signal|spawn|unistd|sys/[a-z]+)\.h>'

    # forbid WHAT FILES EXCEPT EXAMPLE PATTERN...: no line of FILES has a PATTERN; EXAMPLE has one.
    forbid 'Eigen under its own name' \
        "$everything" 'core/src/base/eigen_core\.hpp|core/src/kernels/packets\.hpp|core/include/skein/eigen\.hpp' \
        '#include <Eigen/Dense>' \
        '<(unsupported/)?Eigen/'
    forbid 'Random123 outside random.cpp' \
        "$everything" 'core/src/numerics/random\.cpp' '#include <Random123/philox.h>' \
        '<Random123/'

    forbid 'core prints' "$core" "$none" 'std::printf("epoch");' \
        '<(iostream|print)>' 'std::(cout|cerr|clog|print|println)\b' \
        '\b(v?f?printf|f?puts|f?putc|putchar|perror)\s*\('
    forbid 'core ends the process' "$core" "$none" 'std::exit(2);' \
        '\b(exit|_exit|_Exit|quick_exit|abort|terminate)\s*\('
    forbid 'core reads the environment' \
        "$core" 'core/src/numerics/instruction_set\.cpp|core/src/files/figures/gnuplot\.cpp' 'std::getenv("HOME");' \
        '\b(secure_)?(getenv|setenv|putenv|environ)\b'
    forbid 'core depends on the locale' "$core" "$none" 'std::stod(text);' \
        '\b(ato[fil]|sto[dfil]|stoul+|stoll|strto[dfl]|strtou?ll?|[fs]?scanf|setlocale)\s*\(' 'std::locale[^:]'

    forbid 'functions of libm' "$core" "$none" 'return std::tanh(z);' \
        "(std::|(^|[^A-Za-z0-9_>])::|__builtin_)$libm\\b"
    # Kernels have functions of their own under these names; other sources call them by elementary::.
    forbid 'functions of libm, called without std::' "$core" "$kernels" 'return log(x) + 1;' \
        "(^|[^A-Za-z0-9_.>:])$libm\\s*\\("
    forbid 'functions of Eigen' "$sources" "$none" 'column.tanh();' \
        '\.(a?(sin|cos|tan)h?|exp|expm1|log(10|1p|2)?|pow|rsqrt|inverse|logistic|erfc?)\s*\(\)'
    forbid 'reductions of Eigen' "$sources" "$none" 'column.squaredNorm()' \
        '\.(sum|prod|mean|dot|redux|minCoeff|maxCoeff|trace)\s*(<[^>]*>)?\(' \
        '\.(squared|stable|blue|hypot|lp)?[nN]orm\s*(<[^>]*>)?\('
    forbid 'minima and maxima of Eigen' "$sources" "$none" 'packets::pmin(a, b)' \
        '\.cwise(Min|Max|Abs)' 'packets::p(min|max)' '\bp(min|max)\s*[(<]'
    forbid 'inexact packets of Eigen' "$sources" "$none" 'packets::prsqrt(a)' \
        'packets::p(a?(sin|cos|tan)h?|exp|expm1|log|log1p|rsqrt|reciprocal|sigmoid)\b' 'packets::predux'
    forbid 'estimates of reciprocals' "$sources" "$none" '_mm256_rcp_ps(a)' \
        '_mm[0-9]*_r(cp|sqrt)' 'vr(ecp|sqrt)[es]'
    forbid 'sums in an order of their own' "$sources" "$none" 'std::accumulate(first, last, 0.0)' \
        'std::(accumulate|reduce|transform_reduce|inner_product|partial_sum|(in|ex)clusive_scan|execution)\b'

    forbid 'threads outside base' "$core" 'core/src/base/(parallel\.hpp|thread_(count|team)\.[ch]pp)' '#pragma omp parallel for' \
        'pragma omp' '_Pragma' '\bomp_[a-z]' '<omp\.h>' 'std::(j?thread|async)\b' '\bpthread_[a-z]' '<pthread\.h>'
    forbid 'parallel regions in apps' "$apps" "$none" '#pragma omp parallel for' \
        'pragma omp' '_Pragma'
    forbid 'OpenMP reductions' "$everything" "$none" '#pragma omp for reduction(+ : sum)' \
        'omp .*reduction *\(' 'omp atomic'
    forbid 'atomic numbers' "$sources" "$none" 'std::atomic<double> sum;' \
        'atomic(_ref)?<(float|double|Scalar)>'
    forbid 'random numbers of others' "$everything" "$none" 'std::normal_distribution<double> normal;' \
        '<random>' '_distribution\b' '\bs?rand(om)?\s*\(' \
        'std::(mt19937|minstd_rand|ranlux|random_device|default_random_engine|shuffle|sample)'
    forbid 'changed floating-point rules' "$core" "$none" '#pragma STDC FP_CONTRACT ON' \
        'FP_CONTRACT|float_control' 'pragma (GCC|clang) (optimize|fp)' 'optimize\s*\(' '<cfenv>' '<fenv\.h>'
    forbid 'kernels throw or allocate' "$kernels" "$none" 'throw 1;' \
        '\b(throw|try|catch|new|malloc|free|std::(vector|string|array|unique_ptr|function))\b' '[^=] delete\b'
}

# Comments go, and what stands between quotation marks, but for names of headers.
without_comments() {
    sed -E -e "s/'\\\\?\"'/' '/g" -e '/#include/!s/"([^"\\]|\\.)*"/""/g' -e 's://.*::' -e 's:/\*.*\*/::g'
}

listing=$(mktemp)
trap 'rm -f "$listing"' EXIT
find core apps \( -name '*.hpp' -o -name '*.cpp' \) -print0 | LC_ALL=C sort -z \
    | xargs -0 awk '{ print FILENAME ":" FNR ": " $0 }' | without_comments > "$listing"

num_failures=0
fail() {
    echo "$1" >&2
    num_failures=$((num_failures + 1))
}

# look_at WHAT FILES EXCEPT: sets `lines` to "file:line: code" of FILES that are not EXCEPT
look_at() {
    [[ $3 == "$none" ]] || grep -Eq "^($3):[0-9]+:" "$listing" || fail "the rule '$1' excepts no file"
    lines=$(grep -E "^($2):[0-9]+:" "$listing" | grep -Ev "^($3):[0-9]+:" || true)
    [[ -n $lines ]] || fail "the rule '$1' looks at no file"
}

# either PATTERN...: a pattern that finds each of them
either() {
    local IFS='|'
    echo "($*)"
}

forbid() {
    local what=$1 example=$4 pattern found lines
    pattern=$(either "${@:5}")
    look_at "$what" "$2" "$3"
    without_comments <<< "$example" | grep -Eq -- "$pattern" || fail "the rule '$what' misses its example: $example"
    found=$(grep -E -- "^[^:]+:[0-9]+:.*$pattern" <<< "$lines" || true)
    [[ -z $found ]] || fail "$what:"$'\n'"$found"
}

only() {
    local what=$1 example=$4 allowed found lines
    allowed=$(either "${@:5}")
    look_at "$what" "$2" "$3"
    ! grep -Eq -- "^#include $allowed" <<< "$example" || fail "the rule on what '$what' includes allows: $example"
    found=$(grep -E '^[^:]+:[0-9]+: *# *include *<' <<< "$lines" \
        | grep -Ev -- "^[^:]+:[0-9]+: #include $allowed *\$" || true)
    [[ -z $found ]] || fail "$what may not include:"$'\n'"$found"
}

check_rules
(( num_failures == 0 ))
