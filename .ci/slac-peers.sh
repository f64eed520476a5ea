#!/bin/bash
# Matches our car and our station with each other and with foreign ones on a simulated power line: every scenario, in network namespaces.
#
#   .ci/slac-peers.sh PNC SHARED [REPETITIONS] [JOBS] [LOGS]
#
# No link may ever be wrong, and every row that .ci/slac-peers.py does not except must end in the right link each time.
set -u
cd "$(dirname "$0")/.." || exit 2
pnc=$(realpath "${1:?usage: $0 PNC SHARED [REPETITIONS] [JOBS] [LOGS]}") tools=${2:?}/tools/slac
[ "$(id -u)" = 0 ] || { echo "network namespaces need root"; exit 77; }
[ -d "$tools" ] || { echo "no simulator at $tools"; exit 77; }
export SLAC_CACHE=${SLAC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pnc-ci/slac}
bash "$tools/setup.sh" || { echo "the foreign peers cannot be installed"; exit 77; }
PNC=$pnc exec python3 .ci/slac-peers.py "$tools" "${3:-1}" "${4:-20}" "${5:-}"
