#!/bin/bash
# Every example runs to its end.
set -u
cd "$(dirname "$0")/.." || exit 2
failed=0 count=0
for file in examples/*.rs; do
  name=$(basename "$file" .rs)
  [ "$name" = lib ] && continue
  count=$((count + 1))
  timeout 300 cargo run -q -p pnc-examples --example "$name" >/dev/null || { failed=1; echo "FAIL $name"; }
done
echo "$count examples"
exit $failed
