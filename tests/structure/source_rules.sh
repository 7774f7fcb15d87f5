#!/usr/bin/env bash
# usage: bash tests/structure/source_rules.sh [ROOT]
#
# Who may include whom, and what may not stand in the sources of core and apps (core/README.md). Each line of the tables
# below is a rule, and ends with an example that it must find: a rule that misses its example, or that looks at no file,
# fails as well.
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../..}"

core='core/.*'
sources='core/src/.*'
kernels='core/src/kernels/.*'
files='core/(src|include/skein)/files/.*'
public='core/include/.*'
everything='.*'
none='-'
standard='<[a-z_]+>'
own='"skein/[a-z_/]+\.hpp"'

check_rules() {
#         what                              in these files                              but not in                                       are includes allowed of                                                       example
only      'kernels'                         "$kernels"                                  "$none"                                          "\"kernels/[a-z_]+\.hpp\"|\"skein/(activation|generated_data|optimizer|random)\.hpp\"|<(bit|cstddef|cstdint|cstring|limits|type_traits|utility)>|<Eigen/Core>|<xmmintrin\.h>" '#include <vector>'
only      'public headers'                  "$public"                                   'core/include/skein/eigen\.hpp'                  "$own|$standard"                                                              '#include <Eigen/Core>'
only      'the Eigen face'                  'core/include/skein/eigen\.hpp'             "$none"                                          "$own|$standard|<Eigen/Core>"                                                 '#include "eigen_core.hpp"'
only      'core'                            "$sources"                                  "$kernels|$files"                                "$own|$standard|\"kernels/[a-z_]+\.hpp\"|\"[a-z_]+\.hpp\"|\"kernel_variants\.def\"|<(Eigen/Core|omp\.h|Random123/philox\.h)>" '#include "files/npy.hpp"'
only      'files'                           'core/src/files/.*'                         "$none"                                          "$standard|\"files/[a-z_]+\.hpp\"|\"skein/files/[a-z_]+\.hpp\"|\"skein/(activation|batch_order|chain|compressed_dataset|dataset|names)\.hpp\"|\"(kernels/floating_point_environment|block_source)\.hpp\"|<nlohmann/json\.hpp>|<png\.h>|<(fcntl|signal|spawn|unistd|sys/[a-z]+)\.h>" '#include "skein/trainer.hpp"'
only      'parallel'                        'core/src/parallel\.hpp'                    "$none"                                          "$standard|<omp\.h>|\"kernels/floating_point_environment\.hpp\""              '#include "skein/chain.hpp"'

#         what                              in these files                              but not in                                       may not stand                                                                 example
forbid    'core includes its Eigen face'    "$core"                                     'core/include/skein/eigen\.hpp'                  '"skein/eigen\.hpp"'                                                          '#include "skein/eigen.hpp"'
forbid    'Eigen, not renamed'              "$everything"                               'core/src/eigen_core\.hpp|core/src/kernels/lanes\.hpp|core/include/skein/eigen\.hpp' '<(unsupported/)?Eigen/'                  '#include <Eigen/Dense>'
forbid    'Random123'                       "$everything"                               'core/src/random\.cpp'                           '<Random123/'                                                                 '#include <Random123/philox.h>'
forbid    'apps know kernels'               'apps/.*'                                   "$none"                                          '#include "(kernels|files)/'                                                  '#include "kernels/kernel_table.hpp"'
forbid    'core knows apps or tests'        "$core"                                     "$none"                                          '#include.*(apps|tests|benchmarks)/|<(CLI|toml\+\+|doctest|benchmark)/'       '#include <CLI/CLI.hpp>'
forbid    'chain knows training'            'core/.*/chain\.[ch]pp'                     "$none"                                          '#include "(skein/)?(back_propagation|batch_|dataset|gradient|optimizer|schedule|trainer)' '#include "skein/trainer.hpp"'
forbid    'data know the model'             'core/.*/(dataset|batch_order|memory_source)\.[ch]pp' "$none"                                '#include "(skein/)?(back_propagation|batch_gradient|chain|gradient|optimizer|schedule|trainer)' '#include "skein/chain.hpp"'
forbid    'gradient knows the optimizer'    'core/.*/(batch_)?gradient\.[ch]pp'         "$none"                                          '#include "(skein/)?(optimizer|schedule|trainer)'                             '#include "optimizer_columns.hpp"'
forbid    'optimizer knows layers or data'  'core/.*/(optimizer|schedule)\.hpp|core/src/schedule\.cpp' "$none"                           '#include "(skein/)?(back_propagation|batch_|chain|dataset|gradient|trainer)' '#include "skein/dataset.hpp"'

forbid    'core prints'                     "$core"                                     "$none"                                          '<(iostream|print)>|std::(cout|cerr|clog|print|println)\b|\b(v?f?printf|f?puts|f?putc|putchar|perror)\s*\(' 'std::printf("epoch");'
forbid    'core ends the process'           "$core"                                     "$none"                                          '\b(exit|_exit|_Exit|quick_exit|abort|terminate)\s*\('                        'std::exit(2);'
forbid    'core reads the environment'      "$core"                                     'core/src/instruction_set\.cpp|core/src/files/gnuplot\.cpp' '\b(secure_)?(getenv|setenv|putenv|environ)\b'                     'std::getenv("HOME");'
forbid    'core depends on the locale'      "$core"                                     "$none"                                          '\b(ato[fil]|sto[dfil]|stoul+|stoll|strto[dfl]|strtou?ll?|[fs]?scanf|setlocale)\s*\(|std::locale[^:]' 'std::stod(text);'

forbid    'functions of libm'               "$sources"                                  "$none"                                          '(std::|(^|[^A-Za-z0-9_>])::|__builtin_)(a?(sin|cos|tan)h?|atan2|exp2?|exp10|expm1|log(2|10|1p|b)?|pow|cbrt|hypot|erfc?|[lt]gamma)[fl]?\b' 'return std::tanh(z);'
forbid    'functions of Eigen'              "$sources"                                  "$none"                                          '\.(a?(sin|cos|tan)h?|exp|expm1|log(10|1p|2)?|pow|rsqrt|inverse|logistic|erfc?)\s*\(\)' 'column.tanh();'
forbid    'reductions of Eigen'             "$sources"                                  "$none"                                          '\.(sum|prod|mean|dot|(squared|stable|blue|hypot|lp)?[nN]orm|redux|minCoeff|maxCoeff|trace)\s*(<[^>]*>)?\(' 'column.squaredNorm()'
forbid    'minima and maxima of Eigen'      "$sources"                                  "$none"                                          '\.cwise(Min|Max|Abs)|packets::p(min|max)|\bp(min|max)\s*[(<]'                'packets::pmin(a, b)'
forbid    'inexact packets of Eigen'        "$sources"                                  "$none"                                          'packets::(p(a?(sin|cos|tan)h?|exp|expm1|log|log1p|rsqrt|reciprocal|sigmoid)\b|predux)' 'packets::prsqrt(a)'
forbid    'estimates of reciprocals'        "$sources"                                  "$none"                                          '_mm[0-9]*_r(cp|sqrt)|vr(ecp|sqrt)[es]'                                       '_mm256_rcp_ps(a)'
forbid    'sums in an order of their own'   "$sources"                                  "$none"                                          'std::(accumulate|reduce|transform_reduce|inner_product|partial_sum|(in|ex)clusive_scan|execution)\b' 'std::accumulate(first, last, 0.0)'
forbid    'threads outside parallel.hpp'    "$core"                                     'core/src/parallel\.hpp'                         'pragma omp|_Pragma|\bomp_[a-z]|<omp\.h>|std::(j?thread|async)\b'             '#pragma omp parallel for'
forbid    'parallel regions in apps'        'apps/.*'                                   "$none"                                          'pragma omp|_Pragma'                                                          '#pragma omp parallel for'
forbid    'OpenMP reductions'               "$everything"                               "$none"                                          'omp .*reduction *\(|omp atomic'                                               '#pragma omp for reduction(+ : sum)'
forbid    'atomic numbers'                  "$sources"                                  "$none"                                          'atomic(_ref)?<(float|double|Scalar)>'                                        'std::atomic<double> sum;'
forbid    'random numbers of others'        "$everything"                               "$none"                                          '<random>|_distribution\b|std::(mt19937|minstd_rand|ranlux|random_device|default_random_engine|shuffle|sample)|\bs?rand(om)?\s*\(' 'std::normal_distribution<double> normal;'
forbid    'changed floating-point rules'    "$core"                                     "$none"                                          'FP_CONTRACT|float_control|pragma (GCC|clang) (optimize|fp)|optimize\s*\(|<cfenv>|<fenv\.h>' '#pragma STDC FP_CONTRACT ON'
forbid    'kernels throw or allocate'       "$kernels"                                  "$none"                                          '\b(throw|try|catch|new|malloc|free|std::(vector|string|array|unique_ptr|function))\b|[^=] delete\b' 'throw 1;'
}

