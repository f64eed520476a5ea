#!/usr/bin/env python3
"""Every message set builds without `std` by itself, all do together, and a program with one set holds no code of another."""
import os, pathlib, subprocess, sys, tomllib

root = pathlib.Path(__file__).resolve().parent.parent
target = pathlib.Path(os.environ.get('CARGO_TARGET_DIR', root / 'target'))
sets = tomllib.loads((root / 'v2g/Cargo.toml').read_text())['features']['messages']
wrong = []

def cargo(command, features, *more, **run):
    return subprocess.run(['cargo', command, '-p', 'pnc-v2g', '--no-default-features', '--features', features, *more], cwd=root, **run)

for features in [*sets, 'messages']:
    if cargo('check', features, '-q', '--lib').returncode: wrong.append(f'{features} does not build alone')
    tree = cargo('tree', features, '-e', 'normal,no-proc-macro', '--prefix', 'none', '-f', '{f};{p}', stdout=subprocess.PIPE, text=True, check=True)
    wrong += [f'{features} has std: {line}' for line in tree.stdout.splitlines() if 'std' in line.split(';')[0].split(',')]

# Namespaces, and modules as they stand in the names of functions. The example holds every set that is built in.
MARKS = {'iso2': [b'urn:iso:15118:2:2013:MsgBody', b'4iso23msg'], 'iso20-wpt': [b'urn:iso:std:iso:15118:-20:WPT', b'5iso203msg3wpt']}
for only in MARKS:
    if cargo('build', only, '-q', '--example', 'exi_schema').returncode:
        wrong.append(f'the example does not build with {only}')
        continue
    program = (target / 'debug/examples/exi_schema').read_bytes()
    for name, marks in MARKS.items():
        for mark in marks:
            if (mark in program) != (name == only): wrong.append(f'a program with {only} has {program.count(mark)} times {mark.decode()}')

for w in wrong: print(w)
print(f'{len(sets)} sets build alone, and a program with iso2 has nothing of WPT' if not wrong else f'{len(wrong)} things are wrong')
sys.exit(1 if wrong else 0)
