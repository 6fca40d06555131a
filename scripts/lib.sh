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
    local as_root=() policy=/usr/sbin/policy-rc.d own_policy=''
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    say "Installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq >&2
    # Servers among them are for the scripts to start, not for Debian, while this process is there to ask for it.
    if [ ! -e "$policy" ]; then
        own_policy=$policy
        printf '#!/bin/sh\nkill -0 %d 2>/dev/null && exit 101\nexit 0\n' $$ | "${as_root[@]}" tee "$policy" >/dev/null
        "${as_root[@]}" chmod 755 "$policy"
    fi
    local status=0
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 || status=$?
    [ -z "$own_policy" ] || "${as_root[@]}" rm -f "$own_policy"
    [ "$status" -eq 0 ] || fail "apt-get could not install ${missing[*]}"
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
        # Called in a command substitution, in which an error alone ends nothing.
        swift build -c release -Xswiftc -static-stdlib --product "$product" >&2 || fail "$product does not build"
    done
    swift build -c release -Xswiftc -static-stdlib --show-bin-path
}

# A test that waits for its turn must not use up its time limit.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=4

# What the run of tests in the log LOG has against them: what they found, how they broke off, and which had begun and did not end.
failures_in() {
    grep -E '^[^ ]+ (Test|Suite) .* recorded an issue |^error: |[Ff]atal error: ' "$1" | cut -c 1-400 || true
    awk '
        match($0, /^[^ ]+ Test .* started\.$/) && !/^[^ ]+ Test case / { sub(/^[^ ]+ Test /, ""); sub(/ started\.$/, ""); open[$0] = 1 }
        match($0, /^[^ ]+ Test .* (passed|failed) after /) {
            sub(/^[^ ]+ Test /, ""); sub(/ (passed|failed) after .*/, ""); sub(/ with [0-9]+ test cases?$/, ""); delete open[$0]
        }
        END { delete open["run"]; for (name in open) print "began and did not end: " name }
    ' "$1"
}

# What has failed in the runs of this script, for its last words: whoever reads the end of a log sees it.
failures=''

# `run_tests MINUTES ARGUMENT...` runs what was built by `swift test` with these arguments, and says at its end what failed. A test that
# waits for ever is a failure with its name, not a silence: after so many minutes the run is ended.
run_tests() {
    local log found='' status=0 minutes=$1
    shift
    log=$(mktemp)
    timeout --foreground --kill-after=10 $((minutes * 60)) stdbuf -oL swift test --skip-build "$@" 2>&1 | tee "$log" || status=${PIPESTATUS[0]}
    if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
        # `swift test` ends without the process that it started.
        pkill -KILL -f "^$top/[.]build/[^ ]*[.]xctest" || true
        found="The tests did not end within $minutes minutes."$'\n'
    elif [ "$status" -eq 0 ] && ! grep -qE '^[^ ]+ Test .* passed after ' "$log"; then
        found="No test ran: $(grep -m1 -E 'skipped' "$log" || echo 'none has such a name')"$'\n'
        status=1
    fi
    if [ "$status" -ne 0 ]; then
        found+=$(failures_in "$log")
        say "What failed"
        printf '%s\n' "$found" >&2
        failures+=$found$'\n'
    fi
    rm -f "$log"
    return "$status"
}
