# Shared by the scripts: what Lotse needs from the system, and where things are. Sourced, not run.
# shellcheck shell=bash

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '\n\033[1m%s\033[0m\n' "$*" >&2; }
fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# Debian packages that building and running need; installs those that are missing.
need_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    command -v apt-get >/dev/null || fail "these Debian packages are missing: ${missing[*]} (install them and start again)"
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    say "Installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 ||
        fail "apt-get could not install ${missing[*]}"
}

need_swift() {
    command -v swift >/dev/null || fail "swift is not on the PATH (install Swift 6.2 or newer from swift.org)"
}

build_packages=(libssl-dev libsqlite3-dev libedit-dev libqrencode-dev zlib1g-dev libzstd-dev pkg-config tzdata ca-certificates)

# Builds static programs for release, and says where they are.
build_release() {
    local product
    need_swift
    need_packages "${build_packages[@]}"
    say "Building the programs for release (several minutes the first time)"
    for product in "$@"; do
        swift build -c release -Xswiftc -static-stdlib --product "$product" >&2
    done
    swift build -c release -Xswiftc -static-stdlib --show-bin-path
}
