#!/usr/bin/env bash
# OpenSSL and the pki crate answer each other's OCSP requests and read each other's responses and revocation lists.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo build -q -p pnc-pki --examples
bin=${CARGO_TARGET_DIR:-$PWD/target}/debug/examples
pki() { "$bin/revocation_files" "$@"; }
fail() { echo "FAIL: $*" >&2; exit 1; }
expect() { # WANTED COMMAND..: the command's output, errors included, holds what is wanted
  local wanted=$1 found
  shift
  found=$("$@" 2>&1 || true)
  grep -qF -- "$wanted" <<<"$found" || fail "$*: wanted '$wanted', found '$found'"
  count=$((count + 1))
}

"$bin/pki_files" write "$work"
cd "$work"
sub2=certs/mo_sub2.pem sub2_key=keys/mo_sub2.pem leaf=certs/contract.pem
signer=certs/ocsp_signer.pem signer_key=keys/ocsp_signer.pem
cat certs/mo_sub2.pem certs/mo_sub1.pem >subs.pem
serial() { openssl x509 -in "$1" -noout -serial | cut -d= -f2; }

# OpenSSL's responder, on an index as its own authority keeps it.
index() { # STATUS [REVOKED]
  printf '%s\t400101000000Z\t%s\t%s\tunknown\t/CN=x\n' "$1" "${2:-}" "$(serial $leaf)" >index
}
respond() { openssl ocsp -index index -CA $sub2 -reqin request.der -respout response.der -ndays 1 "$@" >/dev/null 2>&1; }
count=0
for hash in sha1 sha256; do
  pki request $hash $leaf $sub2 request.der
  expect "Hash Algorithm: $hash" openssl ocsp -reqin request.der -req_text -resp_text
  for who in "-rsigner $signer -rkey $signer_key" "-rsigner $sub2 -rkey $sub2_key"; do
    for name in "" -resp_key_id; do
      index V; respond $who $name; expect good pki answer response.der $leaf $sub2
      index R 261101000000Z,keyCompromise; respond $who $name
      expect "revoked on 2026-11-01T00:00:00Z, keyCompromise" pki answer response.der $leaf $sub2
      index R 261101000000Z; respond $who $name
      expect "revoked on 2026-11-01T00:00:00Z" pki answer response.der $leaf $sub2
      : >index; respond $who $name; expect unknown pki answer response.der $leaf $sub2
    done
  done
done
index V
respond -rsigner $signer -rkey $signer_key -badsig; expect BadSignature pki answer response.der $leaf $sub2
respond -rsigner $signer -rkey $signer_key -resp_no_certs; expect Unauthorized pki answer response.der $leaf $sub2
respond -rsigner certs/contract.pem -rkey keys/contract.pem; expect Unauthorized pki answer response.der $leaf $sub2
respond -rsigner $signer -rkey $signer_key
expect NoAnswer pki answer response.der certs/secc.pem certs/cpo_sub2.pem
echo "pki: OpenSSL's responder understands every request, $count outcomes right"

# Our responder, asked by OpenSSL: with its nonce, with both hashes.
count=0
client() { # with the hash and the nonce of the request, not another one
  openssl ocsp "-$hash" -no_nonce -reqin request.der -respin response.der -issuer $sub2 -cert $leaf -CAfile certs/mo_root.pem -verify_other subs.pem
}
for hash in sha1 sha256; do
  openssl ocsp -$hash -issuer $sub2 -cert $leaf -reqout request.der
  for who in "$signer_key $signer" "$sub2_key -"; do
    read -r key certificate <<<"$who"
    answer() { expect successful pki respond request.der $sub2 "$key" "$certificate" "$1" response.der; }
    answer good; expect "Response verify OK" client; expect "contract.pem: good" client
    answer unknown; expect "contract.pem: unknown" client
    answer 1; expect "Reason: keyCompromise" client; expect "contract.pem: revoked" client
    answer 0; expect "contract.pem: revoked" client
    grep -q "WARNING" <<<"$(client 2>&1)" && fail "OpenSSL misses the nonce"
  done
done
expect unauthorized pki respond request.der certs/cpo_sub2.pem keys/cpo_sub2.pem - good response.der
expect "Responder Error: unauthorized" client
head -c 40 request.der >cut.der
expect malformedRequest pki respond cut.der $sub2 $sub2_key - good response.der
expect "Responder Error: malformedrequest" client
# A signer for whom the issuer does not speak.
expect successful pki respond request.der $sub2 keys/secc.pem certs/secc.pem good response.der
expect "Response Verify Failure" client
echo "openssl: our responder is understood, $count outcomes right"

