#!/usr/bin/env python3
"""schema_check.py SHARED JSON [--self-test]: the message sets say the same as the schemas of the standards.

Reads SHARED/schemas and what the example `exi_schema` printed, and compares roots and their codes, types, order, cardinality, facets,
attributes, mixed and any content, substitution groups. --self-test spoils what we have, a detail at a time, and
wants each to be noticed. Exits with 77 if there are no schemas."""
import collections, itertools, json, pathlib, sys
import schema_spoil, xsd

SETS = {
    'appproto': 'appproto/V2G_CI_AppProtocol.xsd',
    'din': 'din/V2G_CI_MsgDef.xsd',
    'iso2': 'iso2/V2G_CI_MsgDef.xsd',
    'iso20-common': 'iso20/V2G_CI_CommonMessages.xsd',
    'iso20-ac': 'iso20/V2G_CI_AC.xsd',
    'iso20-dc': 'iso20/V2G_CI_DC.xsd',
    'iso20-wpt': 'iso20/V2G_CI_WPT.xsd',
    'iso20-acdp': 'iso20/V2G_CI_ACDP.xsd',
    'xmldsig': 'xmldsig/xmldsig-core-schema.xsd',
}
# No schema of these is at hand; what they take from that of another set is compared.
BORROWED = {'iso20-ac-der-iec': 'iso20-ac', 'iso20-ac-der-sae': 'iso20-ac'}
# Global elements that no substitution group has, as the codes of other implementations tell.
MORE_GLOBALS = {'iso20-ac-der-sae': {'FrequencyDroop'}}
DSIG = 'http://www.w3.org/2000/09/xmldsig#'

# Messages that are not extensions of -20's V2GMessageType.
MESSAGES = {'appproto': {'supportedAppProtocolReq', 'supportedAppProtocolRes'}, 'din': {'V2G_Message'}, 'iso2': {'V2G_Message'}}

# Signed besides what has an Id, and what has an Id but is not signed.
SIGNED = {
    'iso20-common': {'CertificateInstallationReq', 'MeteringConfirmationReq', 'EVAbsolutePriceSchedule'},
    'iso20-ac': {'AC_ChargeParameterDiscoveryRes'},
    'iso20-dc': {'DC_ChargeParameterDiscoveryRes'},
}
NOT_SIGNED = {
    ('iso2', 'SAProvisioningCertificateChain'): 'its type is shared with a chain that is signed',
}

# Where we differ and mean to: by the schema's type or '*' for a wildcard, and what differs.
KNOWN = {
    ('*', 'refused'): 'foreign elements: no profile of ISO 15118 has them',
    ('KeyValueType', 'refused'): 'bare keys: no profile of ISO 15118 has them',
    ('PGPDataType', 'refused'): 'no profile of ISO 15118 has PGP',
    ('SPKIDataType', 'refused'): 'no profile of ISO 15118 has SPKI',
}


