#!/bin/bash
# Judges of v2g_tls: its station and car against OpenSSL and JSSE, with 100 KB echoed in each session.
# Prints a line a case; exits 1 if one fails; a peer that is not installed is skipped with a line.
set -u
cd "$(dirname "$0")/.."
cargo build -q -p pnc-tls --examples || exit 1
bin=${CARGO_TARGET_DIR:-$PWD/target}/debug/examples
here=$PWD/.ci
work=$(mktemp -d)
pids=()
trap 'for p in "${pids[@]:-}"; do [ -n "$p" ] && kill "$p" 2>/dev/null; done; rm -rf "$work"' EXIT
failed=0 passed=0 port=$((20000 + RANDOM % 20000))
cd "$work" || exit 1

if ! command -v openssl >/dev/null; then
  echo "skip: all (openssl is missing, and makes the certificates)"
  exit 77
fi

verdict() { # NAME STATUS
  if [ "$2" = 0 ]; then passed=$((passed + 1)); echo "ok   $1"; else failed=$((failed + 1)); echo "FAIL $1"; fi
}

# ---- certificates: root, two sub-CAs, a leaf with DC=CPO; a second branch; a leaf without DC=CPO
key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out "$1.key" 2>/dev/null; }
certify() { # NAME ISSUER SUBJECT EXTENSIONS
  key "$1"
  printf '%b' "$4\nsubjectKeyIdentifier=hash\n" > "$1.ext"
  openssl req -new -key "$1.key" -subj "$3" -out "$1.csr" 2>/dev/null
  if [ "$2" = self ]; then signer="-signkey $1.key"; else signer="-CA $2.pem -CAkey $2.key"; fi
  # shellcheck disable=SC2086
  openssl x509 -req -in "$1.csr" $signer -sha256 -days 30 -set_serial "$RANDOM$RANDOM" -extfile "$1.ext" -out "$1.pem" 2>/dev/null
}
branch() { # PREFIX
  local ca=keyUsage=critical,keyCertSign,cRLSign leaf=basicConstraints=critical,CA:FALSE\\nkeyUsage=critical,digitalSignature,keyAgreement
  certify "$1root" self "/DC=V2G/CN=V2GRootCA$1" "basicConstraints=critical,CA:TRUE\n$ca"
  certify "$1sub1" "$1root" /DC=CPO/CN=CPOSubCA1 "basicConstraints=critical,CA:TRUE,pathlen:1\n$ca"
  certify "$1sub2" "$1sub1" /DC=CPO/CN=CPOSubCA2 "basicConstraints=critical,CA:TRUE,pathlen:0\n$ca"
  certify "$1secc" "$1sub2" /DC=CPO/CN=SECCCert "$leaf"
  certify "$1other" "$1sub2" /DC=CPS/CN=CPSCert "$leaf"
  cat "$1sub2.pem" "$1sub1.pem" > "$1subs.pem"
  for n in secc other; do
    cat "$1$n.pem" "$1subs.pem" > "$1$n.chain"
    openssl pkcs12 -export -inkey "$1$n.key" -in "$1$n.chain" -passout pass:secret -out "$1$n.p12"
  done
}
branch a
branch b
base64 -w 0 /dev/urandom | head -c 100000 > data

up() { # PORT: waits for a listener
  for _ in $(seq 50); do
    grep -q ":$(printf %04X "$1") .* 0A " /proc/net/tcp /proc/net/tcp6 && return 0
    sleep 0.1
  done
  return 1
}
down() { kill "${pids[-1]}" 2>/dev/null; wait "${pids[-1]}" 2>/dev/null; unset 'pids[-1]'; port=$((port + 1)); }

# ---- our station: one process serves all clients
station=$port
"$bin/secc" "$station" asecc.chain asecc.key aroot.pem bsecc.chain bsecc.key broot.pem > station.log &
pids+=($!)
up "$station" || { echo "FAIL the station did not start"; exit 1; }
port=$((port + 1))

