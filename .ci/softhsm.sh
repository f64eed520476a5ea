#!/usr/bin/env bash
# Keys in SoftHSM2, a PKCS#11 module in software: signing, agreement, requests, certificates, lost sessions; OpenSSL judges.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v softhsm2-util >/dev/null; then
  [ "$(id -u)" = 0 ] || { echo "softhsm2 is missing"; exit 77; }
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends softhsm2; } >/dev/null 2>&1 ||
    { echo "softhsm2 cannot be installed"; exit 77; }
fi
module=
for path in /usr/lib/softhsm /usr/lib/x86_64-linux-gnu/softhsm /usr/lib64/softhsm /usr/local/lib/softhsm; do
  [ -e "$path/libsofthsm2.so" ] && module=$path/libsofthsm2.so && break
done
[ -n "$module" ] || { echo "no libsofthsm2.so"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tokens"
echo "directories.tokendir = $work/tokens" >"$work/softhsm2.conf"
export SOFTHSM2_CONF=$work/softhsm2.conf PNC_HSM_PIN=48151623
softhsm2-util --init-token --free --label pnc --so-pin 1234 --pin "$PNC_HSM_PIN" >/dev/null
export PNC_HSM_URI="pkcs11:token=pnc?module-path=$module"
# One process, one test at a time: losing all sessions concerns the whole process.
cargo test -q -p pnc-pki-hsm --features softhsm -- --test-threads=1 --nocapture

# An operator whose contracts are issued by a key in the token; OpenSSL judges request and chain.
cargo build -q -p pnc --features hsm,ed448
target=${CARGO_TARGET_DIR:-target}
[ "${target#/}" != "$target" ] || target=$PWD/$target
pnc=$target/debug/pnc
fail() { echo "FAIL: $*" >&2; exit 1; }
cd "$work"
printf '%s\n' "$PNC_HSM_PIN" >pin && chmod 600 pin
unset PNC_HSM_PIN
uri="pkcs11:token=pnc;object=mo_sub2?module-path=$module&pin-source=$work/pin"
"$pnc" pki init ca --roles mo >/dev/null
"$pnc" pki csr make mo-sub2 "Token MO Sub-CA 2" --organization Operator --key "$uri" -o sub2.csr
openssl req -in sub2.csr -noout -verify 2>&1 | grep -q OK || fail "openssl refuses the token's request"
mkdir ca/ca/token
"$pnc" pki sign ca mo-sub2 sub2.csr --ca mo_sub1 -o ca/ca/token/chain.pem >/dev/null
openssl x509 -in ca/ca/token/chain.pem -out ca/ca/token/cert.pem
printf 'kind = "mo_sub2"\nedition = 2\nkey = "%s"\n' "$uri" >ca/ca/token/ca.toml
"$pnc" pki issue ca contract DEPNCC00000001 DEPNCC00000002 --ca token >/dev/null
openssl verify -x509_strict -CAfile ca/roots/mo_root.pem -untrusted ca/leaf/DEPNCC00000002/chain.pem ca/leaf/DEPNCC00000002/cert.pem >/dev/null || fail "openssl refuses what the token issued"
"$pnc" pki revoke ca ca/leaf/DEPNCC00000001/cert.pem >/dev/null
"$pnc" pki crl issue ca token -o list.crl >/dev/null
openssl crl -inform der -in list.crl -CAfile ca/ca/token/cert.pem -noout 2>&1 | grep -q "verify OK" || fail "openssl refuses the token's list"
grep -rq 48151623 ca && fail "the PIN is in the directory"
echo "softhsm: keys made, found and used in a token; openssl accepts request, chain and revocation list"