class Check:
    """One set's schema against what the derive knows of it."""

    def __init__(self, name, schema, ours):
        self.name, self.schema, self.ours = name, schema, ours
        self.wrong, self.known, self.pairs, self.reached, self.count = [], set(), set(), set(), collections.Counter()

    def say(self, path, schema, ours, key=None):
        if key in KNOWN: self.known.add(key)
        else: self.wrong.append(f'{self.name} {path}: the schema says {schema}, we have {ours}')

    def run(self):
        self.globals, self.fragments = self.schema.globals(), self.schema.fragments()
        return self.all()

    def all(self):
        self.numbers()
        self.roots('documents', self.globals)
        self.roots('fragments', self.fragments)
        self.coverage()
        return self

    def foreign(self, one):
        """Whether an element of ours is of a schema that is not at hand."""
        return False

    def numbers(self):
        globals_, fragments = len(self.globals), len(self.fragments)
        for what, theirs in {
            'globals': globals_,
            'document_bits': xsd.bits(globals_ + 1),  # one code for any other element
            'fragment_bits': xsd.bits(fragments + 2),  # and one for the end
            'fragment_end': fragments + 1,
            'elements': fragments,
            'attributes': [list(a) for a in self.schema.attribute_order()],
        }.items():
            if self.ours[what] != theirs: self.say(what, theirs, self.ours[what])

    def roots(self, what, names):
        for root in self.ours[what]:
            name = (root['ns'], root['name'])
            path = f'{what} {root["name"]}'
            if name not in names: self.say(path, 'there is none', root['ns'])
            elif names.index(name) != root['code']: self.say(path, f'code {names.index(name)}', root['code'])
            if name in names and not self.foreign(root):
                types = list(self.schema.types_of(name)) if what == 'fragments' else [self.schema.element(self.schema.elements[name]).type]
                if (len(types) > 1) != root['relaxed']: self.say(path, f'{len(types)} types', 'the relaxed grammar' if root['relaxed'] else 'one')
                if what == 'documents': self.reached.add(self.schema.element(self.schema.elements[name]))
                if len(types) == 1: self.type(root['name'], types[0], root['type'])
                else: self.merged(root['name'], types, root['type'])

    # Types

    def type(self, path, theirs, ours):
        key = (theirs, json.dumps(ours))
        if key in self.pairs: return
        self.pairs.add(key)
        label = theirs[1] if isinstance(theirs, tuple) else 'its own type'
        if 'refused' in ours:
            if ours['refused'] != 1: self.say(path, 'one code', ours['refused'])
            return self.say(path, label, 'refused content', (label, 'refused'))
        if 'ref' in ours: ours = self.ours['types'][ours['ref']]
        if self.schema.is_simple(theirs): self.simple(path, self.schema.simple(theirs), ours)
        elif 'elements' not in ours: self.say(path, label, shown(ours))
        else: self.complex(path, self.schema.complex(theirs), ours)

    def simple(self, path, theirs, ours):
        self.count['simple types'] += 1
        if theirs != flat(ours): self.say(path, theirs, flat(ours) or shown(ours))

    def complex(self, path, theirs, ours):
        self.count['complex types'] += 1
        if theirs.unknown: self.say(path, 'something this check does not know: ' + ', '.join(theirs.unknown), shown(ours))
        if theirs.mixed != ours['mixed']: self.say(path, f'mixed {theirs.mixed}', ours['mixed'])
        if (theirs.text is None) != (ours['text'] is None): self.say(path, f'text {theirs.text}', ours['text'])
        elif theirs.text is not None: self.simple(path + '/text()', theirs.text, self.resolve(ours['text']))
        self.attributes(path, theirs.attributes, ours['attributes'])
        self.particles(path, theirs.particles, ours['elements'])

    def attributes(self, path, theirs, ours):
        names = [a.name for a in theirs]
        if names != [(a['ns'], a['name']) for a in ours]:
            return self.say(path, f'attributes {names}', [(a['ns'], a['name']) for a in ours])
        for a, b in zip(theirs, ours):
            self.count['attributes'] += 1
            if (int(a.required), 1) != (b['min'], b['max']): self.say(f'{path}/@{a.name[1]}', f'required {a.required}', (b['min'], b['max']))
            self.simple(f'{path}/@{a.name[1]}', a.type, self.resolve(b['type']))

    def particles(self, path, theirs, ours):
        for i, (a, b) in enumerate(itertools.zip_longest(theirs, ours), 1):
            members = self.alternatives(b) if b else []
            wanted = [t if t == '*' else t.name for t in a.terms] if a else []
            names = [(m['ns'], m['name']) if m['name'] else '*' for m in members]
            if wanted != names: return self.say(f'{path}[{i}]', said(wanted), said(names))
            if (a.min, a.max) != (b['min'], b['max']): self.say(f'{path}/{said(names)}', f'{a.min} to {a.max}', f'{b["min"]} to {b["max"]}')
            for term, member in zip(a.terms, members):
                self.count['elements'] += 1
                if term != '*':
                    self.reached.add(term)
                    if term.abstract != member.get('head', False): self.say(f'{path}/{term.name[1]}', f'abstract {term.abstract}', member.get('head', False))
                    self.type(f'{path}/{term.name[1]}', term.type, member['type'])
                elif member['type'] == {'refused': 1}: self.say(f'{path}/*', 'a wildcard', 'refused content', ('*', 'refused'))
                else: self.say(f'{path}/*', 'one wildcard', shown(member['type']))

    def alternatives(self, particle):
        ty = self.resolve(particle['type'])
        return [m for m in ty['choice'] if not self.foreign(m)] if 'choice' in ty else [particle]

    def merged(self, path, types, ours):
        """A relaxed fragment: the text that all types have, and the attributes of any of them."""
        ours = self.resolve(ours)
        texts, attributes, everywhere = set(), {}, []
        for t in types:
            c = None if self.schema.is_simple(t) else self.schema.complex(t)
            texts.add(c.text if c else self.schema.simple(t))
            if c and c.particles: self.say(path, 'elements', shown(ours))
            here = {a.name: a for a in (c.attributes if c else [])}
            attributes.update(here)
            everywhere.append({n for n, a in here.items() if a.required})
        required = set.intersection(*everywhere)
        if len(texts) != 1 or ours.get('text') is None or ours.get('mixed') or ours.get('elements'): self.say(path, f'text {texts}', shown(ours))
        else: self.simple(path + '/text()', texts.pop(), self.resolve(ours['text']))
        merged = [xsd.Attribute(n, n in required, attributes[n].type) for n in xsd.ordered(attributes)]
        self.attributes(path, merged, ours.get('attributes', []))

    def resolve(self, ours):
        return self.ours['types'][ours['ref']] if 'ref' in ours else ours

    # Coverage

    def messages(self):
        for name in self.schema.globals():
            kind = self.schema.element(self.schema.elements[name]).type
            if name[1] in MESSAGES.get(self.name, ()) or self.schema.derives(kind, 'V2GMessageType'): yield name

    def signed(self):
        for name in self.schema.fragments():
            types = [self.schema.complex(t) for t in self.schema.types_of(name) if not self.schema.is_simple(t)]
            has_id = any(a.name[1] == 'Id' for t in types for a in t.attributes)
            if name == (DSIG, 'SignedInfo') or name[1] in SIGNED.get(self.name, ()): yield name
            elif name[0] != DSIG and has_id and (self.name, name[1]) not in NOT_SIGNED: yield name

    def coverage(self):
        documents, fragments = ({(r['ns'], r['name']) for r in self.ours[what]} for what in ('documents', 'fragments'))
        self.wanted = set(self.messages()), set(self.signed())
        for name in xsd.ordered(self.wanted[0] - documents): self.say(f'documents {name[1]}', 'a message', 'none')
        for name in xsd.ordered(self.wanted[1] - fragments): self.say(f'fragments {name[1]}', 'something signed', 'none')
        for name in SIGNED.get(self.name, set()) - {n[1] for n in self.schema.fragments()}: self.say(name, 'no such element', 'it as signed')
        self.no_root = collections.defaultdict(list)
        roots = [e for e in self.schema.declared if e.name in self.wanted[0] | self.wanted[1]]
        self.own = [e for e in self.schema.reachable(roots) if e.name[0] != DSIG]
        for element in self.own:
            # A fragment does not count as reached by itself.
            if element not in self.reached and element not in roots: self.say(element.name[1], 'part of a message', 'no way to it')
        for element in map(self.schema.element, self.schema.elements.values()):
            if element.name in documents: continue
            if element.name[0] == DSIG: reason = 'parts of signatures'
            elif element in self.own: reason = 'parts of messages'
            else: reason = 'parts of no message'
            self.no_root[reason].append(element.name[1])

    def summary(self):
        messages, signed = (sorted(n[1] for n in names) for names in self.wanted)
        count = ', '.join(f'{n} {what}' for what, n in sorted(self.count.items()))
        yield f'{self.name}: {len(messages)} messages and {len(signed)} signed elements, {len(self.own)} declarations in them; compared {count}'
        if signed: yield f'    signed: {" ".join(signed)}'
        for reason, names in sorted(self.no_root.items()): yield f'    no documents, {reason}: {" ".join(sorted(names))}'


