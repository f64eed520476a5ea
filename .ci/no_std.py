#!/usr/bin/env python3
"""The crates that must build without `std` say so, and nothing they pull in without features brings `std` back by name."""
import pathlib, re, subprocess, sys

root = pathlib.Path(__file__).resolve().parent.parent
wrong = []
for lib, attribute in {'exi': r'#!\[no_std\]|#!\[cfg_attr\(not\(.*\), no_std\)\]', 'slac': r'#!\[no_std\]|#!\[cfg_attr\(not\(.*\), no_std\)\]',
                       'v2g': r'#!\[cfg_attr\(not\(feature = "engine"\), no_std\)\]'}.items():
    if not re.search(attribute, (root / lib / 'src/lib.rs').read_text()): wrong.append(f'{lib}/src/lib.rs does not say no_std')
for package in ['pnc-exi', 'pnc-slac', 'pnc-v2g']:
    tree = subprocess.run(['cargo', 'tree', '-p', package, '--no-default-features', '-e', 'normal,no-proc-macro', '--prefix', 'none', '-f', '{p} {f}'],
                          cwd=root, stdout=subprocess.PIPE, text=True, check=True).stdout
    for line in tree.splitlines():
        if re.search(r'\bstd\b', line.split(' ', 2)[-1].split(')')[-1]): wrong.append(f'{package}: {line}')
for w in wrong: print(w)
sys.exit(1 if wrong else 0)
