#!/bin/bash
# CPU seconds of clean release builds of pnc-v2g, dependencies and build scripts included: every message set, which must
# stay below the limit; with --engines also with the engines and their cryptography, for comparison.
# build-time.sh [--engines] [LIMIT]
set -eu
engines=
[ "${1:-}" != --engines ] || { engines=1 && shift; }
limit=${1:-40}
cargo fetch -q
TIMEFORMAT='%U %S'

spent() { # CPU seconds of a build with these options in an empty directory
  local target time
  target=$(mktemp -d "${TMPDIR:-/tmp}/pnc-build-time-XXXXXX")
  time=$({ time CARGO_TARGET_DIR=$target cargo build -q --release -p pnc-v2g "$@" >&2; } 2>&1) || { echo "$time" >&2; rm -rf "$target"; return 1; }
  rm -rf "$target"
  tail -n 1 <<<"$time" | awk '{printf "%.1f", $1 + $2}'
}

sets=$(spent --no-default-features --features messages)
[ -z "$engines" ] || engines="; $(spent) s with the engines"
echo "clean release build of pnc-v2g: $sets s of CPU time for all message sets, limit $limit s$engines"
awk -v s="$sets" -v l="$limit" 'BEGIN {exit !(s <= l)}'
