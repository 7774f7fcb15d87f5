#!/usr/bin/env bash
# usage: bash tests/long/latex.sh [PROGRAM] [FOLDER]
#
# Compiles what skein gradient --format latex prints: the whole document of --standalone, and the fragment inside an
# article and inside slides (beamer), for chains of 1 to 30 layers, all activations, both precisions, data sets with
# difficult names, and gradients that vanish or explode. Fails if pdflatex does, or if a line is more than 5 points too
# wide, or a table too high for its page. The pages stay in FOLDER if it is given. About a minute. PROGRAM defaults
# to build/release/bin/skein.
set -euo pipefail
program=$(realpath "${1:-$(dirname "${BASH_SOURCE[0]}")/../../build/release/bin/skein}")
if (( $# > 1 )); then
    mkdir -p "$2"
    cd "$2"
else
    directory=$(mktemp -d)
    trap 'rm -rf "$directory"' EXIT
    cd "$directory"
fi

failed=0
# compile NAME: NAME.tex
compile() {
    if ! pdflatex -halt-on-error -interaction=nonstopmode "$1.tex" > "$1.messages" 2>&1 < /dev/null; then
        grep --after-context=3 '^!' "$1.messages" >&2 || tail -n 20 "$1.messages" >&2
        echo "latex.sh: pdflatex fails on $1.tex" >&2
        failed=1
    elif ! awk -v name="$1" '
        /^Overfull \\hbox/ && substr($3, 2) + 0 > 5 || /^Overfull \\vbox/ && substr($3, 2) + 0 > 5 {
            print "latex.sh: " name ".tex: " $0 > "/dev/stderr"
            found = 1
        }
        END { exit found }' "$1.log"; then
        failed=1
    fi
}

# check NAME ARGUMENT...: of skein gradient
check() {
    local name=$1
    shift
    "$program" gradient "$@" --quiet --format latex > "${name}_fragment.tex"
    "$program" gradient "$@" --quiet --format latex --standalone > "${name}_standalone.tex"
    printf '%s\n' '\documentclass{article}' '\usepackage{amsmath}' '\begin{document}' 'Before.' '\begin{equation}' \
        'a = b \label{eq:first}' '\end{equation}' "\\input{${name}_fragment}" 'After: \eqref{eq:first}.' \
        '\begin{equation}' 'c = d' '\end{equation}' '\end{document}' > "${name}_article.tex"
    printf '%s\n' '\documentclass{beamer}' '\begin{document}' '\begin{frame}[allowframebreaks]{A gradient}' \
        "\\input{${name}_fragment}" '\end{frame}' '\end{document}' > "${name}_beamer.tex"
    compile "${name}_standalone"
    compile "${name}_article"
    compile "${name}_beamer"
}

# equal LAYERS WEIGHT: the same weight for all layers
equal() {
    printf -- "$2%.0s," $(seq "$1") | sed 's/,$//'
}

sample=(--x 1.5 --y 0.2)
for layers in 1 3 12 30; do
    for precision in float64 float32; do
        check "layers_${layers}_$precision" --weights="$(equal "$layers" -0.87654321)" --precision "$precision" \
            "${sample[@]}"
    done
    check "data_$layers" --weights="$(equal "$layers" 1.2345678)" --data sine:samples=1000
    check "vanishing_$layers" --weights "$(equal "$layers" 0.001)" --x=-1e-10 --y 1e10
    check "exploding_$layers" --weights "$(equal "$layers" 123456.7)" --activation identity "${sample[@]}"
done
for activation in identity sigmoid relu softplus leaky_relu elu; do
    check "$activation" --weights 0.5,-1.2,0.7,1.1 --activation "$activation" "${sample[@]}"
done
check mixed --weights 0.5,-1.2,0.7,1.1,2,-3,0.1 --activation tanh,identity,sigmoid,relu,softplus,leaky_relu,elu \
    "${sample[@]}"
check kinks --weights 1,2,3,4 --activation relu,relu,tanh,relu --x=-1 --y 1
check saturated --weights "$(equal 12 8)" --x 3 --y 0
check not_finite --weights 1e-150 --activation identity --x 1e250 --y 0
check digits --weights 0.123456789,-1.23456789e-5,0.7 "${sample[@]}" --digits 17

long_name=samples_of_a_long_name_50%_{done}_$(equal 12 part | tr ',' '_').csv
printf '1,0.5\n-1,-0.25\n' | tee "$long_name" > '100%_A&B #1 $x^2$ ~"Übung"\.csv'
check difficult_name --weights 0.5,-1.2 --data '100%_A&B #1 $x^2$ ~"Übung"\.csv'
check long_name --weights 0.5,-1.2 --data "$long_name"
"$program" data compress teacher:samples=100000,layers=2 --out small.skc --quiet > /dev/null
check compressed --weights 0.5,-1.2 --data small.skc

(( failed == 0 )) && echo "$(ls ./*.pdf | wc -l) documents compile, with no line too wide"
exit $failed
