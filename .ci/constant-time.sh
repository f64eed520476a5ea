#!/bin/bash
# Runs the MAC check of the CBC suite under valgrind with every secret byte marked undefined: memcheck
# reports each branch and address that depends on one. A textbook check must be reported, to show that
# the test bites.
set -u
cd "$(dirname "$0")/.."
if ! command -v valgrind > /dev/null; then
  echo "skip: constant-time (valgrind is missing)"
  exit 77
fi
if [ "$(uname -m)" != x86_64 ]; then
  echo "skip: constant-time (the marking is for x86_64)"
  exit 77
fi
cargo build -q --release -p pnc-tls --example constant_time || exit 1
program=${CARGO_TARGET_DIR:-$PWD/target}/release/examples/constant_time
log=$(mktemp)
trap 'rm -f "$log"' EXIT

if ! valgrind -q --error-exitcode=9 "$program" check 2> "$log"; then
  cat "$log"
  echo "FAIL the MAC check depends on secret bytes"
  exit 1
fi
valgrind -q --error-exitcode=9 "$program" textbook > /dev/null 2> "$log"
if [ $? != 9 ]; then
  cat "$log"
  echo "FAIL a textbook check was not reported"
  exit 1
fi
echo "ok   the MAC check depends on no secret byte; a textbook check is reported in $(grep -c 'depends on uninit\|Use of uninit' "$log") places"