s_client() { # ARGS: sends the data and expects it back
  : > out
  { cat data; for _ in $(seq 50); do [ "$(stat -c %s out)" -ge 100000 ] && break; sleep 0.1; done; } |
    timeout 20 openssl s_client -quiet -nocommands -no_ign_eof -connect "[::1]:$station" -CAfile aroot.pem -verify_return_error "$@" > out 2> err
  cmp -s out data
}
refused() { # WORD ARGS: no session, and the alert says why
  ! timeout 20 openssl s_client -connect "[::1]:$station" -CAfile aroot.pem "${@:2}" < /dev/null > out 2>&1 && grep -qi "$1" out
}
cbc="-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256 -curves P-256"
# shellcheck disable=SC2086
{
  s_client $cbc; verdict "OpenSSL car: encrypt_then_mac offered, not taken up" $?
  s_client $cbc -no_etm; verdict "OpenSSL car: encrypt_then_mac not offered" $?
  s_client $cbc -max_send_frag 512; verdict "OpenSSL car: fragments of 512 bytes" $?
  s_client $cbc -servername 'fe80::3086:ddff:fe73:fa69%veth-e'; verdict "OpenSSL car: a scoped address as SNI" $?
  s_client $cbc -servername SECCCert; verdict "OpenSSL car: a name as SNI" $?
  s_client $cbc -alpn h2; verdict "OpenSSL car: ALPN of its own" $?
  s_client $cbc -status; verdict "OpenSSL car: status_request" $?
  s_client -cipher ECDHE-ECDSA-AES128-SHA256; verdict "OpenSSL car: offers TLS 1.3 too, gets TLS 1.2" $?
  openssl s_client -connect "[::1]:$station" $cbc -serverinfo 3 < /dev/null 2> /dev/null | grep -q "SERVERINFO FOR EXTENSION 3"
  verdict "OpenSSL car: trusted_ca_keys (empty) is acknowledged" $?
  refused "handshake failure" -tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256; verdict "OpenSSL car: AES-GCM alone is refused" $?
  refused "protocol version" -tls1_3; verdict "OpenSSL car: TLS 1.3 alone is refused" $?
  refused "handshake failure" -tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256 -curves P-521; verdict "OpenSSL car: another curve is refused" $?
  s_client $cbc; verdict "OpenSSL car: the station still serves" $?
}

# ---- our car against s_server, which sends back what it prints
car() { # WORD: what the car says
  timeout 20 "$bin/evcc" "$port" aroot.pem 100000 > out 2>&1
  grep -q "$1" out
}
s_server() { # ARGS
  rm -f loop && mkfifo loop && exec 3<>loop
  openssl s_server -quiet -accept "$port" -tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256 "$@" <&3 >&3 2> server.err &
  pids+=($!)
  up "$port"
}
case_of() { # NAME WORD ARGS
  s_server "${@:3}"
  car "$2"
  verdict "OpenSSL station: $1" $?
  down
}
back="TLS 1.2 ECDHE-ECDSA-AES128-CBC-SHA256, chain of 3: 100000 bytes came back"
own="-cert asecc.pem -key asecc.key -cert_chain asubs.pem"
# shellcheck disable=SC2086
{
  case_of "the session" "$back" $own
  case_of "without encrypt_then_mac" "$back" $own -no_etm
  case_of "fragments of 512 bytes" "$back" $own -max_send_frag 512
  case_of "asks for a client certificate" "$back" $own -verify 1
  case_of "the chain includes the root" "chain of 4: 100000 bytes came back" -cert asecc.pem -key asecc.key -cert_chain <(cat asubs.pem aroot.pem)
  case_of "another root is refused" UnknownIssuer -cert bsecc.pem -key bsecc.key -cert_chain bsubs.pem
  case_of "another root, sent along, is refused" UnknownIssuer -cert bsecc.pem -key bsecc.key -cert_chain <(cat bsubs.pem broot.pem)
  case_of "a leaf without DC=CPO is refused" "NotCpo" -cert aother.pem -key aother.key -cert_chain asubs.pem
  case_of "a leaf without its sub-CAs is refused" UnknownIssuer -cert asecc.pem -key asecc.key
  case_of "another suite is refused" HandshakeFailure $own -cipher ECDHE-ECDSA-AES128-GCM-SHA256
}

# ---- JSSE, both roles
if command -v java > /dev/null && command -v javac > /dev/null && javac -d . "$here/TlsPeer.java"; then
  openssl x509 -in aroot.pem -outform der -out aroot.der
  jsse_car() { timeout 60 java "$@" -cp . TlsPeer client "$station" aroot.der data; }
  jsse_car > out 2>&1; verdict "JSSE car: the session" $?
  jsse_car -Djdk.tls.client.disableExtensions=supported_groups > out 2>&1; verdict "JSSE car: no supported_groups" $?
  jsse_car -Djdk.tls.useExtendedMasterSecret=false > out 2>&1; verdict "JSSE car: no extended_master_secret" $?
  jsse_car -Djdk.tls.client.enableStatusRequestExtension=true -Dcom.sun.net.ssl.checkRevocation=false > out 2>&1; verdict "JSSE car: status_request and status_request_v2" $?
  for name in asecc:"$back":"the session" aother:NotCpo:"a leaf without DC=CPO is refused" bsecc:UnknownIssuer:"another root is refused"; do
    IFS=: read -r store word what <<< "${name/TLS 1.2 ECDHE-ECDSA-AES128-CBC-SHA256, chain of 3: /}"
    java -cp . TlsPeer server "$port" "$store.p12" > server.out 2>&1 &
    pids+=($!)
    up "$port" && car "$word"
    verdict "JSSE station: $what" $?
    down
  done
else
  echo "skip: JSSE (no JDK)"
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