# Comments go, and what stands between quotation marks, but for names of headers.
without_comments() {
    sed -E -e "s/'\\\\?\"'/' '/g" -e '/#include/!s/"([^"\\]|\\.)*"/""/g' -e 's://.*::' -e 's:/\*.*\*/::g'
}

listing=$(mktemp)
trap 'rm -f "$listing"' EXIT
find core apps \( -name '*.hpp' -o -name '*.cpp' \) -print0 | LC_ALL=C sort -z \
    | xargs -0 awk '{ print FILENAME ":" FNR ":" $0 }' | without_comments > "$listing"

num_failures=0
fail() {
    echo "$1" >&2
    num_failures=$((num_failures + 1))
}

# lines_of FILES EXCEPT: "file:line:code"
lines_of() {
    grep -E "^($1):[0-9]+:" "$listing" | grep -Ev "^($2):[0-9]+:" || true
}

forbid() {
    local what=$1 lines found
    lines=$(lines_of "$2" "$3")
    [[ -n $lines ]] || fail "the rule '$what' looks at no file"
    without_comments <<< "$5" | grep -Eq -- "$4" || fail "the rule '$what' misses its example: $5"
    found=$(grep -E -- "^[^:]+:[0-9]+:.*($4)" <<< "$lines" || true)
    [[ -z $found ]] || fail "$what:"$'\n'"$found"
}

only() {
    local what=$1 lines found
    lines=$(lines_of "$2" "$3")
    [[ -n $lines ]] || fail "the rule on what '$what' includes looks at no file"
    ! grep -Eq -- "^#include ($4)" <<< "$5" || fail "the rule on what '$what' includes allows: $5"
    found=$(grep -E '^[^:]+:[0-9]+: *# *include' <<< "$lines" | grep -Ev -- "^[^:]+:[0-9]+:#include ($4) *\$" || true)
    [[ -z $found ]] || fail "$what may not include:"$'\n'"$found"
}

check_rules
(( num_failures == 0 ))
