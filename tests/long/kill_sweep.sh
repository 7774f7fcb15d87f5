#!/usr/bin/env bash
# usage: bash tests/long/kill_sweep.sh [BUILD_DIR] [KILLS]
#
# Kills a sweep (SIGKILL) at KILLS random moments (default: 20), starts it again each time with another number of threads,
# and compares all arrays with those of an undisturbed run. About a minute.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
skein=${1:-$root/build/release}/bin/skein
kills=${2:-20}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# $run is empty, or exec, so that a sweep in the background is itself what is killed.
sweep() {
    ${run:-} "$skein" sweep --preset trainability --quiet \
        --axis 'learning_rate[1]=log10:0.1:1000:1500,learning_rate[3]=log10:0.1:1000:1000' "$@" > "$work/output"
}

seconds=$( { TIMEFORMAT=%R; time sweep --out "$work/whole"; } 2>&1 )
echo "left alone: $seconds s"
hashes() { (cd "$1" && sha256sum -- *.npy); }

done_kills=0
for (( attempt = 1; done_kills < kills; ++attempt )); do
    (( attempt <= 20 * kills )) || { echo "kill_sweep.sh: the sweep ends before it can be killed" >&2; exit 1; }
    run=exec sweep --out "$work/killed" --threads $(( attempt % 3 + 1 )) &
    pid=$!
    # Somewhere in the first two sevenths of the whole time: so that several kills meet one sweep.
    sleep "$(awk -v seconds="$seconds" -v random="$RANDOM" 'BEGIN { print seconds * random / 32768 * 2 / 7 }')"
    if kill -KILL "$pid" 2> /dev/null; then
        wait "$pid" 2> /dev/null || done_kills=$((done_kills + 1))
    fi
    if [[ -e $work/killed/run.json ]] && grep --quiet '"status": "finished"' "$work/killed/run.json"; then
        cmp <(hashes "$work/whole") <(hashes "$work/killed")
        rm -rf "$work/killed"
    fi
done
until grep --quiet --no-messages '"status": "finished"' "$work/killed/run.json"; do
    sweep --out "$work/killed"
done
cmp <(hashes "$work/whole") <(hashes "$work/killed")
echo "$done_kills kills: the arrays are the same"
