#!/usr/bin/env bash
# usage: sudo bash tests/long/fresh_machine.sh [COMMAND...]
#
# Makes a minimal Debian 12 in a temporary folder, puts a clean clone of HEAD in it, installs git there, runs
# `bash tests/run.sh` and `bash apps/run.sh` (or each COMMAND) in it, and reports how long each took. Packages come from
# the mirror that this machine is configured with. Needs root and debootstrap; FRESH_MACHINE_DIR says where the temporary
# folder goes (about 3 GB; default: /var/tmp).
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
release=bookworm
commands=("$@")
(( $# > 0 )) || commands=("bash tests/run.sh" "bash apps/run.sh")

fail() {
    echo "fresh_machine.sh: $1" >&2
    exit 1
}
(( EUID == 0 )) || fail "needs root, for chroot"
command -v debootstrap > /dev/null || fail "needs debootstrap: apt-get install debootstrap"
command -v git > /dev/null || fail "needs git"

root=$(mktemp -d "${FRESH_MACHINE_DIR:-/var/tmp}/skein_fresh_machine.XXXXXX")
log=$root.log
clean_up() {
    for mounted in dev/pts dev/shm proc; do
        ! mountpoint --quiet "$root/$mounted" || umount "$root/$mounted"
    done
    rm -rf --one-file-system "$root" "$log"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# timed WHAT COMMAND...: what it prints goes to the log, which is shown when it fails.
timed() {
    local what=$1 start=$SECONDS
    shift
    echo "== $what" >&2
    if ! "$@" > "$log" 2>&1; then
        tail -n 200 "$log" >&2
        fail "$what failed after $((SECONDS - start)) s: the end of its log is above"
    fi
    report+="$(printf '%6d s  %s' "$((SECONDS - start))" "$what")"$'\n'
}
report=""

# This machine's own mirror, where it is a Debian of that release.
mirror=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' 2> /dev/null \
    | awk -v release="$release" '$1 == release { print $2; exit }' || true)
chmod 755 "$root"  # it becomes a machine's "/": mktemp's 0700 would shut out every user but root
timed "debootstrap" debootstrap --variant=minbase "$release" "$root" ${mirror:+"$mirror"}
if [[ -n $mirror ]]; then
    rm -f "$root/etc/apt/sources.list"
    for part in sources.list sources.list.d keyrings trusted.gpg.d preferences.d auth.conf.d; do
        [[ ! -e /etc/apt/$part ]] || cp -r "/etc/apt/$part" "$root/etc/apt/"
    done
    mkdir -p "$root/usr/share/keyrings"
    cp -rn /usr/share/keyrings/. "$root/usr/share/keyrings/"
fi
apt-config dump Acquire > "$root/etc/apt/apt.conf.d/99machine"  # proxies and the like
cp --dereference /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"

inside() {
    env -i HOME=/root USER=root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
        ${CMAKE_BUILD_PARALLEL_LEVEL:+CMAKE_BUILD_PARALLEL_LEVEL="$CMAKE_BUILD_PARALLEL_LEVEL"} \
        chroot "$root" /bin/bash -c "cd /root${in_clone:+/skein} && $1"
}
timed "apt-get install git" inside \
    "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends git"

timed "git clone" git -c safe.directory='*' clone --quiet --no-hardlinks "$repository" "$root/root/skein"
in_clone=yes
for command in "${commands[@]}"; do
    timed "$command" inside "$command"
    cat "$log"
done

printf '\nfresh Debian 12 (%s cores), commit %s:\n%s' "$(nproc)" \
    "$(git -c safe.directory='*' -C "$root/root/skein" rev-parse --short HEAD)" "$report"
