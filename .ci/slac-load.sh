#!/bin/bash
# How fast the station answers on a packet socket: a hundred cars that sound at once, and ten thousand meaningless frames a second beside a car.
set -u
cd "$(dirname "$0")/.." || exit 2
pnc=$(realpath "${1:?usage: $0 PNC}")
[ "$(id -u)" = 0 ] || { echo "network namespaces need root"; exit 77; }
# Ahead of what else the machine does: its scheduling is not what is measured.
ahead=()
chrt -f 10 true 2>/dev/null && ahead=(chrt -f 10)
exec "${ahead[@]}" python3 .ci/slac-load.py "$pnc"
