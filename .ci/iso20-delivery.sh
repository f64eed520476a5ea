#!/bin/bash
# An independent EXI processor and OpenSSL judge a contract delivery of ISO 15118-20, and what `pnc pki serve` answers to a car that
# asks until it has all its contracts: iso20-delivery.sh SHARED CACHE PNC
set -u
cd "$(dirname "$0")/.." || exit 2
shared=${1:?SHARED} cache=${2:?CACHE} pnc=$(realpath "${3:?PNC}")
tools=$shared/tools/exi-oracle
[ -f "$tools/setup.sh" ] || { echo "no oracle at $tools"; exit 77; }
for need in java javac python3 unzip openssl curl; do
  command -v "$need" >/dev/null || { echo "$need is missing"; exit 77; }
done
export EXI_ORACLE_CACHE=$cache EXI_SCHEMAS=$shared/schemas
bash "$tools/setup.sh" || { echo "the oracle cannot be set up"; exit 1; }
cargo build -q -p pnc-v2g --features ed448 --example iso20_delivery || exit 1
work=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT
fail() { echo "FAIL: $*"; cat "$work"/*.err 2>/dev/null; exit 1; }
pcid=WVWP00000000000017 db=sqlite:$work/store.db car=$work/leaves/WVWP00000000000017
roots=(--v2g-root "$work/ca/roots/v2g_root.pem" --mo-root "$work/ca/roots/mo_root.pem")
"$pnc" pki init "$work/ca" --edition 20 --ocsp http://ocsp.example.com >/dev/null || fail "no hierarchy"
"$pnc" pki issue "$work/ca" oem-provisioning "$pcid" --organization "Car Maker" --out "$work/leaves" >/dev/null || fail "no car"
token=$("$pnc" pki token add all --role emsp,oem,cpo --database "$db") || fail "no token"
"$pnc" pki serve --dir "$work/ca" --database "$db" --listen 127.0.0.1:0 >"$work/out" 2>"$work/serve.err" &
server=$!
for _ in $(seq 100); do grep -q listening "$work/out" && break; sleep 0.1; done
url=$(sed -n 's/^listening on //p' "$work/out")
ask() { curl -sS --fail-with-body -H "Authorization: Bearer $token" "$@" 2>"$work/curl.err" || fail "$*"; }
body() { sed '/-----/d' "$1" | tr -d '\n'; }
ask -X PUT -H 'Content-Type: application/json' -d "{\"vehicleCertificate\": \"$(body "$car/cert.pem")\",
  \"subCA1Certificate\": \"$(body "$work/ca/ca/oem_sub1/cert.pem")\", \"subCA2Certificate\": \"$(body "$work/ca/ca/oem_sub2/cert.pem")\",
  \"xsdMsgDefNamespace\": \"urn:iso:15118:20:2022:MsgDef\"}" "$url/v1/oem/provCerts" >/dev/null
for number in 1 2; do
  ask -X POST -H 'Content-Type: application/json' -d "{\"emaid\": \"DEPNCC0000000$number\", \"pcid\": \"$pcid\"}" "$url/v1/contracts" >/dev/null
done
for number in 1 2; do
  "$pnc" pki bundle request --car "$car/chain.pem" --key "$car/key.pem" "${roots[@]}" --session 0123456789abcdef --most 2 --first DEPNCC00000002 \
    --out "$work/$number.req" >/dev/null || fail "no request"
  ask -X POST -H 'Content-Type: application/exi' --data-binary "@$work/$number.req" "$url/v1/provision" >"$work/$number.res"
  "$pnc" pki bundle open "$work/$number.res" --car "$car/cert.pem" --key "$car/key.pem" "${roots[@]}" --out "$work/contract$number" >>"$work/opened" || fail "not opened"
done
grep -q '^DEPNCC00000002 .*1 more to ask for' "$work/opened" && grep -q '^DEPNCC00000001 ' "$work/opened" || { cat "$work/opened"; fail "other contracts"; }
PYTHONPATH=$tools python3 .ci/iso20-delivery.py "${CARGO_TARGET_DIR:-target}/debug/examples/iso20_delivery" "$work"/[12].res
