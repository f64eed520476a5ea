#!/bin/bash
# The codec on every vector and the inspector on every capture of the shared data.
# corpus.sh [SHARED [PNC]]   SHARED holds data/ and tools/; PNC is the built command.
# One line a step; exit 0 only if every -2 message decodes and every signature that can be judged is good.
set -u
cd "$(dirname "$0")/.." || exit 2
shared=${1:-../shared} pnc=${2:-target/release/pnc}
data=$shared/data
[ -d "$data" ] || { echo "no directory $data"; exit 77; }
[ -x "$pnc" ] || { echo "no command at $pnc"; exit 2; }
failed=0

answers=$(python3 "$shared/tools/exi_batch.py" "$pnc" appproto,iso2,xmldsig "$data"/exi/synthetic/*.jsonl "$data"/exi/captured/*.jsonl)
if [ $? = 0 ]; then echo "ok      vectors   $(tail -n 1 <<<"$answers")"; else echo "FAILED  vectors"; sed 's/^/        /' <<<"$answers"; failed=1; fi

inspected=$(python3 .ci/inspected.py "$pnc" "$data") || failed=1
echo "$inspected"
[ $failed = 0 ] && echo "EXI: $(tail -n 1 <<<"$answers"); inspector: $(grep -o '[0-9]* sap.*' <<<"$inspected" | head -n 1)"
exit $failed
