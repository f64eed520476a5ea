#!/usr/bin/env python3
"""inspected.py PNC DATA   judges `pnc inspect --json` on every capture of DATA.

Where another dissector listed the messages of a capture (DATA/exi/captured, DATA/recorded/*.v2gtp.jsonl), these must be
the ones found: frame, octets, schema and name. Prints counts, a line a step."""
import collections, json, pathlib, subprocess, sys

pnc, data = sys.argv[1], pathlib.Path(sys.argv[2])
# Message sets that must be found in the captures.
SETS = ('appproto', 'din', 'iso2', 'iso20-common', 'iso20-ac', 'iso20-dc')
# Only these may keep a message from being decoded: nothing says which set it is of, or nobody here knows it.
UNKNOWN = ('no handshake', 'private protocol', 'ISO 15118-2, draft of 2010')
# How often each of these must be signed well in all captures, at least.
SIGNED = {'AuthorizationReq': 9, 'MeteringReceiptReq': 1, 'CertificateInstallationReq': 2, 'CertificateInstallationRes': 2,
          'CertificateUpdateReq': 1, 'CertificateUpdateRes': 1, 'ChargeParameterDiscoveryRes': 4}
failed = False


def step(name, wrong, said):
    global failed
    failed |= bool(wrong)
    print(f'{"FAILED" if wrong else "ok":7s} {name:9s} {said}')
    for line in wrong[:12]: print('        ' + line[:220])


