#!/usr/bin/env bash
# The feature `ed448`: its tests, lints and documents; OpenSSL judges keys, signatures, secrets, contract keys and all that
# `pnc pki` issues, both ways; a build without the feature refuses by its name.
#   .ci/ed448.sh [PNC-WITHOUT]
set -euo pipefail
cd "$(dirname "$0")/.."
without=${1:+$(realpath "$1")}
target=${CARGO_TARGET_DIR:-target}
[ "${target#/}" != "$target" ] || target=$PWD/$target
fail() { echo "FAIL: $*" >&2; exit 1; }
grep -q ED448 <<<"$(openssl list -public-key-algorithms 2>/dev/null)" || { echo "this openssl has no Ed448"; exit 77; }

cargo clippy -q -p pnc-pki -p pnc-v2g --all-targets --features pnc-pki/ed448,pnc-v2g/ed448 -- -D warnings
RUSTDOCFLAGS="-D warnings" cargo doc -q --no-deps -p pnc-pki --features ed448
cargo test -q -p pnc-pki --features ed448 --lib --test ed448 --test requests
cargo test -q -p pnc-v2g --features ed448 --test delivery iso20
cargo build -q -p pnc-pki --features ed448 --example pki_files
cargo build -q -p pnc --features hsm,ed448
files=$target/debug/examples/pki_files pnc=$target/debug/pnc
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Keys, signatures and secrets, both ways.
spki() { openssl pkey -in "$1" -pubout -outform der; }
head -c 5000 /dev/urandom >"$work/message"
for algorithm in Ed448 X448; do
  "$files" generate $algorithm >"$work/ours.$algorithm"
  openssl genpkey -algorithm $algorithm -out "$work/theirs.$algorithm"
  for key in "$work"/{ours,theirs}.$algorithm; do
    spki "$key" >"$key.spki"
    [ "$("$files" public "$key")" = "$(openssl pkey -in "$key" -pubout)" ] || fail "another public key of $key"
  done
done
for of in ours theirs; do
  key=$work/$of.Ed448
  openssl pkeyutl -sign -rawin -inkey "$key" -in "$work/message" -out "$work/by-openssl"
  "$files" sign "$key" "$work/message" >"$work/by-us"
  cmp -s "$work/by-openssl" "$work/by-us" || fail "another signature with $of"
  "$files" check-signature "$key.spki" "$work/message" "$work/by-openssl" || fail "we refuse openssl's signature"
  ! "$files" check-signature "$key.spki" "$key" "$work/by-openssl" 2>/dev/null || fail "we verify anything"
done
openssl pkeyutl -derive -inkey "$work/theirs.X448" -peerkey <(openssl pkey -in "$work/ours.X448" -pubout) -out "$work/secret"
cmp -s <("$files" agree "$work/ours.X448" "$work/theirs.X448.spki") "$work/secret" || fail "another secret"
cmp -s <("$files" agree "$work/theirs.X448" "$work/ours.X448.spki") "$work/secret" || fail "another secret the other way"
python3 .ci/key-wrap-iso20.py "$files" "$work" ed448

# What is issued, and what of it is accepted.
bash .ci/openssl-issue.sh "$pnc" ed448
cd "$work"
"$pnc" pki init ed --edition 20 --algorithm ed448 --ocsp http://ocsp.example.com >/dev/null
"$pnc" pki init nist --edition 20 --ocsp http://ocsp.example.com >/dev/null
"$pnc" pki issue ed contract DEPNCC000000018 >/dev/null
chain=ed/leaf/DEPNCC000000018
"$pnc" pki lint "$chain/cert.pem" --profile contract --edition 20 >/dev/null || fail "lint of a contract on Ed448"
verify=(pki verify "$chain/chain.pem" --role contract --edition 20 --anchors mo:ed/roots/mo_root.pem)
"$pnc" "${verify[@]}" >/dev/null || fail "we refuse our own chain"
openssl req -new -newkey ed448 -nodes -keyout foreign.key -subj "/O=Operator/CN=DEPNCC000000026" -out foreign.csr 2>/dev/null
! "$pnc" pki sign nist contract foreign.csr -o mixed.pem 2>mixed || fail "a chain of two algorithms"
grep -q 'Ed448' mixed || fail "$(<mixed)"
! "$pnc" pki init two --edition 2 --algorithm ed448 2>/dev/null || fail "Ed448 in ISO 15118-2"
if [ -n "$without" ]; then
  for command in "pki init other --edition 20 --algorithm ed448 --ocsp http://ocsp.example.com" "pki csr show foreign.csr" "${verify[*]}"; do
    said=$("$without" $command 2>&1) && fail "done without the feature: $command"
    grep -q 'feature `ed448`' <<<"$said" || fail "not refused by name: $said"
  done
  grep -q Ed448 <<<"$("$without" pki show "$chain/cert.pem")" || fail "a key that is not named"
fi
echo "ed448: vectors, keys, signatures, secrets, deliveries and certificates good by OpenSSL; refused by name where the feature is off"
