#!/usr/bin/env bash
# A car without a contract gets one at a station, which has it delivered by the contract certificate service, and charges with
# it: at once, in a later session from its store, and after a fresh certificate. When the contract is suspended it gets none.
#   .ci/provision.sh PNC
set -euo pipefail
pnc=$(realpath "${1:?PNC}")
command -v curl >/dev/null || { [ "$(id -u)" = 0 ] && apt-get install -y -qq --no-install-recommends curl >/dev/null; } ||
  { echo "curl is missing"; exit 77; }
work=$(mktemp -d)
server= station=
trap 'kill $server $station 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
fail() { echo "FAIL: $*"; tail -n 20 serve.err station.err car.err 2>/dev/null; exit 1; }
evcoid=DEPNCC00000001 pcid=WVWP0000000000001
"$pnc" pki init ca >/dev/null
"$pnc" pki issue ca secc DE-PNC-E0001 --out leaves >/dev/null
"$pnc" pki issue ca oem-provisioning "$pcid" --out leaves >/dev/null
db=sqlite:$work/store.db
token=$("$pnc" pki token add operator --role emsp,oem --database "$db")
"$pnc" pki token add stations --role cpo --database "$db" >station.token
"$pnc" pki serve --dir ca --database "$db" --listen 127.0.0.1:0 >serve.out 2>serve.err &
server=$!
for _ in $(seq 100); do grep -q listening serve.out && break; sleep 0.1; done
url=$(sed -n 's/^listening on //p' serve.out)
[ -n "$url" ] || fail "the service does not start"
ask() { # METHOD PATH JSON
  curl -sS --fail-with-body -X "$1" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' -d "$3" "$url$2" ||
    fail "$1 $2"
}
body() { sed '/-----/d' "$1" | tr -d '\n'; }
ask PUT /v1/oem/provCerts "{\"vehicleCertificate\": \"$(body leaves/$pcid/cert.pem)\",
  \"subCA1Certificate\": \"$(body ca/ca/oem_sub1/cert.pem)\", \"subCA2Certificate\": \"$(body ca/ca/oem_sub2/cert.pem)\"}" >/dev/null
ask POST /v1/contracts "{\"emaid\": \"$evcoid\", \"pcid\": \"$pcid\", \"default\": true}" >/dev/null

cat >station.toml <<T
[tls]
chain = "leaves/DE-PNC-E0001/chain.pem"
key = "leaves/DE-PNC-E0001/key.pem"
root = "ca/roots/v2g_root.pem"
[contracts]
mo_roots = ["ca/roots/mo_root.pem"]
pool = "pool.txt"
[simulation]
rate = 30.0
T
echo "$evcoid, active" >pool.txt
cat >car.toml <<T
loops = 5
[tls]
roots = ["ca/roots/v2g_root.pem"]
[provisioning]
v2g_roots = ["ca/roots/v2g_root.pem"]
mo_roots = ["ca/roots/mo_root.pem"]
store = "delivered.pem"
chain = "leaves/$pcid/chain.pem"
key = "leaves/$pcid/key.pem"
required = true
T
charge() { # options of the car; the car's verdict is in car.json
  "$pnc" secc --config station.toml --provision "$url" --provision-token station.token --once --timeout 60 -v \
    >station.json 2>station.err &
  station=$!
  local status=0
  "$pnc" evcc --config car.toml --json --timeout 60 -v "$@" >car.json 2>car.err || status=$?
  wait "$station" || true
  station=
  return $status
}
field() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1])).get(sys.argv[2]))' "$@"; }
charged() { # WHAT
  local energy; energy=$(field car.json energy_wh)
  [ "$(field station.json evcoid)" = "$evcoid" ] || fail "$1: paid by $(field station.json evcoid)"
  case $energy in None | 0 | 0.0) fail "$1: no energy" ;; esac
}
serial() { openssl x509 -in delivered.pem -noout -serial; }
# How often the service says that it delivered.
delivered() { "$pnc" pki audit show --json --limit 1000 "$db" | grep -c certificate.delivered || true; }

charge --install || fail "the first contract certificate: $(cat car.json)"
charged "with the first certificate"
[ "$(field car.json delivered)" = "$evcoid" ] || fail "delivered: $(field car.json delivered)"
# Made by the service, for this car.
[ "$(delivered)" = 1 ] || fail "the service delivered $(delivered) certificates"
openssl verify -x509_strict -CAfile ca/roots/mo_root.pem -untrusted delivered.pem delivered.pem >/dev/null || fail "the delivered chain"
first=$(serial)
charge || fail "the contract in the car"
charged "with the contract in the car"
[ "$(delivered) $(serial)" = "1 $first" ] || fail "a certificate that nobody asked for"
charge --update || fail "a fresh certificate: $(cat car.json)"
charged "with the fresh certificate"
[ "$(delivered)" = 2 ] || fail "no fresh certificate of the service"
[ "$(serial)" != "$first" ] || fail "the same certificate again"

ask PATCH /v1/contracts/$evcoid '{"suspended": true, "reason": "not paid"}' >/dev/null
fresh=$(serial)
if charge --install; then fail "a certificate of a suspended contract"; fi
grep -q contractcanceled car.json || fail "why: $(cat car.json)"
[ "$(serial)" = "$fresh" ] || fail "a refusal changed the car's contract"
kill "$server"
wait "$server" || fail "no orderly end"
server=
"$pnc" pki audit verify "$db" >/dev/null || fail "the audit log"
echo "installed, charged, charged again, updated, charged; refused while suspended: every certificate from the service"
