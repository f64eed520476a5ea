#!/bin/bash
# An independent EXI processor judges fresh random messages of every schema set, in both directions.
# exi-oracle.sh SHARED CACHE [COUNT [SEED]]   SHARED holds tools/exi-oracle and schemas/; the seed is today's date if none is given.
set -u
cd "$(dirname "$0")/.." || exit 2
shared=${1:?SHARED} cache=${2:?CACHE} count=${3:-2000} seed=${4:-$(date +%Y%m%d)}
tools=$shared/tools/exi-oracle
[ -f "$tools/setup.sh" ] || { echo "no oracle at $tools"; exit 77; }
for need in java javac python3 unzip; do
  command -v "$need" >/dev/null || { echo "$need is missing"; exit 77; }
done
export EXI_ORACLE_CACHE=$cache EXI_SCHEMAS=$shared/schemas
bash "$tools/setup.sh" || { echo "the oracle cannot be set up"; exit 1; }
# All sets of which the oracle has a schema.
sets="appproto din iso2 iso20-common iso20-ac iso20-dc iso20-wpt iso20-acdp xmldsig"
cargo build -q -p pnc-v2g --example exi_messages || exit 1
PYTHONPATH=$tools python3 .ci/exi-oracle.py "${CARGO_TARGET_DIR:-target}/debug/examples/exi_messages" "$count" "$seed" $sets