class Borrowed(Check):
    """A set without a schema that adds to that of another: held against that one, as far as names are in its namespaces."""

    def run(self):
        self.home = {e.name[0] for e in self.schema.declared}
        types = self.ours['types'].values()
        inside = [p for ty in types for p in ty.get('elements', [])]
        members = [m for ty in types for m in ty.get('choice', [])]
        # What is added to a choice of the other set is a member of a substitution group, so global.
        added = [m for ty in types for m in ty.get('choice', []) if not all(map(self.foreign, ty['choice']))]
        added += [p for p in inside if p['name'] in MORE_GLOBALS.get(self.name, ())]
        names = [{(e['ns'], e['name']) for e in those if self.foreign(e)} for those in (added, inside + members)]
        self.globals, self.fragments = xsd.ordered({*self.schema.globals(), *names[0]}), xsd.ordered({*self.schema.fragments(), *names[1]})
        for name, ty in self.ours['types'].items(): self.extension(name, ty.get('elements', []))
        self.added = len(names[1])
        return self.all()

    def foreign(self, one):
        return one['name'] != '' and one['ns'] not in self.home

    def extension(self, name, particles):
        """Where a type has elements of both sets, those of the other are all that one of its types has."""
        own = [self.foreign(p) for p in particles]
        front = particles[:own.index(True)] if True in own else []
        if front and not any(self.fits(front, self.schema.complex(t)) for t in self.schema.types if not self.schema.is_simple(t)):
            self.say(name, 'no type to extend has just', ' '.join(p['name'] for p in front))

    def fits(self, front, ty):
        trial = Borrowed(self.name, self.schema, self.ours)
        trial.home = self.home
        trial.particles('', ty.particles, front)
        return not trial.wrong

    def summary(self):
        first, *rest = super().summary()
        yield f'{first}; and {self.added} element names without a schema'
        yield from rest


