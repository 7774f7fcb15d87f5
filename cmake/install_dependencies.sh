#!/usr/bin/env bash
# usage: bash cmake/install_dependencies.sh [--tests] [--benchmarks] [--peers] [--full] [--cross] [--docs]
#
# Installs what is missing on Debian 12 to build and run skein, and with the flags what its tests, its benchmarks, their
# comparison with peers, the longer checks of tests/full.sh, the emulated CPUs of tests/long/cross.sh and the pages of the
# public headers need. Says and does nothing when nothing is missing.
set -euo pipefail

packages=(
    g++ cmake ninja-build              # the compiler brings OpenMP
    libeigen3-dev librandom123-dev     # skein::skein
    nlohmann-json3-dev libpng-dev zlib1g-dev libxxhash-dev  # skein::files
    libfmt-dev libtomlplusplus-dev     # the program
    gnuplot-nox                        # its pictures; brings a font
)
for flag in "$@"; do
    case $flag in
        --tests) packages+=(doctest-dev libmpfr-dev clang-format-14) ;;
        --benchmarks) packages+=(libbenchmark-dev) ;;
        --peers) packages+=(libfann-dev python3-numpy python3-torch) ;;
        --full)
            packages+=(clang-16 libomp-16-dev python3-mpmath python3-numpy python3-torch)
            packages+=(texlive-latex-base texlive-pictures)  # the second brings beamer
            ;;
        --cross) packages+=(g++-aarch64-linux-gnu qemu-user libmpfr-dev:arm64 libfmt-dev:arm64 libpng-dev:arm64 libgomp1:arm64) ;;
        --docs) packages+=(doxygen) ;;
        *)
            echo "install_dependencies.sh: unknown flag '$flag': expected --tests, --benchmarks, --peers, --full," \
                "--cross or --docs" >&2
            exit 2
            ;;
    esac
done

fail() {
    echo "install_dependencies.sh: $1; what skein needs: ${packages[*]}" >&2
    exit 1
}
if ! command -v dpkg-query > /dev/null || ! command -v apt-get > /dev/null; then
    fail "this system has no apt: install the counterparts of these Debian 12 packages by hand"
fi

installed=$(dpkg-query --show --showformat '${db:Status-Status} ${Package}:${Architecture}\n' "${packages[@]}" 2> /dev/null || true)
native=$(dpkg --print-architecture)
missing=()
for package in "${packages[@]}"; do
    grep --quiet --line-regexp --fixed-strings -e "installed $package" -e "installed $package:$native" \
        -e "installed $package:all" <<< "$installed" || missing+=("$package")
done
if (( ${#missing[@]} == 0 )); then
    exit 0
fi

as_root=()
if (( EUID != 0 )); then
    command -v sudo > /dev/null || fail "missing: ${missing[*]}, and neither root nor sudo to install them"
    as_root=(sudo)
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o DPkg::Lock::Timeout=300 "$@" < /dev/null >> "$log" 2>&1
}
echo "installing ${missing[*]}" >&2
# Packages of another architecture stand beside the machine's own (Debian's multiarch).
if [[ ${missing[*]} == *:arm64* ]]; then
    "${as_root[@]}" dpkg --add-architecture arm64
fi
# An update that fails for some other source of packages need not matter.
apt update || true
if ! apt install --no-install-recommends "${missing[@]}"; then
    tail -n 20 "$log" >&2
    fail "apt could not install ${missing[*]}"
fi