def inspect(path):
    keys = path.parent / 'keylogs' / (path.name + '.keylog')
    extra = ['--keylog', str(keys)] if keys.exists() else []
    # They begin in the middle of sessions that are known to be DIN.
    if 'listenMode' in path.name: extra += ['--protocol', 'din']
    p = subprocess.run([pnc, 'inspect', '--json', *extra, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = [json.loads(line) for line in p.stdout.split('\n') if line]
    return lines, p.returncode, p.stderr.strip()


captures = sorted(p for kind in ('pcap', 'pcapng', 'dump') for p in [*data.glob(f'captures/**/*.{kind}'), *data.glob(f'recorded/*.{kind}')])
layers, names, errors, undecoded, signed, damaged, deviations = (collections.Counter() for _ in range(7))
signed20 = 0
bad, unsigned, broken, other = [], [], [], []
compared, sessions = 0, {}
for path in captures:
    lines, code, said = inspect(path)
    if code not in (0, 1) or (code == 1) != bool(said): broken.append(f'{path.name}: exit {code}, {said}')
    damaged[said.split(': ')[-1] if said else ''] += 1
    found = [line for line in lines if line['layer'] not in ('note', 'summary')]
    counted = collections.Counter(line.get('schema') or line['layer'] for line in found)
    if not lines or lines[-1]['layer'] != 'summary' and not code or lines[-1]['layer'] == 'summary' and lines[-1]['messages'] != counted: broken.append(f'{path.name}: the summary is not {dict(counted)}')
    for line in found:
        layers[line['layer']] += 1
        for deviation in {d['name'] for d in line.get('deviations', [])}: deviations[deviation] += 1
        if line['layer'] in ('slac', 'sdp', 'sap') or not line.get('error', '').startswith(UNKNOWN):
            if 'error' in line: bad.append(f'{path.name} frame {line["frame"]} {line["message"]}: {line["error"]}')
            elif line['layer'] in ('sap', 'v2g') and 'xml' not in line: bad.append(f'{path.name} frame {line["frame"]}: no XML')
            names[line.get('schema') or line['layer']] += 1
            if line.get('schema') == 'iso20-common' and line.get('signature', {}).get('good'): signed20 += 1
        else:
            undecoded[line.get('error', 'no error')] += 1
            if 'error' not in line or 'xml' in line: bad.append(f'{path.name} frame {line["frame"]}: not decoded, and no error')
        verdict = line.get('signature')
        if verdict and 'PnC' in path.name: sessions.setdefault(path.name, []).append((line['message'], verdict['verdict']))
        if verdict and verdict['good']: signed[line['message']] += 1
        elif verdict and verdict['verdict'].startswith('signature bad') or verdict and verdict['verdict'] == 'signature missing':
            unsigned.append(f'{path.name} frame {line["frame"]} {line["message"]}: {verdict["verdict"]}')
        elif verdict: errors[verdict['verdict']] += 1

    # The other dissector's rows: by capture, or by session.
    captured = data / 'exi' / 'captured' / (path.name.rsplit('.', 1)[0] + '.jsonl')
    recorded = path.with_suffix('.v2gtp.jsonl')
    v2gtp = [line for line in found if line['layer'] != 'slac']
    if captured.exists() and path.parent == data / 'captures':
        rows = [json.loads(row) for row in captured.open()]
        key = lambda frame, octets: (frame, (octets or '').lower())
        mine = collections.defaultdict(list)
        for line in v2gtp: mine[key(line['frame'], line.get('exi'))].append(line)
        for row in rows:
            same = mine.get(key(row.get('frame_end', row['frame']), row['hex'] if row['schema'] else ''))
            if not same: other.append(f'{path.name} frame {row["frame"]} {row["message"]}: not found'); continue
            line = same.pop(0)
            if line['message'] != row['message']: other.append(f'{path.name} frame {row["frame"]}: {line["message"]}, {row["message"]} elsewhere')
            if line.get('schema') != row['schema']: other.append(f'{path.name} frame {row["frame"]}: schema {line.get("schema")}, {row["schema"]} elsewhere')
            compared += 1
        if len(rows) != len(v2gtp): other.append(f'{path.name}: {len(v2gtp)} messages, {len(rows)} elsewhere')
    elif recorded.exists():
        rows = [json.loads(row)['exi'] for row in recorded.open()]
        mine = [line['exi'] for line in v2gtp if 'exi' in line]
        if rows != mine: other.append(f'{path.name}: {len(mine)} messages, {len(rows)} elsewhere, or others')
        compared += len(rows)

missing = [f'{name}: {signed[name]} good, {least} wanted' for name, least in SIGNED.items() if signed[name] < least]
step('captures', broken + ([] if captures else ['none']), f'{len(captures)} captures, {sum(n for said, n in damaged.items() if said)} damaged and read to the damage')
step('messages', bad + [f'no messages of {name}' for name in (*SETS, 'slac') if not names[name]], ', '.join(f'{n} {layer}' for layer, n in sorted(layers.items())) + '; decoded ' + ', '.join(f'{names[name]} {name}' for name in SETS) + f'; 0 errors wanted, {len(bad)} found')
step('deviate', [f'no {name}' for name in ('abstract-element', 'session-id-length') if not deviations[name]], ', '.join(f'{n} {name}' for name, n in sorted(deviations.items())))
step('others', other + ([] if compared else ['nothing to compare with']), f'{compared} messages are those another dissector found')
step('signed', unsigned + missing + ([] if signed20 >= 3 else [f'{signed20} good of -20, 3 wanted']), ', '.join(f'{n} {name}' for name, n in sorted(signed.items())) + f' good, {signed20} of -20' + ''.join(f'; {n} {why}' for why, n in sorted(errors.items())))
# Plug & Charge of a test bench: contract delivery with its four references, and authorization.
FOUR, ONE = 'signature good (XML Signature grammar, 4 references)', 'signature good (XML Signature grammar)'
wanted = {'CertUpdate': [('CertificateUpdateReq', ONE), ('CertificateUpdateRes', FOUR), ('AuthorizationReq', ONE)], 'Contract': [('AuthorizationReq', ONE)]}
for part, verdicts in wanted.items():
    found = next((found for name, found in sessions.items() if part in name), [])
    wrong = [f'{want} is not among {found}' for want in verdicts if want not in found]
    step('session', wrong, f'{part}: ' + ', '.join(f'{message} {verdict}' for message, verdict in found))
step('undecoded', [], ', '.join(f'{n} {why}' for why, n in sorted(undecoded.items())) or 'none')
sys.exit(failed)