def said(names):
    """The alternatives of a particle."""
    return ' | '.join(n if n == '*' else f'{{{n[0]}}}{n[1]}' for n in names) or 'the end'


def flat(ours):
    """A simple type of ours as the schema reader has it."""
    if len(ours) != 1: return None
    (kind, values), = ours.items()
    return (kind, *values) if kind not in ('choice', 'refused') else None


def shown(ours):
    return json.dumps(ours)[:160]


def compare(schemas, ours):
    whole = [Check(name, schemas[name], ours[name]).run() for name in ours if name in schemas]
    return whole + [Borrowed(name, schemas[of], ours[name]).run() for name, of in BORROWED.items() if name in ours]


def known_codes(path, schemas):
    """Holds this reader's codes against a list that an independent EXI processor made."""
    lists, wrong = {}, []
    for line in path.read_text().splitlines():
        if not line.startswith('\t'): entries = lists.setdefault(tuple(line.split('\t')[:2]), [])
        elif '\tSE ' in line: entries.append(line.split('\tSE ')[1])
    for name, schema in schemas.items():
        for what, names in ('document', schema.globals()), ('fragment', schema.fragments()):
            if lists.get((name, what)) != [f'{{{ns}}}{local}' if ns else local for ns, local in names]:
                wrong.append(f'{name} {what}: this check numbers elements otherwise than {path.name}')
    return wrong


def main():
    shared = pathlib.Path(sys.argv[1])
    if not (shared / 'schemas').is_dir():
        print(f'no schemas in {shared}')
        return 77
    ours = json.loads(pathlib.Path(sys.argv[2]).read_text())
    schemas = {name: xsd.Schema(shared / 'schemas' / path) for name, path in SETS.items()}
    wrong = [f'{name}: not among the sets that are built' for name in SETS if name not in ours]
    wrong += [f'{name}: neither a schema nor listed as without one' for name in ours if name not in SETS and name not in BORROWED]
    codes = shared / 'facts' / 'exi-grammar-codes.txt'
    if codes.exists(): wrong += known_codes(codes, schemas)
    checks = compare(schemas, ours)
    for check in checks:
        print(*check.summary(), sep='\n')
        wrong += check.wrong
    hit = set().union(*(c.known for c in checks))
    wrong += [f'KNOWN {key}: nothing differs so any more' for key in KNOWN if key not in hit]
    for name, local in NOT_SIGNED:
        if not any(e.name[1] == local for e in schemas[name].declared): wrong.append(f'NOT_SIGNED {name} {local}: no such element')
    for key in KNOWN: print(f'known difference: {key[0]} is {key[1]} ({KNOWN[key]})')
    if '--self-test' in sys.argv[3:] and not wrong: wrong += schema_spoil.test(compare, schemas, ours)
    for line in wrong: print(line)
    print(f'{len(schemas)} sets agree with their schemas' if not wrong else f'{len(wrong)} differences')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
