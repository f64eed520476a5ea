#!/usr/bin/env bash
# OpenSSL as a client of the contract certificate service over TLS: it makes the requests, and judges the certificates, the
# OCSP answers and the revocation lists.
#   .ci/openssl-service.sh PNC
set -euo pipefail
pnc=$(realpath "${1:?PNC}")
command -v curl >/dev/null || { [ "$(id -u)" = 0 ] && apt-get install -y -qq --no-install-recommends curl >/dev/null; } ||
  { echo "curl is missing"; exit 77; }
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; wait 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
fail() { echo "FAIL: $*" >&2; tail -n 5 err >&2; exit 1; }
"$pnc" pki init ca --ocsp http://127.0.0.1/ocsp >/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.pem -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
# A client that shows a certificate instead of a token.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout clients.key -out clients.pem -days 2 -subj /CN=Clients 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout oem.key -out oem.csr -subj "/CN=Car maker" 2>/dev/null
printf 'extendedKeyUsage=clientAuth\n' >oem.ext
openssl x509 -req -in oem.csr -CA clients.pem -CAkey clients.key -days 2 -extfile oem.ext -out oem.pem 2>/dev/null
db=sqlite:$work/store.db
"$pnc" pki token add maker --role oem --certificate oem.pem --database "$db" >/dev/null
token=$("$pnc" pki token add all --role cpo,emsp,oem --database "$db")
"$pnc" pki serve --dir ca --database "$db" --listen 127.0.0.1:0 --tls-cert tls.pem --tls-key tls.key --client-roots clients.pem >out 2>err &
server=$!
for _ in $(seq 100); do grep -q listening out && break; sleep 0.1; done
url=$(sed -n 's/^listening on https:..//p' out)
[ -n "$url" ] || fail "the service does not start"
ask() { curl -sS --fail-with-body --cacert tls.pem --resolve "localhost:${url##*:}:127.0.0.1" "$@"; }
base=https://localhost:${url##*:}

openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout leaf.key -out leaf.csr -subj "/CN=WVWP0000000000001/DC=OEM" 2>/dev/null
openssl req -in leaf.csr -outform der | base64 >leaf.b64
est=$base/.well-known/est/oem
ask --cert oem.pem --key oem.key -H 'Content-Type: application/pkcs10' --data-binary @leaf.b64 "$est/simpleenroll" |
  base64 -d | openssl pkcs7 -inform der -print_certs -out leaf.pem || fail "enrolment with a client certificate"
ask "$est/cacerts" | base64 -d | openssl pkcs7 -inform der -print_certs -out above.pem || fail "authorities"
openssl verify -x509_strict -CAfile ca/roots/oem_root.pem -untrusted above.pem leaf.pem >/dev/null || fail "the chain"
[ "$(openssl x509 -in leaf.pem -noout -pubkey)" = "$(openssl pkey -in leaf.key -pubout)" ] || fail "another key"
status=$(ask -o /dev/null -w '%{http_code}' --cert oem.pem --key oem.key "$base/v1/contracts" 2>/dev/null || true)
[ "$status" = 403 ] || fail "a car maker sees contracts: $status"
status=$(ask -o /dev/null -w '%{http_code}' "$base/v1/contracts" 2>/dev/null || true)
[ "$status" = 401 ] || fail "nobody sees contracts: $status"

# OpenSSL's client of OCSP knows no TLS of its own; it writes and reads the messages.
issuer=ca/ca/oem_sub2/cert.pem
asked() {
  openssl ocsp -issuer "$issuer" -cert leaf.pem -no_nonce -reqout ask.der >/dev/null 2>&1
  ask -H 'Content-Type: application/ocsp-request' --data-binary @ask.der "$base/ocsp" -o answer.der
  openssl ocsp -issuer "$issuer" -cert leaf.pem -no_nonce -respin answer.der -CAfile ca/roots/oem_root.pem -verify_other above.pem 2>&1
}
listed() {
  ask "$base/crl/oem_sub2.crl" | openssl crl -inform der -out list.pem
  openssl verify -crl_check -x509_strict -CAfile ca/roots/oem_root.pem -CRLfile list.pem -untrusted above.pem leaf.pem 2>&1 || true
}
grep -q 'leaf.pem: good' <<<"$(asked)" || fail "OCSP before: $(asked)"
grep -q 'leaf.pem: OK' <<<"$(listed)" || fail "list before: $(listed)"
serial=$(openssl x509 -in leaf.pem -noout -serial | sed 's/.*=//' | tr 'A-F' 'a-f')
ask -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
  -d "{\"authority\": \"oem_sub2\", \"serial\": \"$serial\", \"reason\": \"keyCompromise\"}" "$base/v1/certificates/revoke" || fail "revoking"
grep -q 'leaf.pem: revoked' <<<"$(asked)" || fail "OCSP after: $(asked)"
grep -q 'certificate revoked' <<<"$(listed)" || fail "list after: $(listed)"
if grep -q "$token" err out; then fail "a token in the log"; fi
kill "$server"
wait "$server" || fail "no orderly end"
server=
"$pnc" pki audit verify "$db" >/dev/null || fail "the audit log"
echo "openssl: enrolled by client certificate over TLS, verified, good, then revoked by OCSP and by the list"
