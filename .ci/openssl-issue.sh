#!/usr/bin/env bash
# OpenSSL judges what `pnc pki` issues in both editions: hierarchies, certificates by the dozen, requests both ways, revocation
# lists, OCSP answers, and certificates alone in a CMS frame. With `ed448` the same in ISO 15118-20 with every key of Ed448.
#   .ci/openssl-issue.sh PNC [ed448]
set -euo pipefail
pnc=$(realpath "$1") editions=(2 20) algorithm=()
[ "${2:-}" != ed448 ] || editions=(20) algorithm=(--algorithm ed448)
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo build -q -p pnc-pki --example pki_files
files=$(realpath "${CARGO_TARGET_DIR:-target}/debug/examples/pki_files")
cd "$work"
fail() { echo "FAIL: $*" >&2; exit 1; }
good() { # ROOT PLACE [OPTION..]
  local root=$1 place=$2; shift 2
  openssl verify -x509_strict "$@" -CAfile "$root" -untrusted "$place/chain.pem" "$place/cert.pem" >/dev/null || fail "$place under $root"
  [[ $(openssl x509 -in "$place/cert.pem" -noout -pubkey) == $(openssl pkey -in "$place/key.pem" -pubout) ]] || fail "$place: another key"
}

for edition in "${editions[@]}"; do
  dir=ca$edition
  "$pnc" pki init $dir --edition $edition "${algorithm[@]}" --ocsp http://ocsp.example.com --crl http://crl.example.com >/dev/null
  if [ $edition = 2 ]; then station='DE*PNC*E0000001'; else station=DEPNCS000000000000000000000000000000013; fi
  seq -f 'DEPNCC%08.0f' 1 12 | "$pnc" pki issue $dir contract - --organization Operator >/dev/null
  "$pnc" pki issue $dir oem-provisioning WVWP00000000000017 >/dev/null
  "$pnc" pki issue $dir secc "$station" --organization Operator --country DE -o $dir/station >/dev/null
  mv $dir/station/* $dir/leaf/station
  # Critical addresses for revocation, which OpenSSL does not know as such.
  options=(); [ $edition = 2 ] || options=(-ignore_critical)
  for place in $dir/leaf/DEPNCC*; do good $dir/roots/mo_root.pem "$place" "${options[@]}"; done
  good $dir/roots/oem_root.pem $dir/leaf/WVWP00000000000017 "${options[@]}"
  good $dir/roots/v2g_root.pem $dir/leaf/station -purpose sslserver
  good $dir/roots/v2g_root.pem $dir/leaf/cps
  good $dir/roots/mo_root.pem $dir/leaf/ocsp_signer_mo_sub2 "${options[@]}"
  if [ $edition = 20 ]; then
    "$pnc" pki issue $dir vehicle WVWV0000000000000010 --organization Maker >/dev/null
    good $dir/roots/oem_root.pem $dir/leaf/WVWV0000000000000010 -purpose sslclient
  fi
  serials=$(for cert in $dir/leaf/*/cert.pem $dir/ca/*/cert.pem; do openssl x509 -in "$cert" -noout -serial; done)
  [[ $(sort -u <<<"$serials" | wc -l) == $(wc -l <<<"$serials") ]] || fail "a serial number twice"

  # Requests: ours for OpenSSL, OpenSSL's for us.
  "$pnc" pki csr make secc "$station" --edition $edition "${algorithm[@]}" --organization Operator --country DE --key $dir/own.key -o $dir/own.csr
  openssl req -in $dir/own.csr -noout -verify 2>&1 | grep -q OK || fail "openssl refuses our request"
  openssl req -in $dir/own.csr -noout -text | grep -q 'Digital Signature' || fail "no key usage asked for"
  kind=(ec -pkeyopt ec_paramgen_curve:prime256v1 -sha256)
  [ $edition = 2 ] || kind=(ec -pkeyopt ec_paramgen_curve:secp521r1 -sha512)
  [ ${#algorithm[@]} = 0 ] || kind=(ed448)
  openssl req -new -newkey "${kind[@]}" -nodes -keyout $dir/foreign.key -subj "/C=DE/O=Operator/CN=$station" -out $dir/foreign.csr 2>/dev/null
  for csr in own foreign; do
    "$pnc" pki csr show $dir/$csr.csr >/dev/null
    mkdir $dir/$csr && mv $dir/$csr.key $dir/$csr/key.pem
    "$pnc" pki sign $dir secc $dir/$csr.csr -o $dir/$csr/chain.pem >/dev/null
    openssl x509 -in $dir/$csr/chain.pem -out $dir/$csr/cert.pem
    good $dir/roots/v2g_root.pem $dir/$csr
  done

  # Revocation.
  "$pnc" pki revoke $dir $dir/leaf/DEPNCC00000001/cert.pem --reason keyCompromise >/dev/null
  "$pnc" pki crl issue $dir mo_sub2 -o $dir/mo.crl >/dev/null
  openssl crl -inform der -in $dir/mo.crl -CAfile $dir/ca/mo_sub2/cert.pem -noout 2>&1 | grep -q 'verify OK' || fail "list of edition $edition"
  serial=$(openssl x509 -in $dir/leaf/DEPNCC00000001/cert.pem -noout -serial | cut -d= -f2)
  openssl crl -inform der -in $dir/mo.crl -noout -text | grep -q "$serial" || fail "not listed"
  # Whose chain OpenSSL cannot judge, for the critical addresses, it is told to trust as a signer of answers.
  trust=(-partial_chain -CAfile $dir/ca/mo_sub2/cert.pem)
  [ $edition = 2 ] || trust=(-VAfile $dir/leaf/ocsp_signer_mo_sub2/cert.pem)
  for state in DEPNCC00000001:revoked DEPNCC00000002:good; do
    cert=$dir/leaf/${state%:*}/cert.pem
    openssl ocsp -issuer $dir/ca/mo_sub2/cert.pem -cert "$cert" -reqout $dir/question -no_nonce >/dev/null 2>&1
    "$pnc" pki ocsp answer $dir mo_sub2 $dir/question -o $dir/answer >/dev/null
    openssl ocsp -issuer $dir/ca/mo_sub2/cert.pem -cert "$cert" -respin $dir/answer "${trust[@]}" -no_nonce >answered 2>&1
    grep -q 'Response verify OK' answered && grep -q "cert.pem: ${state#*:}" answered || fail "$state: $(<answered)"
  done

  # Certificates alone in a frame, both ways.
  "$files" certs-only $dir/leaf/station/chain.pem $dir/ours.p7
  [[ $(openssl pkcs7 -inform der -in $dir/ours.p7 -print_certs | grep -c 'BEGIN CERTIFICATE') == 3 ]] || fail "openssl reads our frame otherwise"
  openssl crl2pkcs7 -nocrl -certfile $dir/leaf/station/chain.pem -outform der -out $dir/theirs.p7
  [[ $("$files" certificates $dir/theirs.p7 | grep -c 'BEGIN CERTIFICATE') == 3 ]] || fail "we read openssl's frame otherwise"
  echo "openssl: edition $edition${2:+, $2}: $(wc -l <<<"$serials") certificates, requests, lists, answers and frames good"
done
