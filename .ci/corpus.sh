#!/bin/bash
# The codec on every vector and the inspector on every capture of the shared data.
# corpus.sh [SHARED [PNC]]   SHARED holds data/ and tools/; PNC is the built command.
# One line a step, and the counts of each schema; exit 0 only if every message of a known protocol decodes and every signature that
# can be judged is good.
set -u
cd "$(dirname "$0")/.." || exit 2
shared=${1:-../shared} pnc=${2:-target/release/pnc}
data=$shared/data
[ -d "$data" ] || { echo "no directory $data"; exit 77; }
[ -x "$pnc" ] || { echo "no command at $pnc"; exit 2; }
failed=0

schemas=appproto,din,iso2,iso20-common,iso20-ac,iso20-dc,iso20-wpt,iso20-acdp,xmldsig # what has XML of an independent processor
answers=$(python3 "$shared/tools/exi_batch.py" "$pnc" $schemas "$data"/exi/synthetic/*.jsonl "$data"/exi/captured/*.jsonl)
# A set that has no row would not be missed otherwise.
if [ $? = 0 ] && [ "$(grep -c ' hex  ' <<<"$answers")" = "$(tr , '\n' <<<$schemas | wc -l)" ]; then echo "ok      vectors   $(tail -n 1 <<<"$answers")"; else echo "FAILED  vectors"; failed=1; fi
sed 's/^/        /' <<<"$answers"

inspected=$(python3 .ci/inspected.py "$pnc" "$data") || failed=1
echo "$inspected"
[ $failed = 0 ] && echo "EXI: $(tail -n 1 <<<"$answers"); inspector: $(grep -o '[0-9]* sap.*' <<<"$inspected" | head -n 1)"
exit $failed
