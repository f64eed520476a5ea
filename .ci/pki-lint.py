#!/usr/bin/env python3
"""`pnc pki lint` on certificates that break one rule each, on what we issue, on a foreign test hierarchy and on captured ones.

pki-lint.py PNC [JOSEV [DATA]]   JOSEV holds flat-iso2 and flat-iso20, DATA the captures. OpenSSL reads whatever is judged.
"""
import base64, glob, json, os, re, subprocess, sys, tempfile

# What Josev's hierarchy breaks at the strict level, certificate by certificate, and at the field level of ISO 15118-20.
JOSEV = {
    ('2', 'strict'): {
        'contractLeafCert': 'country', 'oemLeafCert': 'common-name', 'v2gRootCACert': 'validity',
    },
    ('20', 'strict'): {
        '*': 'key signature-algorithm',
        'seccLeafCert': 'extended-key-usage domain-component common-name',
        'cpoSubCA1Cert': 'key-usage domain-component', 'cpoSubCA2Cert': 'key-usage domain-component',
        'v2gRootCACert': 'key-usage',
        'contractLeafCert': 'revocation-pointers-critical domain-component',
        'moSubCA1Cert': 'revocation-pointers-critical domain-component',
        'moSubCA2Cert': 'revocation-pointers-critical domain-component',
        'moRootCACert': 'domain-component',
        'oemLeafCert': 'revocation-pointers common-name',
        'oemSubCA1Cert': 'revocation-pointers', 'oemSubCA2Cert': 'revocation-pointers',
    },
    ('20', 'field'): {
        '*': 'key signature-algorithm',
        'seccLeafCert': 'domain-component', 'contractLeafCert': 'domain-component',
        'cpoSubCA1Cert': 'domain-component', 'cpoSubCA2Cert': 'domain-component',
        'moSubCA1Cert': 'domain-component', 'moSubCA2Cert': 'domain-component',
    },
    ('2', 'field'): {}, ('2', 'lab'): {}, ('20', 'lab'): {},
}
KINDS = {
    'v2gRootCACert': 'v2g_root', 'moRootCACert': 'mo_root', 'oemRootCACert': 'oem_root',
    'cpoSubCA1Cert': 'cpo_sub1', 'cpoSubCA2Cert': 'cpo_sub2', 'moSubCA1Cert': 'mo_sub1', 'moSubCA2Cert': 'mo_sub2',
    'oemSubCA1Cert': 'oem_sub1', 'oemSubCA2Cert': 'oem_sub2', 'cpsSubCA1Cert': 'cps_sub1', 'cpsSubCA2Cert': 'cps_sub2',
    'seccLeafCert': 'secc', 'contractLeafCert': 'contract', 'oemLeafCert': 'oem_provisioning', 'cpsLeafCert': 'cps',
}
pnc, josev, data = (sys.argv[1:] + [None] * 3)[:3]
wrong = []


def must(good, what):
    if not good: wrong.append(what)


def lint(files, *options):
    run = subprocess.run([pnc, 'pki', 'lint', '--json', *options, *files], stdout=subprocess.PIPE, text=True)
    objects = [json.loads(line) for line in run.stdout.splitlines()]
    clean = all(o['clean'] for o in objects)
    must(run.returncode == (0 if clean else 1) and len(objects) >= len(files), f'{options}: exit {run.returncode}')
    return objects


def openssl_reads(der):
    run = subprocess.run(['openssl', 'x509', '-inform', 'der', '-noout', '-text'], input=der, capture_output=True)
    return run.returncode == 0


def rules(o):
    return [broken['rule'] for broken in o['broken']]


with tempfile.TemporaryDirectory() as work:
    fixtures = os.path.join(work, 'fixtures')
    subprocess.run([pnc, 'pki', 'fixtures', fixtures], stdout=subprocess.DEVNULL, check=True)
    rows = json.load(open(os.path.join(fixtures, 'manifest.json')))['certificates']
    for row in rows:
        path = os.path.join(fixtures, row['file'])
        must(openssl_reads(open(path, 'rb').read()), f'{row["file"]}: OpenSSL does not read it')
        for level in ('strict', 'field', 'lab') if row['edition'] == '2' else ('strict',):
            o, = lint([path], '--profile', row['kind'], '--edition', row['edition'], '--level', level)
            must(rules(o) == row['expected'][level], f'{row["file"]}, {level}: {rules(o)}, wanted {row["expected"]}')
    said = [f'{len(rows)} certificates break the rule they were made to break']

    ours = 0
    for edition in '2', '20':
        place = os.path.join(work, 'ca' + edition)
        subprocess.run([pnc, 'pki', 'init', '--edition', edition, '--ocsp', 'http://ocsp.example.com', place],
                       stdout=subprocess.DEVNULL, check=True)
        files = glob.glob(place + '/*/*/cert.pem') + glob.glob(place + '/roots/*.pem')
        for o in lint(files):
            must(o['clean'] and o['edition'] == edition, f'{edition}: {o}')
        ours += len(files)
    must(ours > 40, f'only {ours} of ours')
    said.append(f'{ours} of ours clean')

    if josev and os.path.isdir(os.path.join(josev, 'flat-iso20')):
        for (edition, level), table in JOSEV.items():
            for name, kind in KINDS.items():
                o, = lint([os.path.join(josev, 'flat-iso' + edition, name + '.pem')], '--edition', edition, '--level', level)
                wanted = ' '.join([table.get('*', ''), table.get(name, '')]).split()
                must(o['kind'] == kind, f'{name}: guessed {o["kind"]}')
                must(rules(o) == wanted, f'Josev, {edition}, {level}, {name}: {rules(o)}, wanted {wanted}')
        said.append(f"Josev's {len(KINDS)} of each edition as known, clean in the lab")
    else:
        said.append('Josev is not set up')

    if data:
        found = {}
        for path in glob.glob(os.path.join(data, 'exi/captured/*.jsonl')):
            for text in re.findall(r'MII[A-Za-z0-9+/]{300,}={0,2}', open(path).read()):
                found.setdefault(base64.b64decode(text + '=' * (-len(text) % 4)), os.path.basename(path))
        for path in glob.glob(os.path.join(data, '*/*.pcapng')):
            octets = open(path, 'rb').read()
            for match in re.finditer(rb'\x30\x82', octets):
                at = match.start()
                der = octets[at:at + 4 + int.from_bytes(octets[at + 2:at + 4], 'big')]
                if 300 < len(der) < 1600 and openssl_reads(der): found.setdefault(der, os.path.basename(path))
        for number, (der, origin) in enumerate(found.items()):
            path = os.path.join(work, f'captured-{number}.der')
            open(path, 'wb').write(der)
            for level, tolerated in (('strict', {'key-usage', 'country'}), ('field', set())):
                o, = lint([path], '--level', level)
                must(o['kind'] and o['edition'] == '2' and set(rules(o)) <= tolerated, f'{origin}, {level}: {o}')
        must(found, 'no certificate in the captures')
        said.append(f'{len(found)} captured ones clean in the field')

for line in wrong: print(line)
print(('FAIL: ' if wrong else '') + '; '.join(said))
sys.exit(1 if wrong else 0)
