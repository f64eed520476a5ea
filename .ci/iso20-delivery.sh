#!/bin/bash
# An independent EXI processor and OpenSSL judge a contract delivery of ISO 15118-20: iso20-delivery.sh SHARED CACHE
set -u
cd "$(dirname "$0")/.." || exit 2
shared=${1:?SHARED} cache=${2:?CACHE}
tools=$shared/tools/exi-oracle
[ -f "$tools/setup.sh" ] || { echo "no oracle at $tools"; exit 77; }
for need in java javac python3 unzip openssl; do
  command -v "$need" >/dev/null || { echo "$need is missing"; exit 77; }
done
export EXI_ORACLE_CACHE=$cache EXI_SCHEMAS=$shared/schemas
bash "$tools/setup.sh" || { echo "the oracle cannot be set up"; exit 1; }
cargo build -q -p pnc-v2g --features ed448 --example iso20_delivery || exit 1
PYTHONPATH=$tools python3 .ci/iso20-delivery.py "${CARGO_TARGET_DIR:-target}/debug/examples/iso20_delivery"
