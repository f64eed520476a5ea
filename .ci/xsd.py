"""The part of XML Schema that message sets use, read into plain data. What it does not know, it says."""
import dataclasses, functools, pathlib
import xml.etree.ElementTree as ET

XS = 'http://www.w3.org/2001/XMLSchema'
UNBOUNDED = None
BINARY = {'hexBinary': 'hex', 'base64Binary': 'base64'}
STRINGS = {'string', 'normalizedString', 'token', 'anyURI', 'ID', 'IDREF', 'NCName', 'Name', 'NMTOKEN', 'language'}
INTEGERS = {'integer': (None, None), 'nonNegativeInteger': (0, None), 'positiveInteger': (1, None)}
for bits, signed in (8, 'byte'), (16, 'short'), (32, 'int'), (64, 'long'):
    INTEGERS[signed] = (-2 ** (bits - 1), 2 ** (bits - 1) - 1)
    INTEGERS['unsigned' + signed.capitalize()] = (0, 2 ** bits - 1)


@dataclasses.dataclass(eq=False)
class Element:
    """A declaration of an element. Its type is a name, or the node of a type without one. It is abstract
    if no document may hold it: by itself, or by its type."""
    name: tuple  # namespace, local name
    node: ET.Element
    type: object
    abstract: bool


@dataclasses.dataclass
class Particle:
    """One element, or one of several: their declarations, and '*' for a wildcard, which comes last."""
    terms: list
    min: int
    max: int


@dataclasses.dataclass
class Attribute:
    name: tuple
    required: bool
    type: object


@dataclasses.dataclass
class Complex:
    attributes: list
    particles: list
    text: object  # a simple type as a tuple, or None
    mixed: bool
    unknown: list  # what this reader does not know


class Document:
    """A schema document, with the meaning of its prefixes."""

    def __init__(self, path):
        self.prefixes, self.root = {}, None
        for event, value in ET.iterparse(path, ('start-ns', 'start')):
            if event == 'start-ns': self.prefixes[value[0]] = value[1]
            elif self.root is None: self.root = value
        self.target = self.root.get('targetNamespace', '')

    def qname(self, text):
        prefix, _, local = text.rpartition(':')
        return (self.prefixes[prefix] if prefix or '' in self.prefixes else '', local)


