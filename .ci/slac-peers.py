#!/usr/bin/env python3
"""slac-peers.py TOOLS REPETITIONS JOBS [LOGS]: every scenario of TOOLS/scenarios with every pair of car and station."""
import collections, concurrent.futures, json, pathlib, statistics, sys, tempfile

tools, repetitions, jobs = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2]), int(sys.argv[3])
logs = pathlib.Path(sys.argv[4] if len(sys.argv) > 4 and sys.argv[4] else tempfile.mkdtemp(prefix='slac-peers-'))
logs.mkdir(parents=True, exist_ok=True)
sys.dont_write_bytecode = True
sys.path.insert(0, str(tools))
import slacnet

PAIRS = [('pnc', 'pnc'), ('pnc', 'iso15118'), ('iso15118', 'pnc'), ('pyslac', 'pnc')]

# What our side is told when its peer needs it.
SETTINGS = {
    # It answers all results when its own window is over, more than a second after the first.
    ('pnc', 'iso15118', 'evse'): ['strictness=lenient'],
    # A station of these that follows a neighbour's car is silent for its own, which then hears the neighbour alone, from far: that must be proved,
    # and they cannot.
    ('iso15118', 'pnc', 'ev'): ['validate=when_unsure', 'direct=35', 'margin=1'],
    ('pyslac', 'pnc', 'ev'): ['validate=when_unsure', 'direct=35', 'margin=1'],
}

# What must end in no link, and why.
NO_LINK = {
    ('*', '*', 's6_noprofile'): 'a station whose modem measures nothing must win no car',
}

BUSY = 'the station follows one run at a time, 10 s long, also that of a neighbour\'s car'
ONCE = 'the station sends CM_SLAC_MATCH.CNF once, and answers neither a repeated request nor a new run'
# What may end without a link for the peer's sake, and why. A wrong link is never allowed.
MAY_FAIL = {
    ('iso15118', 'pnc', 's2'): BUSY,
    ('iso15118', 'pnc', 's3'): BUSY,
    ('iso15118', 'pnc', 'n3_two_neighbours'): BUSY,
    ('iso15118', 'pnc', 's5_lostattenind'): 'the station sends its result once, and follows this run for 10 s',
    ('iso15118', 'pnc', 's5_lostmatchcnf'): ONCE,
    ('pyslac', 'pnc', 's2'): BUSY,
    ('pyslac', 'pnc', 's3'): BUSY,
    ('pyslac', 'pnc', 'n3_two_neighbours'): BUSY,
    ('pyslac', 'pnc', 's5_lostattenrsp'): 'the station awaits the response as long as any frame comes, and answers no new run',
    ('pyslac', 'pnc', 's5_lostmatchcnf'): ONCE,
}


def of(table, station, car, scenario):
    for key in ((station, car, scenario), (station, '*', scenario), ('*', car, scenario), ('*', '*', scenario),
                (station, car, '*')):
        if key in table: return table[key]


# Stations are up long before a car comes; foreign ones need this many seconds more than the scenarios grant, on a busy machine.
LEAD = 4


def play(job):
    """Foreign peers miss their own times on a busy machine: such a row is played up to three times. A wrong link is never forgiven."""
    _, scenario, station, car, _ = job
    is_foreign = (station, car) != ('pnc', 'pnc') and not of(NO_LINK, station, car, scenario['name'])
    for attempt in range(3 if is_foreign and not of(MAY_FAIL, station, car, scenario['name']) else 1):
        played = once(job, attempt)
        if played[1] in ('right', 'WRONG'): break
    return played


def once(job, attempt):
    number, scenario, station, car, repetition = job
    scenario = json.loads(json.dumps(scenario))
    for s in scenario['stations']:
        kind = station if s['role'] == 'evse' else car
        s['peer'] = f'{kind}-{s["role"]}'
        if kind == 'pnc': s['opts'] = SETTINGS.get((station, car, s['role']), [])
        if s['role'] == 'ev': s['start'] = s.get('start', 2.5) + LEAD
    scenario['timeout'] = scenario.get('timeout', 30) + LEAD
    name = scenario['name']
    scenario['name'] = f'{name}.{station}.{car}.{repetition}.{attempt}'
    try:
        result = slacnet.run(scenario, tag='p%x' % (number % 0xfff), logdir=str(logs))
    except Exception as error:
        return job, 'error', None, {'error': repr(error)}
    expected = {tuple(sorted(pair)) for pair in scenario['expect']}
    links = {tuple(sorted(pair)) for pair in result['links']}
    times = [v.get('elapsed_ms') for n, v in result['stations'].items() if n.startswith('v') and v.get('verdict') == 'matched']
    outcome = 'WRONG' if links - expected else 'right' if links == expected else 'none' if not links else 'some'
    return job, outcome, max((t for t in times if t), default=None), result


scenarios = [json.loads(path.read_text()) for path in sorted((tools / 'scenarios').glob('*.json'))]
plan = [(scenario, station, car, repetition) for repetition in range(repetitions) for scenario in scenarios for station, car in PAIRS]
# The longest first, so that the end is short.
plan.sort(key=lambda row: -row[0].get('timeout', 30))
plan = [(number, *row) for number, row in enumerate(plan)]
outcomes, times = collections.defaultdict(collections.Counter), collections.defaultdict(list)
with concurrent.futures.ThreadPoolExecutor(jobs) as pool, open(logs / 'results.jsonl', 'w') as results:
    for done in concurrent.futures.as_completed([pool.submit(play, job) for job in plan]):
        (number, scenario, station, car, repetition), outcome, elapsed, result = done.result()
        key = (scenario['name'], station, car)
        outcomes[key][outcome] += 1
        if elapsed: times[key].append(elapsed)
        print(json.dumps({'station': station, 'car': car, 'repetition': repetition, 'outcome': outcome, **result}), file=results, flush=True)

wrong = short = right = 0
print(f'{"scenario":<20}{"station":<10}{"car":<10}{"right":>6}{"of":>4}{"ms":>8}  rest')
for (name, station, car), counts in sorted(outcomes.items()):
    total, ok = sum(counts.values()), counts['right']
    reason = of(NO_LINK, station, car, name)
    allowed = of(MAY_FAIL, station, car, name)
    rest = ', '.join(f'{n} {outcome}' for outcome, n in counts.items() if outcome != 'right')
    middle = round(statistics.median(times[(name, station, car)])) if times[(name, station, car)] else ''
    wrong += counts['WRONG'] + counts['error']
    right += ok
    if reason: short += total - counts['none']
    elif not allowed: short += total - ok
    mark = '' if (counts['none'] == total if reason else ok == total or allowed) and not counts['WRONG'] + counts['error'] else '  <== '
    print(f'{name:<20}{station:<10}{car:<10}{ok:>6}{total:>4}{middle:>8}  {rest}{": " + (reason or allowed) if rest and (reason or allowed) else ""}{mark}')
print(f'{len(plan)} matchings, {right} with the right link, {wrong} wrong, {short} other than they must be; logs in {logs}')
sys.exit(bool(wrong or short))
