#!/usr/bin/env python3
"""citations.py REQUIREMENTS.tsv: every requirement that the project cites is in the list."""
import pathlib, re, subprocess, sys

root = pathlib.Path(__file__).resolve().parent.parent
known = {line.split('\t')[0].strip('[]') for line in open(sys.argv[1])}
files = subprocess.run(['git', 'ls-files', '*.rs', '*.md', '*.dot'], cwd=root, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
cited, wrong = set(), []
for f in files:
    for number, line in enumerate((root / f).read_text().splitlines(), 1):
        for requirement in re.findall(r'\bV2G(?:2|3|20|-DC)-(?:[A-Z]\d+-)*\d+\b', line):
            cited.add(requirement)
            if requirement not in known: wrong.append(f'{f}:{number}: {requirement} is not in the list')
for w in wrong: print(w)
print(f'{len(cited)} requirements are cited')
sys.exit(1 if wrong else 0)
