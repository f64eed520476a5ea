#!/bin/bash
# The published crate iso15118 0.7.0 judges every vector and fresh random messages of the sets that it has.
# peer.sh [SHARED [COUNT [SEED]]]   SHARED holds data/exi if it is there; the seed is today's date if none is given.
set -u
cd "$(dirname "$0")/.." || exit 2
shared=${1:-../shared} count=${2:-3000} seed=${3:-$(date +%Y%m%d)}
random=$(mktemp) && trap 'rm -f "$random"' EXIT
cargo build -q -p pnc-v2g --example exi_messages || exit 1
"${CARGO_TARGET_DIR:-target}/debug/examples/exi_messages" "$count" "$seed" appproto iso2 iso20-common iso20-ac iso20-dc \
  iso20-wpt iso20-acdp iso20-ac-der-iec iso20-ac-der-sae xmldsig >"$random" || exit 1
shopt -s nullglob
cargo run -q --manifest-path v2g/benches/Cargo.toml --bin peer -- test-vectors/exi/*.jsonl \
  "$shared"/data/exi/{synthetic,captured}/*.jsonl "$random" || { echo "seed $seed"; exit 1; }
