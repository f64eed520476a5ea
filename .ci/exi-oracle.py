#!/usr/bin/env python3
"""exi-oracle.py MESSAGES COUNT SEED SET..   asks the oracle (a module on PYTHONPATH) about what the program MESSAGES makes.

For each message: the oracle reads our octets as our XML; its octets of our XML are ours; and what it writes with undeclared ends
for empty text, and with references into its string table, we read as the same message. Exits 0 only if all of that holds."""
import collections, json, re, subprocess, sys
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from oracle import Oracle, OracleError

messages, count, seed, *sets = sys.argv[1:]
EMPTY = '\ue000'  # stands for empty text; the oracle knows it
JVMS = 2

def run(arguments, lines):
    p = subprocess.run([messages, *arguments], input=lines, stdout=subprocess.PIPE, text=True)
    if p.returncode != 0: sys.exit(f'FAIL: {messages} {" ".join(arguments)}')
    return [json.loads(l) for l in p.stdout.split('\n') if l]

def paired(xml):
    # Java writes a character beyond 16 bits in an attribute as references to its two halves.
    def char(m): return chr(0x10000 + ((int(m[1]) - 0xd800) << 10) + int(m[2]) - 0xdc00)
    return re.sub(r'&#(5[56]\d\d\d);&#(5[67]\d\d\d);', char, xml)

def infoset(xml):
    def of(e):
        yield e.tag
        yield sorted(e.attrib.items())
        # Only what stands alone is text; between elements it is layout.
        yield (e.text or '').replace(EMPTY, '') if len(e) == 0 else ''
        for child in e: yield from of(child)
        yield None
    return list(of(ET.fromstring(paired(xml))))

def same(a, b):
    # Base64 may be broken into lines.
    if a == b: return True
    return isinstance(a, str) and isinstance(b, str) and re.fullmatch(r'[A-Za-z0-9+/=\s]*', a) and re.sub(r'\s', '', a) == re.sub(r'\s', '', b)

def difference(ours, theirs):
    for a, b in zip(ours, theirs):
        if not same(a, b): return f'{a!r} is {b!r} there'
    return None if len(ours) == len(theirs) else 'an infoset of another size'

def judge(oracle, row):
    """The first disagreement, or the other forms of the message that the oracle writes."""
    schema, fragment, xml = row['schema'], row['kind'] == 'fragment', row['xml']
    try:
        wrong = difference(infoset(xml), infoset(oracle.exi2xml(schema, row['hex'], frag=fragment)))
        if wrong: return f'our octets, read by the oracle: {wrong}', []
        theirs = oracle.xml2exi(schema, xml, frag=fragment)
        if theirs != row['hex']: return f'the octets of our XML are there {theirs}', []
        plain = xml.replace(EMPTY, '')
        ends = oracle.xml2exi(schema, plain, frag=fragment)
        table = oracle.xml2exi(schema, plain, frag=fragment, part=True)
    except (OracleError, ET.ParseError) as e:
        return f'the oracle: {e}', []
    forms = [('ends', ends), ('table', table)]
    return None, [(form, octets) for form, octets in forms if octets != row['hex']]

def worker(part):
    oracle = Oracle()
    answers = [judge(oracle, row) for row in part]
    oracle.close()
    return answers

rows = run([count, seed, *sets], None)
parts = [rows[i::JVMS] for i in range(JVMS)]
with ThreadPoolExecutor(JVMS) as pool:
    answers = [a for part in pool.map(worker, parts) for a in part]
rows = [r for part in parts for r in part]

forms = [(row, form, octets) for row, (_, more) in zip(rows, answers) for form, octets in more]
asked = ''.join(json.dumps({**row, 'hex': octets}) + '\n' for row, _, octets in forms)
seen = collections.Counter()
wrong = [(row, why) for row, (why, _) in zip(rows, answers) if why]
for (row, form, octets), answer in zip(forms, run(['recode'], asked)):
    seen[row['schema'], form] += 1
    if answer.get('hex') != row['hex']: wrong.append((row, f'the form with {form}, {octets}, is here {answer}'))

bad = collections.Counter(row['schema'] for row, _ in wrong)
for schema in sets:
    kinds = collections.Counter(r['kind'] for r in rows if r['schema'] == schema)
    print(f"{schema:14s} {kinds['document']:5d} documents {kinds['fragment']:4d} fragments {seen[schema, 'ends']:5d} with undeclared ends "
          f"{seen[schema, 'table']:5d} with table references {bad[schema]:4d} wrong")
for row, why in wrong[:5]:
    print(f"seed {seed}, {row['schema']} {row['kind']} {row['message']}: {why[:2000]}\n  {row['hex'][:4000]}\n  {row['xml'][:4000]}")
print(f'{len(rows)} messages in both directions, {len(forms)} other forms of them, {len(wrong)} disagreements, seed {seed}')
sys.exit(1 if wrong or not rows else 0)