class Schema:
    """A schema document and all that it imports."""

    def __init__(self, path):
        self.home, self.elements, self.types, self.attributes = {}, {}, {}, {}
        self.declared, self.attribute_names, self.members = [], set(), {}
        documents, paths = {}, [pathlib.Path(path).resolve()]
        while paths:
            path = paths.pop()
            if path in documents: continue
            documents[path] = document = Document(path)
            for node in document.root:
                if tag(node) in ('import', 'include') and node.get('schemaLocation'):
                    paths.append(path.parent / node.get('schemaLocation'))
        for document in documents.values():
            for node in document.root.iter(): self.home[node] = document
            for node in document.root:
                name = (document.target, node.get('name'))
                if tag(node) in ('simpleType', 'complexType'): self.types[name] = node
                elif tag(node) == 'attribute': self.attributes[name] = node
                elif tag(node) == 'element': self.elements[name] = node
        for document in documents.values():
            for node in document.root.iter():
                if tag(node) == 'element' and node.get('name'): self.declared.append(self.element(node))
                if tag(node) == 'attribute' and node.get('name'): self.attribute_names.add(self.local_name(node, 'attribute'))
        for name, node in self.elements.items():
            if node.get('substitutionGroup'):
                self.members.setdefault(self.home[node].qname(node.get('substitutionGroup')), []).append(name)

    # Names, in the order of event codes: by local name, then namespace.

    def globals(self):
        return ordered(self.elements)

    def fragments(self):
        return ordered({e.name for e in self.declared})

    def attribute_order(self):
        return ordered(self.attribute_names)

    def types_of(self, name):
        """All types that elements of this name have."""
        types = {}
        for e in self.declared:
            if e.name == name: types[e.type] = e
        return types

    def group(self, name):
        """An element and all that may stand for it."""
        found, heads = {name}, [name]
        while heads:
            more = self.members.get(heads.pop(), [])
            heads += [m for m in more if m not in found]
            found.update(more)
        return ordered(found)

    def local_name(self, node, kind):
        document = self.home[node]
        form = node.get('form') or document.root.get(kind + 'FormDefault', 'unqualified')
        qualified = node in list(document.root) or form == 'qualified'
        return (document.target if qualified else '', node.get('name'))

    @functools.lru_cache(None)
    def element(self, node):
        document = self.home[node]
        if node.get('ref'): return self.element(self.elements[document.qname(node.get('ref'))])
        inline = [c for c in node if tag(c) in ('simpleType', 'complexType')]
        if node.get('type'): kind = document.qname(node.get('type'))
        elif inline: kind = inline[0]
        elif node.get('substitutionGroup'): kind = self.element(self.elements[document.qname(node.get('substitutionGroup'))]).type
        else: kind = (XS, 'anyType')
        of = self.types.get(kind) if isinstance(kind, tuple) else kind
        abstract = 'true' in (node.get('abstract'), None if of is None else of.get('abstract'))
        return Element(self.local_name(node, 'element'), node, kind, abstract)

    def is_simple(self, kind):
        if isinstance(kind, tuple) and kind[0] == XS: return kind[1] != 'anyType'
        node = self.types.get(kind) if isinstance(kind, tuple) else kind
        return node is not None and tag(node) == 'simpleType'

    def derives(self, kind, ancestor):
        """Whether a complex type is an extension of another, by local name."""
        while isinstance(kind, tuple) and kind in self.types:
            if kind[1] == ancestor: return True
            base = self.types[kind].find(f'./{{{XS}}}complexContent/{{{XS}}}extension')
            if base is None: return False
            kind = self.home[base].qname(base.get('base'))
        return False

    def reachable(self, elements):
        """The elements and all that may stand inside them."""
        found, kinds, ahead = set(elements), set(), list(elements)
        while ahead:
            kind = ahead.pop().type
            if kind in kinds or self.is_simple(kind): continue
            kinds.add(kind)
            inside = {t for p in self.complex(kind).particles for t in p.terms if t != '*'}
            ahead += inside - found
            found |= inside
        return found

    @functools.lru_cache(None)
    def simple(self, kind):
        """A simple type as a tuple: its kind, then its bounds or values."""
        facets = {'bounds': [None, None], 'length': [0, UNBOUNDED], 'values': None, 'unknown': []}
        base = self.narrow(kind, facets)
        (low, high), (least, most) = facets['bounds'], facets['length']
        if facets['unknown']: return ('unknown', *facets['unknown'])
        if base == 'boolean': return ('boolean',)
        if base in STRINGS: return ('enumeration', *facets['values']) if facets['values'] else ('text', least, most)
        if facets['values']: return ('unknown', f'an enumeration of {base}')
        if base in BINARY: return (BINARY[base], least, most)
        if low is None and high is None: return ('integer',)
        return ('number', low, high) if None not in (low, high) else ('unknown', f'{base} with one bound')

    def narrow(self, kind, facets):
        """Collects facets from the built-in type down; returns that type's name."""
        if isinstance(kind, tuple) and kind[0] == XS:
            if kind[1] in INTEGERS: facets['bounds'] = list(INTEGERS[kind[1]])
            elif kind[1] not in STRINGS and kind[1] not in BINARY and kind[1] != 'boolean': facets['unknown'].append(kind[1])
            return kind[1]
        node = self.types[kind] if isinstance(kind, tuple) else kind
        restriction = node.find(f'{{{XS}}}restriction')
        if restriction is None:
            facets['unknown'].append(' '.join(tag(c) for c in node))
            return None
        inner = restriction.find(f'{{{XS}}}simpleType')
        base = self.narrow(self.home[node].qname(restriction.get('base')) if inner is None else inner, facets)
        values = [c.get('value') for c in restriction if tag(c) == 'enumeration']
        if values: facets['values'] = values
        for facet in restriction:
            name, value = tag(facet), facet.get('value')
            if name in ('annotation', 'simpleType', 'enumeration'): continue
            if name in ('minLength', 'length'): facets['length'][0] = int(value)
            if name in ('maxLength', 'length'): facets['length'][1] = int(value)
            if name in ('minInclusive', 'minExclusive'): facets['bounds'][0] = int(value) + (name == 'minExclusive')
            if name in ('maxInclusive', 'maxExclusive'): facets['bounds'][1] = int(value) - (name == 'maxExclusive')
            if not name.startswith(('min', 'max')) and name != 'length': facets['unknown'].append(name)
        return base

    @functools.lru_cache(None)
    def complex(self, kind):
        node = self.types.get(kind) if isinstance(kind, tuple) else kind
        if node is None: return Complex([], [], None, False, [str(kind)])
        out = Complex([], [], None, node.get('mixed') == 'true', [])
        for child in node: self.content(child, out)
        out.attributes.sort(key=lambda a: order(a.name))
        return out

    def content(self, node, out):
        document = self.home[node]
        if tag(node) in ('sequence', 'choice', 'all', 'any', 'group'): out.particles += self.particles(node, out)
        elif tag(node) == 'attribute' and node.get('use') != 'prohibited': out.attributes.append(self.attribute(node))
        elif tag(node) in ('complexContent', 'simpleContent') and tag(node[0]) == 'extension':
            base = document.qname(node[0].get('base'))
            if self.is_simple(base): out.text = self.simple(base)
            else:
                inherited = self.complex(base)
                out.attributes += inherited.attributes
                out.particles += inherited.particles
                out.unknown += inherited.unknown
                out.text, out.mixed = inherited.text, out.mixed or inherited.mixed or node.get('mixed') == 'true'
            for child in node[0]: self.content(child, out)
        elif tag(node) != 'annotation': out.unknown.append(tag(node))

    def attribute(self, node):
        use = node.get('use') == 'required'
        if node.get('ref'): node = self.attributes[self.home[node].qname(node.get('ref'))]
        inline = node.find(f'{{{XS}}}simpleType')
        kind = self.home[node].qname(node.get('type')) if node.get('type') else inline
        return Attribute(self.local_name(node, 'attribute'), use, self.simple(kind))

    def particles(self, node, out):
        """The particles of a model group. A group inside another is dissolved where that changes nothing."""
        least, most = occurs(node)
        if tag(node) == 'any':
            if node.get('namespace', '##any') not in ('##any', '##other'): out.unknown.append('any of some namespaces')
            return [Particle(['*'], least, most)]
        if tag(node) == 'element':
            if node.get('ref'): terms = [self.element(self.elements[n]) for n in self.group(self.element(node).name)]
            else: terms = [self.element(node)]
            return [Particle(terms, least, most)]
        parts = [p for child in node if tag(child) != 'annotation' for p in self.particles(child, out)]
        once = all((p.min, p.max) == (1, 1) for p in parts)
        if tag(node) == 'choice' and once:
            terms = [t for p in parts for t in p.terms]
            return [Particle([t for t in terms if t != '*'] + [t for t in terms if t == '*'], least, most)]
        if tag(node) == 'sequence' and (least, most) == (1, 1): return parts
        if tag(node) == 'sequence' and len(parts) == 1 and once: return [Particle(parts[0].terms, least, most)]
        out.unknown.append(f'a {tag(node)} inside another group')
        return []


def tag(node):
    return node.tag.rpartition('}')[2] if isinstance(node.tag, str) else 'annotation'


def occurs(node):
    most = node.get('maxOccurs', '1')
    return int(node.get('minOccurs', '1')), UNBOUNDED if most == 'unbounded' else int(most)


def order(name):
    return name[1], name[0]


def ordered(names):
    return sorted(names, key=order)


def bits(n):
    """Bits that tell n things apart."""
    return (n - 1).bit_length()
