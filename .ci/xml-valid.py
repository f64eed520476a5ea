#!/usr/bin/env python3
"""xml-valid.py SHARED PNC   our XML of every distinct vector is valid against the schema of the standard, as xmllint judges.

Left out, and counted: what no valid document can hold (abstract elements, which peers send), and fragments of elements that the
schema does not declare globally. Exits with 77 without schemas or xmllint."""
import collections, json, pathlib, shutil, subprocess, sys, tempfile

shared, pnc = pathlib.Path(sys.argv[1]), sys.argv[2]
SETS = {
    'appproto': 'appproto/V2G_CI_AppProtocol.xsd', 'din': 'din/V2G_CI_MsgDef.xsd', 'iso2': 'iso2/V2G_CI_MsgDef.xsd',
    'iso20-common': 'iso20/V2G_CI_CommonMessages.xsd', 'iso20-ac': 'iso20/V2G_CI_AC.xsd', 'iso20-dc': 'iso20/V2G_CI_DC.xsd',
    'iso20-wpt': 'iso20/V2G_CI_WPT.xsd', 'iso20-acdp': 'iso20/V2G_CI_ACDP.xsd', 'xmldsig': 'xmldsig/xmldsig-core-schema.xsd',
}
for there, missing in [(shared / 'schemas', 'schemas'), (shared / 'data/exi', 'vectors')]:
    if not there.is_dir(): print(f'no {missing} at {there}'); sys.exit(77)
if not shutil.which(pnc): print(f'no command at {pnc}'); sys.exit(2)
if not shutil.which('xmllint'): print('xmllint (libxml2-utils) is missing'); sys.exit(77)

rows = {}
for file in sorted((shared / 'data/exi').glob('*/*.jsonl')):
    for line in file.open():
        row = json.loads(line)
        if row.get('schema') in SETS: rows.setdefault((row['schema'], row.get('kind', 'document'), row['hex']), f'{file.name} {row.get("id", row.get("frame"))}')
questions = [{'op': 'decode', 'schema': schema, 'kind': kind, 'hex': hex, 'strict': True} for schema, kind, hex in rows]
said = subprocess.run([pnc, 'exi', 'batch'], input=''.join(json.dumps(q) + '\n' for q in questions), stdout=subprocess.PIPE, text=True)
answers = [json.loads(line) for line in said.stdout.split('\n') if line]
if len(answers) != len(questions): print(f'{len(answers)} answers to {len(questions)} questions'); sys.exit(1)

valid, left_out, wrong = collections.Counter(), collections.Counter(), []
with tempfile.TemporaryDirectory() as temporary:
    for schema, xsd in SETS.items():
        files = {}
        for i, ((of, kind, _), where, answer) in enumerate(zip(rows, rows.values(), answers)):
            if of != schema: continue
            if 'xml' not in answer: wrong.append(f'{where}: {answer}')
            elif any(d['name'] == 'abstract-element' for d in answer['deviations']): left_out['with abstract elements'] += 1
            else:
                path = f'{temporary}/{i}.xml'
                pathlib.Path(path).write_text(answer['xml'])
                files[path] = (kind, where)
        paths = list(files)
        for begin in range(0, len(paths), 500):
            p = subprocess.run(['xmllint', '--nonet', '--noout', '--schema', str(shared / 'schemas' / xsd), *paths[begin:begin + 500]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            judged = set()
            complaints = collections.defaultdict(list)
            for line in p.stdout.splitlines():
                path = line.split(':')[0].split(' ')[0]
                if line.endswith(' validates'): judged.add(path); valid[schema] += 1
                elif line.endswith(' fails to validate'): judged.add(path)
                elif path in files: complaints[path].append(line.split(': ', 1)[-1])
            for path in paths[begin:begin + 500]:
                kind, where = files[path]
                if path not in judged: wrong.append(f'{where}: xmllint did not judge it')
                elif complaints[path] and kind == 'fragment' and all('No matching global declaration' in c for c in complaints[path]): left_out['fragments of local elements'] += 1
                elif complaints[path]: wrong.append(f'{schema} {where}: {complaints[path][0]}')

for line in wrong[:40]: print(line[:260])
for schema in SETS: print(f'{schema:14s} {valid[schema]} valid')
print(f'{sum(valid.values())} distinct messages and fragments valid, {len(wrong)} not; left out: ' + (', '.join(f'{n} {why}' for why, n in sorted(left_out.items())) or 'none'))
sys.exit(1 if wrong or not all(valid[schema] for schema in SETS) else 0)
