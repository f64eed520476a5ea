"""Spoils what the derive knows of a set, one detail at a time, and counts what a check does not notice."""
import collections, random


def spoilers(ours, wanted):
    """Every way to spoil a set: what is spoilt, then how, as (container, key, new value)."""
    for key in ('globals', 'document_bits', 'fragment_bits', 'fragment_end', 'elements'): yield key, ours, key, ours[key] + 1
    yield from listed('attribute of the set', ours, 'attributes', [['', 'Spoilt']])
    for what, names in zip(('documents', 'fragments'), wanted):
        for i, root in enumerate(ours[what]):
            yield 'code of a root', root, 'code', root['code'] + 1
            yield 'grammar of a root', root, 'relaxed', not root['relaxed']
            yield from named('root', root)
            yield from typed('type of a root', root, 'type')
            if (root['ns'], root['name']) in names: yield 'root', ours, what, ours[what][:i] + ours[what][i + 1:]
    for ty in ours['types'].values():
        if 'enumeration' in ty: yield from listed('enumeration value', ty, 'enumeration', ['Spoilt'])
        elif 'choice' in ty:
            yield from listed('alternative', ty, 'choice', [{'name': 'Spoilt', 'ns': '', 'head': False, 'type': {'boolean': []}}])
            for member in ty['choice']:
                yield from named('alternative', member)
                if member['name']: yield 'abstract alternative', member, 'head', not member['head']
                yield from typed('type of an alternative', member, 'type')
        else:
            yield 'mixed content', ty, 'mixed', not ty['mixed']
            yield 'text', ty, 'text', None if ty['text'] else {'text': [0, 1]}
            yield from typed('text', ty, 'text')
            for what in 'attributes', 'elements':
                yield from listed(what, ty, what, [{'name': 'Spoilt', 'ns': '', 'min': 1, 'max': 1, 'type': {'boolean': []}}])
                for p in ty[what]:
                    yield from named(what, p)
                    yield from typed('type in ' + what, p, 'type')
                    yield 'fewest of ' + what, p, 'min', p['min'] ^ 1
                    yield 'most of ' + what, p, 'max', 2 if p['max'] is None else p['max'] + 1


def named(what, one):
    if one['name']:
        yield 'name of ' + what, one, 'name', one['name'] + 'x'
        yield 'namespace of ' + what, one, 'ns', 'urn:spoilt' if not one['ns'] else ''


def listed(what, of, key, more):
    """Order and presence of the entries of a list."""
    entries = of[key]
    yield f'one more {what}', of, key, entries + more
    for i in range(len(entries)): yield f'lost {what}', of, key, entries[:i] + entries[i + 1:]
    for i in range(len(entries) - 1):
        yield f'order of {what}', of, key, entries[:i] + [entries[i + 1], entries[i]] + entries[i + 2:]


def typed(what, of, key):
    """Bounds and kind of a simple type, and another type altogether."""
    ty = of[key]
    if not ty: return
    (kind, values), = ty.items()
    if kind in ('number', 'text', 'hex', 'base64'):
        least, most = values
        yield f'lower bound, {what}', of, key, {kind: [least + 1, most]}
        yield f'upper bound, {what}', of, key, {kind: [least, 1000 if most is None else most + 1]}
    other = {'hex': 'base64', 'base64': 'hex', 'text': 'hex', 'number': 'text'}.get(kind)
    yield what, of, key, {other: values} if other else {'refused': 2} if kind == 'refused' else {'text': [0, None]}


def test(compare, schemas, ours, each=6):
    """Tries some of each kind in each set; returns those that nobody noticed."""
    choose, tried, missed = random.Random(1), collections.Counter(), []
    for name in ours:
        if name not in schemas: continue
        (check,) = compare(schemas, {name: ours[name]})
        kinds = collections.defaultdict(list)
        for spoiler in spoilers(ours[name], check.wanted): kinds[spoiler[0]].append(spoiler)
        for kind, all_of_it in kinds.items():
            for _, of, key, value in choose.sample(all_of_it, min(each, len(all_of_it))):
                good, of[key] = of[key], value
                tried[kind] += 1
                (check,) = compare(schemas, {name: ours[name]})
                of[key] = good
                if not check.wrong: missed.append(f'{name}: unnoticed: {kind}, {key} was {str(good)[:80]}, {str(value)[:80]}')
    print(f'self-test: {sum(tried.values()) - len(missed)} of {sum(tried.values())} spoilt details of {len(tried)} kinds noticed')
    return missed
