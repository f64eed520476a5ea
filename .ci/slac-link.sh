#!/bin/bash
# Our SLAC commands on real packet sockets: modems told apart, an interface that goes and comes back, a line listened to, a missing right.
#
#   .ci/slac-link.sh PNC SHARED
set -u
cd "$(dirname "$0")/.." || exit 2
pnc=$(realpath "${1:?usage: $0 PNC SHARED}") tools=${2:?}/tools/slac
[ "$(id -u)" = 0 ] || { echo "network namespaces need root"; exit 77; }
[ -d "$tools" ] || { echo "no simulator at $tools"; exit 77; }
for tool in ip setpriv; do command -v $tool > /dev/null || { echo "no $tool"; exit 77; }; done
exec python3 .ci/slac-link.py "$pnc" "$tools"
