#!/usr/bin/env bash
# OpenSSL judges what the pki crate issues and signs; pki judges what OpenSSL makes, and a foreign test PKI if one is given:
#   .ci/openssl-pki.sh [DIR]
# DIR holds Josev's certificates of ISO 15118-2 as PEM (seccLeafCert.pem, cpoSubCA1Cert.pem, v2gRootCACert.pem and so on).
set -euo pipefail
foreign=${1:+$(cd "$1" && pwd)}
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo build -q -p pnc-pki --example pki_files
pki=${CARGO_TARGET_DIR:-target}/debug/examples/pki_files
fail() { echo "FAIL: $*" >&2; exit 1; }

"$pki" write "$work/pki"
cd "$work/pki"
count=0
for cert in certs/*.pem; do
  name=$(basename "$cert" .pem)
  text=$(openssl x509 -in "$cert" -noout -text)
  for want in 'Version: 3' 'ASN1 OID: prime256v1' 'Signature Algorithm: ecdsa-with-SHA256' 'Basic Constraints: critical' 'Key Usage: critical' 'Subject Key Identifier'; do
    grep -q "$want" <<<"$text" || fail "$name: no '$want'"
  done
  size=$(openssl x509 -in "$cert" -outform der | wc -c)
  ((size <= 800)) || fail "$name: $size octets"
  openssl pkey -in "keys/$name.pem" -check -noout >/dev/null 2>&1 || fail "$name: key"
  [[ $(openssl x509 -in "$cert" -noout -pubkey) == $(openssl pkey -in "keys/$name.pem" -pubout) ]] || fail "$name: key and certificate differ"
  count=$((count + 1))
done
chain() { # LEAF ROOT [OPTION..]
  local leaf=$1 root=$2; shift 2
  openssl verify -x509_strict "$@" -CAfile "certs/$root.pem" -untrusted "chains/$leaf.pem" "certs/$leaf.pem" >/dev/null || fail "$leaf under $root"
}
chain secc v2g_root -purpose sslserver
chain cps v2g_root
chain contract mo_root
chain oem_provisioning oem_root
openssl verify -x509_strict -CAfile certs/oem_root.pem -untrusted chains/contract.pem certs/contract.pem >/dev/null 2>&1 && fail "contract under a foreign root"
echo "openssl: $count certificates with keys, 4 chains good"
cd - >/dev/null

"$pki" write "$work/pki20" 20
cd "$work/pki20"
count=0
for cert in certs/*.pem; do
  name=$(basename "$cert" .pem)
  text=$(openssl x509 -in "$cert" -noout -text)
  for want in 'Version: 3' 'ASN1 OID: secp521r1' 'Signature Algorithm: ecdsa-with-SHA512' 'Basic Constraints: critical' 'Key Usage: critical'; do
    grep -q "$want" <<<"$text" || fail "-20 $name: no '$want'"
  done
  size=$(openssl x509 -in "$cert" -outform der | wc -c)
  ((size <= 1600)) || fail "-20 $name: $size octets"
  [[ $(openssl x509 -in "$cert" -noout -pubkey) == $(openssl pkey -in "keys/$name.pem" -pubout) ]] || fail "-20 $name: key and certificate differ"
  count=$((count + 1))
done
chain secc v2g_root -purpose sslserver
chain vehicle oem_root -purpose sslclient
chain cps v2g_root
# Critical addresses for revocation, which OpenSSL does not know as such.
for leaf in contract:mo_root oem_provisioning:oem_root; do
  chain "${leaf%:*}" "${leaf#*:}" -ignore_critical
  openssl verify -x509_strict -CAfile "certs/${leaf#*:}.pem" -untrusted "chains/${leaf%:*}.pem" "certs/${leaf%:*}.pem" >/dev/null 2>&1 && fail "-20 $leaf: nothing critical"
done
echo "openssl: $count certificates of ISO 15118-20 with keys, 5 chains good"
cd - >/dev/null

# Every defect, judged by both: what OpenSSL refuses we refuse, what it accepts we refuse for what it does not know.
"$pki" defects "$work/defects"
controls=0 both=0 ours_alone=0
for place in "$work"/defects/*/*/*; do
  name=${place#"$work"/defects/} ours=$(<"$place/ours") good=0 options=()
  [[ $name == 20/contract/* ]] && options=(-ignore_critical)
  openssl verify -x509_strict "${options[@]}" -CAfile "$place/root.pem" -untrusted "$place/subs.pem" "$place/leaf.pem" >/dev/null 2>&1 && good=1
  case "$name $good $ours" in
    */None\ 1\ accepted) controls=$((controls + 1)) ;;
    */None*) fail "the control $name: OpenSSL $good, we $ours" ;;
    # The leaf below carries the signature of the other key.
    */SubOnOtherCurve*) [[ $ours == algorithm ]] || fail "$name: $ours" ;;
    *\ 1\ accepted) ;; # formalities of the strict level
    *\ 0\ accepted) [[ $name == 2/*/OcspCriticality || $name == 20/secc/OcspCriticality || $name == */NegativeSerial || $name == */KeyUsageNotCritical ]] || fail "we accept $name, OpenSSL does not" ;;
    *\ 1\ profile | *\ 1\ algorithm | *\ 1\ root-of-role | *\ 1\ one-algorithm) ours_alone=$((ours_alone + 1)) ;;
    *\ 1\ *) fail "OpenSSL accepts $name, we refuse it for its $ours" ;;
    *) both=$((both + 1)) ;;
  esac
done
((controls == 4 && both > 60)) || fail "$controls controls, $both refused by both"
echo "openssl: $controls controls good, $both defects refused by both, $ours_alone by us alone for profile or role"

