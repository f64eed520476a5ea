#!/bin/bash
# Every HomePlug frame of recorded matchings parses, and what is ours is written again to the same octets.
set -u
cd "$(dirname "$0")/.." || exit 2
cargo run -q -p pnc-slac --example replay -- --check "${1:-../shared/data/slac}"/*.jsonl
