#!/bin/bash
# Recorded matchings: every HomePlug frame parses, and what is ours is written again to the same octets; our station and our car, put in the
# place of the real ones, send what the other side took, field by field and within the windows.
set -u
cd "$(dirname "$0")/.." || exit 2
data=${1:-../shared/data/slac}
cargo run -q -p pnc-slac --example replay -- --check "$data"/*.jsonl &&
  cargo run -q -p pnc-slac --example stand_in -- "$data"/*.jsonl