cd "$work"
openssl ecparam -name prime256v1 -genkey -noout -out sec1.pem
openssl pkcs8 -topk8 -nocrypt -in sec1.pem -out pkcs8.pem
openssl pkcs8 -topk8 -passout pass:x -in sec1.pem -out encrypted.pem
openssl ecparam -name secp384r1 -genkey -noout -out p384.pem
openssl ecparam -name secp521r1 -genkey -noout -out p521.pem
cd - >/dev/null
[[ $("$pki" public "$work/p521.pem") == $(openssl pkey -in "$work/p521.pem" -pubout) ]] || fail "p521: public key"
echo message >"$work/message"
"$pki" sign "$work/p521.pem" "$work/message" >"$work/signature"
openssl dgst -sha512 -verify <(openssl pkey -in "$work/p521.pem" -pubout) -signature "$work/signature" "$work/message" >/dev/null || fail "p521: signature"
for key in sec1 pkcs8; do
  [[ $("$pki" public "$work/$key.pem") == $(openssl pkey -in "$work/$key.pem" -pubout) ]] || fail "$key: public key"
  echo message >"$work/message"
  "$pki" sign "$work/$key.pem" "$work/message" >"$work/signature"
  openssl dgst -sha256 -verify <(openssl pkey -in "$work/$key.pem" -pubout) -signature "$work/signature" "$work/message" >/dev/null || fail "$key: signature"
done
grep -q Encrypted <<<"$("$pki" public "$work/encrypted.pem" 2>&1 || true)" || fail "encrypted key"
grep -q Unsupported <<<"$("$pki" public "$work/p384.pem" 2>&1 || true)" || fail "key on another curve"
echo "openssl: keys and signatures good both ways"

# The key wrap of ISO 15118-2 by OpenSSL's commands alone, both ways.
hex() { od -An -v -tx1 "$@" | tr -d ' \n'; }
unhex() { python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))'; }
wrapping_key() { # OWN PEER: the first 128 bits of SHA-256 over counter, shared secret and other information
  openssl pkeyutl -derive -inkey "$1" -peerkey "$2" -out "$work/z"
  { printf '\0\0\0\1'; cat "$work/z"; printf '\1UV'; } | openssl dgst -sha256 -binary | head -c 16 | hex
}
point() { openssl pkey -in "$1" -pubout -outform der | tail -c 65 | hex; }
for key in receiver contract ephemeral; do
  openssl ecparam -name prime256v1 -genkey -noout -out "$work/$key.pem"
  openssl pkey -in "$work/$key.pem" -pubout -out "$work/$key.pub"
done
scalar=$(openssl ec -in "$work/contract.pem" -outform der 2>/dev/null | tail -c +8 | head -c 32 | hex)
iv=$(openssl rand -hex 16)
encrypted=$(unhex <<<"$scalar" | openssl enc -aes-128-cbc -nopad -K "$(wrapping_key "$work/ephemeral.pem" "$work/receiver.pub")" -iv "$iv" | hex)
[[ $("$pki" unwrap "$work/receiver.pem" "$work/contract.pem" "$iv$encrypted" "$(point "$work/ephemeral.pem")") == "$scalar" ]] || fail "openssl wraps, we unwrap"
{ read -r encrypted; read -r dh; } < <("$pki" wrap "$work/receiver.pem" "$work/contract.pem")
unhex <<<"3059301306072a8648ce3d020106082a8648ce3d030107034200$dh" | openssl pkey -pubin -inform der -out "$work/dh.pub"
opened=$(unhex <<<"${encrypted:32}" | openssl enc -d -aes-128-cbc -nopad -K "$(wrapping_key "$work/receiver.pem" "$work/dh.pub")" -iv "${encrypted:0:32}" | hex)
[[ $opened == "$scalar" ]] || fail "we wrap, openssl unwraps"
echo "openssl: contract keys unwrapped both ways"
python3 .ci/key-wrap-iso20.py "$pki" "$work"

[[ -n ${foreign:-} ]] || exit 0
cat "$foreign"/cpoSubCA[12]Cert.pem >"$work/cpo.pem"
cat "$foreign"/moSubCA[12]Cert.pem >"$work/mo.pem"
cat "$foreign"/oemSubCA[12]Cert.pem >"$work/oem.pem"
cat "$foreign"/cpsSubCA[12]Cert.pem >"$work/cps.pem"
"$pki" verify secc "$foreign/v2gRootCACert.pem" "$foreign/seccLeafCert.pem" "$work/cpo.pem"
"$pki" verify contract "$foreign/moRootCACert.pem" "$foreign/contractLeafCert.pem" "$work/mo.pem"
"$pki" verify oem "$foreign/oemRootCACert.pem" "$foreign/oemLeafCert.pem" "$work/oem.pem"
"$pki" verify cps "$foreign/v2gRootCACert.pem" "$foreign/cpsLeafCert.pem" "$work/cps.pem"
"$pki" verify contract "$foreign/v2gRootCACert.pem" "$foreign/contractLeafCert.pem" "$work/mo.pem" 2>/dev/null && fail "contract under the wrong root"
for key in seccLeaf contractLeaf; do
  [[ ! -e $foreign/$key.pkcs8.pem ]] || "$pki" public "$foreign/$key.pkcs8.pem" >/dev/null
done
echo "pki: the foreign hierarchy verifies in all four roles"
python=$foreign/../../venv/bin/python
[[ ! -x $python ]] || "$python" .ci/key-wrap-josev.py "$pki" "$work" "$foreign/oemLeafCert.der" "$foreign/oemLeaf.pkcs8.pem"
