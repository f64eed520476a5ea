#!/bin/bash
# xml-valid.sh [SHARED [PNC]]   our XML of every vector is valid against the schemas of the standards, see xml-valid.py.
cd "$(dirname "$0")/.." || exit 2
exec python3 .ci/xml-valid.py "${1:-../shared}" "${2:-target/release/pnc}"
