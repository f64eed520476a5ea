#!/bin/bash
# CPU seconds of a clean release build of the crate pnc-v2g with every message set, dependencies and build scripts included.
set -eu
limit=${1:-40}
target=$(mktemp -d "${TMPDIR:-/tmp}/pnc-build-time-XXXXXX")
trap 'rm -rf "$target"' EXIT
cargo fetch -q
TIMEFORMAT='%U %S'
spent=$({ time CARGO_TARGET_DIR=$target cargo build -q --release -p pnc-v2g >&2; } 2>&1)
seconds=$(tail -n 1 <<<"$spent" | awk '{printf "%.1f", $1 + $2}')
echo "clean release build of pnc-v2g, all message sets: $seconds s of CPU time, limit $limit s"
awk -v s="$seconds" -v l="$limit" 'BEGIN {exit !(s <= l)}'
