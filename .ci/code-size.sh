#!/bin/bash
# Octets of code and constants that decoding and encoding ISO 15118-2 adds to a program without a codec.
set -eu
cd "$(dirname "$0")/../v2g/benches/size"
target=${CARGO_TARGET_DIR:-$PWD/../../../target}/size
status=0 figures=()

# measure PROFILE LIMIT NAME [FLAG..]
measure() {
  local profile=$1 limit=$2 name=$3 octets
  shift 3
  CARGO_TARGET_DIR=$target cargo build -q --locked --profile "$profile" --bins "$@"
  octets=$(size "$target/$profile/codec" "$target/$profile/empty" | awk 'NR == 2 {codec = $1} NR == 3 {print codec - $1}')
  figures+=("$name $octets (limit $limit)")
  [ "$octets" -gt 0 ] && [ "$octets" -le "$limit" ] || status=1
}

measure small 130000 "opt-level s with feature small" --features small
measure release 231000 "opt-level 3"
printf -v line '%s, ' "${figures[@]}"
echo "iso2 codec: ${line%, }"
exit $status
