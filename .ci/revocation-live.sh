#!/usr/bin/env bash
# OpenSSL's responder decides live whether our car's contract may charge at our station, and what that staples:
#   .ci/revocation-live.sh PNC
set -euo pipefail
pnc=$(realpath "${1:?PNC}")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
started=()
trap 'for id in "${started[@]}"; do kill "$id" 2>/dev/null || true; done; rm -rf "$work"' EXIT
fail() { echo "FAIL: $*" >&2; tail -n 20 "$work"/*.log >&2; exit 1; }
cargo build -q -p pnc-pki --example pki_files
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"${CARGO_TARGET_DIR:-$PWD/target}/debug/examples/pki_files" write "$work/pki" "http://127.0.0.1:$port/"
cd "$work"

responder() { # AUTHORITY LEAF STATUS [REVOKED]: answers for one authority until the next one does
  stop_responder
  local serial
  serial=$(openssl x509 -in "pki/certs/$2.pem" -noout -serial | cut -d= -f2)
  printf '%s\t400101000000Z\t%s\t%s\tunknown\t/CN=x\n' "$3" "${4:-}" "$serial" >index
  openssl ocsp -port "$port" -index index -CA "pki/certs/$1.pem" -rsigner "pki/certs/$1.pem" -rkey "pki/keys/$1.pem" -ndays 1 >responder.log 2>&1 &
  responder=$!
  started+=("$responder")
  for _ in $(seq 50); do
    # A connection without a request would hold it up for good.
    grep -q "waiting for OCSP client" responder.log && return
    sleep 0.1
  done
  fail "the responder does not listen"
}
stop_responder() { [[ -z ${responder:-} ]] || { kill "$responder" 2>/dev/null; wait "$responder" 2>/dev/null || true; }; responder=; }

cat >secc.toml <<'TOML'
payment = "contract"
free = true
[tls]
chain = "pki/chains/secc.pem"
key = "pki/keys/secc.pem"
root = "pki/certs/v2g_root.pem"
[contracts]
mo_roots = ["pki/certs/mo_root.pem"]
[simulation]
rate = 100.0
TOML
cat >evcc.toml <<'TOML'
energy = 100.0
[tls]
roots = ["pki/certs/v2g_root.pem"]
[contract]
chain = "pki/chains/contract.pem"
key = "pki/keys/contract.pem"
[battery]
rate = 100.0
TOML
station() { "$pnc" secc --config secc.toml --timeout 60 "$@" >secc.log 2>&1 & secc=$!; started+=("$secc"); }
session() { # WANTED OPTION..: what the station says of one session
  local wanted=$1
  shift
  station --once "$@"
  sleep 0.5
  "$pnc" evcc --config evcc.toml --timeout 40 >evcc.log 2>&1 || true
  wait "$secc" || true
  grep -qF -- "$wanted" evcc.log secc.log || fail "wanted '$wanted'"
}

responder mo_sub2 contract V
session '"verdict":"pass"' --revocation prefer
responder mo_sub2 contract R 261101000000Z,keyCompromise
session 'request: authorization, code: failedcertificaterevoked' --revocation prefer --revocation-cache cache
stop_responder
session 'request: paymentdetails, code: failedcertificaterevoked' --revocation prefer --revocation-cache cache
[[ -s cache/responses.der ]] || fail "nothing was kept"
session 'code: failedcertchainerror' --revocation require
session '"verdict":"pass"' --revocation ignore
echo "openssl: its responder decides about contracts, live, kept and gone"

responder cpo_sub2 secc V
station
for _ in $(seq 50); do
  at=$(sed -n 's/^listening on \(.*\), Tls$/\1/p' secc.log)
  [[ -n $at ]] && openssl s_client -connect "${at/\[::1%*\]/[::1]}" -tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256 -status -CAfile pki/certs/v2g_root.pem </dev/null >status.log 2>&1 || true
  grep -q "Cert Status: good" status.log 2>/dev/null && break
  sleep 0.2
done
grep -q "OCSP Response Status: successful" status.log && grep -q "Cert Status: good" status.log || fail "no staple"
echo "openssl: s_client sees the staple; its responder decided about contracts, live, kept and gone"