# What OCPP wants, as OpenSSL computes it.
count=0
text=$(openssl ocsp -sha256 -issuer $sub2 -cert $leaf -req_text)
data=$(pki data $leaf $sub2)
for field in "issuerNameHash:Issuer Name Hash" "issuerKeyHash:Issuer Key Hash" "serialNumber:Serial Number"; do
  wanted=$(grep "${field#*:}" <<<"$text" | sed 's/.*: 0*//' | tr 'A-F' 'a-f')
  found=$(grep "${field%%:*}" <<<"$data" | sed 's/.* 0*//')
  [[ -n $wanted && $wanted == "$found" ]] || fail "${field%%:*}: wanted $wanted, found $found"
done
[[ $(openssl x509 -in $leaf -noout -ocsp_uri) == "$(sed -n 's/responderURL //p' <<<"$data")" ]] || fail responderURL

# Our lists, read by OpenSSL.
lists() { # REVOKED.. of the contract's chain
  pki crl $sub2 $sub2_key leaf.crl "$@"
  pki crl certs/mo_sub1.pem keys/mo_sub1.pem sub2.crl
  pki crl certs/mo_root.pem keys/mo_root.pem sub1.crl
  cat leaf.crl sub2.crl sub1.crl >all.crl
}
verify() { openssl verify -x509_strict -CAfile certs/mo_root.pem -untrusted subs.pem -CRLfile all.crl "$@" $leaf; }
lists
for option in -crl_check -crl_check_all; do expect "contract.pem: OK" verify $option; done
lists certs/contract.pem certs/ocsp_signer.pem
expect "certificate revoked" verify -crl_check
expect "verify OK" openssl crl -in leaf.crl -CAfile $sub2 -noout
[[ $(openssl crl -in leaf.crl -noout -crlnumber) == crlNumber=0x07 ]] || fail "list number"
expect "Key Compromise" openssl crl -in leaf.crl -noout -text
lists certs/ocsp_signer.pem
pki crl certs/mo_sub1.pem keys/mo_sub1.pem sub2.crl $sub2
cat leaf.crl sub2.crl sub1.crl >all.crl
expect "contract.pem: OK" verify -crl_check
expect "certificate revoked" verify -crl_check_all
pki crl $sub2 keys/mo_sub1.pem leaf.crl
cat leaf.crl sub2.crl sub1.crl >all.crl
expect "signature failure" verify -crl_check
echo "openssl: our lists are understood, $count outcomes right"

# OpenSSL's lists, read by us.
count=0
cat >ca.cnf <<'CNF'
[ca]
default_ca = mo
[mo]
database = index
crlnumber = crlnumber
default_md = sha256
default_crl_days = 7
crl_extensions = ext
[ext]
authorityKeyIdentifier = keyid
[delta]
authorityKeyIdentifier = keyid
2.5.29.27 = critical,DER:020101
[indirect]
issuingDistributionPoint = critical,@idp_indirect
[idp_indirect]
indirectCRL = TRUE
[users]
issuingDistributionPoint = critical,@idp_users
[idp_users]
onlyuser = TRUE
CNF
list() { # [EXTENSIONS]
  echo 1000 >crlnumber
  openssl ca -config ca.cnf -gencrl -cert $sub2 -keyfile $sub2_key -crlexts "${1:-ext}" -out list.pem 2>/dev/null
  openssl crl -in list.pem -outform der -out list.der
}
index V; list; expect good pki listed list.der $leaf $sub2
index R 261101000000Z,superseded; list
expect "revoked on 2026-11-01T00:00:00Z, superseded" pki listed list.der $leaf $sub2
index R 261101000000Z; list; expect "revoked on 2026-11-01T00:00:00Z" pki listed list.der $leaf $sub2
expect OtherIssuer pki listed list.der certs/secc.pem certs/cpo_sub2.pem
list delta; expect Delta pki listed list.der $leaf $sub2
list indirect; expect Indirect pki listed list.der $leaf $sub2
list users; expect Partial pki listed list.der $leaf $sub2
echo "pki: OpenSSL's lists are understood, $count outcomes right; OCSP and lists good both ways"
