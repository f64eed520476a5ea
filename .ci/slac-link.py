#!/usr/bin/env python3
"""slac-link.py PNC TOOLS: our SLAC commands on real packet sockets, against simulated modems in network namespaces."""
import json, os, pathlib, subprocess, sys, tempfile, time

pnc, tools = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
sys.dont_write_bytecode = True
sys.path.insert(0, str(tools))
import slacnet

logs = pathlib.Path(tempfile.mkdtemp(prefix='slac-link-'))
problems = []


def check(what, good, seen=''):
    print(f'  {"ok" if good else "FAIL":4} {what}', flush=True)
    if not good: problems.append(f'{what}: {seen}')


class Place:
    """A station and a car, each beside its modem."""

    def __init__(self, tag, **bus):
        self.stations = [dict(name='e0', role='evse'), dict(name='v0', role='ev')]
        self.net, self.log, self.children = slacnet.Net(tag, self.stations), logs / f'{tag}.bus.jsonl', []
        self.net.bus(dict(atten={'v0': {'e0': 26}}, **bus), str(self.log))

    def inside(self, name): return next(s['ns'] for s in self.stations if s['name'] == name)

    def start(self, name, *arguments):
        command = ['ip', 'netns', 'exec', self.inside(name), pnc, 'slac', *arguments, '--interface', 'plc0']
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.children.append(child)
        return child

    def run(self, name, *arguments): return self.start(name, *arguments).communicate(timeout=60)[0]

    def set(self, name, state): slacnet.sh('ip', '-n', self.inside(name), 'link', 'set', 'plc0', state)

    def keys(self, name):
        port = next(s['port'] for s in self.stations if s['name'] == name)
        events = [json.loads(line) for line in self.log.read_text().splitlines() if '"set_key"' in line]
        return [event['nmk'] for event in events if event['port'] == port]

    def __enter__(self): return self

    def __exit__(self, *_):
        for child in self.children:
            if child.poll() is None: child.kill()
        self.net.close()


def last(text):
    lines = text.strip().splitlines()
    return json.loads(lines[-1]) if lines else {}


def match(place, hold):
    station = place.start('e0', 'evse', '--json', '--reveal-nmk', '--timeout', '20', '--hold', str(hold))
    time.sleep(0.5)
    car = place.start('v0', 'ev', '--json', '--timeout', '20', '--hold', str(hold))
    return station, car


with Place('l1') as place:
    found = last(place.run('e0', 'modem', '--json'))['modems']
    check('the modem is known by chip and firmware',
          [m['chip'] for m in found] == ['QCA7000'] and found[0]['firmware'].startswith('MAC-QCA7000-'), found)
    check('it has no key of its own', found and not found[0]['own_key'] and not found[0]['link'], found)
    watch = place.start('e0', 'watch', '--json', '--timeout', '6')
    station, car = match(place, 9)
    time.sleep(4)
    found = last(place.run('e0', 'modem', '--json'))['modems']
    check('after the match it has one, and a link', found and found[0]['own_key'] and found[0]['link'], found)
    before = place.keys('e0')
    place.set('e0', 'down')
    time.sleep(0.2)
    place.set('e0', 'up')
    time.sleep(1.5)
    after = place.keys('e0')
    check('an interface that goes and comes back at once ends no link', after == before, (len(before), len(after)))
    place.set('e0', 'down')
    lost = station.communicate(timeout=60)
    check('one that stays away ends it within a second', station.returncode == 1 and 'LinkLost' in lost[1], lost)
    station, car = last(lost[0]), last(car.communicate(timeout=60)[0])
    check('both sides tell of one network', station.get('verdict') == car.get('verdict') == 'matched' and
          station['nid'] == car['nid'], (station, car))
    check('the key is told to who asked for it and to nobody else',
          station.get('nmk') == before[-1] and 'nmk' not in car, (sorted(station), sorted(car)))
    heard = [json.loads(line) for line in watch.communicate(timeout=60)[0].splitlines()]
    check('who listens sees the run, its station and its level', heard and heard[-1]['phase'] == 'matched' and
          abs(heard[-1]['stations'][0]['mean_db'] - 26) < 2 and heard[-1]['nid'] == station['nid'], heard[-1:])

with Place('l2', vendor='lumissil', setkey_result=0) as place:
    station, car = (last(child.communicate(timeout=60)[0]) for child in match(place, 1))
    check('Lumissil modems are found out and linked',
          station.get('verdict') == car.get('verdict') == 'matched', (station, car))

poor = subprocess.run(['setpriv', '--bounding-set', '-net_raw', '--inh-caps', '-net_raw', pnc, 'slac', 'modem', '--interface', 'lo'],
                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
check('without the right the command says what to do', poor.returncode == 2 and 'setcap cap_net_raw+ep' in poor.stderr,
      (poor.returncode, poor.stderr))

for problem in problems: print(problem)
sys.exit(bool(problems))
