#!/usr/bin/env bash
# Two network namespaces joined by a simulated power line run `pnc secc` and `pnc evcc` from SLAC to the charging detail record.
#   .ci/slac-live.sh PNC SHARED
set -u
pnc=${1:?PNC} tools=${2:?SHARED}/tools/slac
[ -e "$tools/slacnet.py" ] || { echo "no simulated power line in $tools"; exit 77; }
[ "$(id -u)" = 0 ] || { echo "network namespaces need root"; exit 77; }
ip netns add "pnc-probe-$$" 2>/dev/null || { echo "no network namespaces here"; exit 77; }
ip netns del "pnc-probe-$$"
exec timeout 120 python3 "$(dirname "$0")/slac-live.py" "$pnc" "$tools"
