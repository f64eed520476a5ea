#!/bin/bash
# An independent EXI processor and OpenSSL judge a contract delivery of ISO 15118-20, and what `pnc pki serve` answers to cars of both
# editions, of ISO 15118-20 until the car has all its contracts: delivery-oracle.sh SHARED CACHE PNC
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
ask() { curl -sS --fail-with-body -H "Authorization: Bearer $token" "$@" 2>"$work/curl.err" || fail "$*"; }
body() { sed '/-----/d' "$1" | tr -d '\n'; }
json() { ask -H 'Content-Type: application/json' "$@" >/dev/null; }

# EDITION NAMESPACE PCID: its service, with the provisioning certificate of a car.
serve() {
  local dir=$work/$1 db=sqlite:$work/$1/store.db
  pcid=$3 car=$dir/leaves/$3
  roots=(--v2g-root "$dir/ca/roots/v2g_root.pem" --mo-root "$dir/ca/roots/mo_root.pem")
  mkdir "$dir"
  "$pnc" pki init "$dir/ca" --edition "$1" --ocsp http://ocsp.example.com >/dev/null || fail "no hierarchy"
  "$pnc" pki issue "$dir/ca" oem-provisioning "$pcid" --organization "Car Maker" --out "$dir/leaves" >/dev/null || fail "no car"
  token=$("$pnc" pki token add all --role emsp,oem,cpo --database "$db") || fail "no token"
  "$pnc" pki serve --dir "$dir/ca" --database "$db" --listen 127.0.0.1:0 >"$dir/out" 2>"$work/serve.err" &
  server=$!
  for _ in $(seq 100); do grep -q listening "$dir/out" && break; sleep 0.1; done
  url=$(sed -n 's/^listening on //p' "$dir/out")
  json -X PUT -d "{\"vehicleCertificate\": \"$(body "$car/cert.pem")\",
    \"subCA1Certificate\": \"$(body "$dir/ca/ca/oem_sub1/cert.pem")\", \"subCA2Certificate\": \"$(body "$dir/ca/ca/oem_sub2/cert.pem")\",
    \"xsdMsgDefNamespace\": \"$2\"}" "$url/v1/oem/provCerts"
}

# NAME OPTION..: asks, opens what comes, and keeps the answer as NAME.res.
deliver() {
  local name=$work/$1
  "$pnc" pki bundle request --car "$car/chain.pem" --key "$car/key.pem" "${roots[@]}" --session 0123456789abcdef "${@:2}" \
    --out "$name.req" >/dev/null || fail "no request"
  ask -X POST -H 'Content-Type: application/exi' --data-binary "@$name.req" "$url/v1/provision" >"$name.res"
  "$pnc" pki bundle open "$name.res" --car "$car/cert.pem" --key "$car/key.pem" "${roots[@]}" --out "$name" >>"$work/opened" || fail "not opened"
}

serve 2 urn:iso:15118:2:2013:MsgDef WVWP0000000000001
json -X POST -d "{\"emaid\": \"DEPNCC00000003\", \"pcid\": \"$pcid\"}" "$url/v1/contracts"
deliver iso2
kill $server; wait $server 2>/dev/null

serve 20 urn:iso:15118:20:2022:MsgDef WVWP00000000000017
for number in 1 2; do
  json -X POST -d "{\"emaid\": \"DEPNCC0000000$number\", \"pcid\": \"$pcid\"}" "$url/v1/contracts"
done
for number in 1 2; do deliver "$number" --most 2 --first DEPNCC00000002; done
grep -q '^DEPNCC00000003' "$work/opened" && grep -q '^DEPNCC00000002 .*1 more to ask for' "$work/opened" &&
  grep -q '^DEPNCC00000001 ' "$work/opened" || { cat "$work/opened"; fail "other contracts"; }
PYTHONPATH=$tools python3 .ci/delivery-oracle.py "${CARGO_TARGET_DIR:-target}/debug/examples/iso20_delivery" "$work"/iso2.res "$work"/[12].res
