#!/usr/bin/env python3
"""A car and a station in two network namespaces, joined by a simulated power line, from SLAC to the charging detail record.

slac-live.py PNC TOOLS: TOOLS holds slacnet.py and plcbus.py. First Plug & Charge, then the car's MAC address (autocharge).
"""
import json, os, pathlib, re, subprocess, sys, tempfile, time

pnc, tools = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
sys.path.insert(0, tools)
from slacnet import Net

EVCOID, EVSE = 'DEPNCC00000001', 'DE-PNC-E0001'
CAR, STATION = '02:50:aa:bb:cc:dd', '02:50:aa:bb:ee:01'
TOKEN = 'VID:' + CAR.replace(':', '').upper()
work = pathlib.Path(tempfile.mkdtemp())


def run(*command):
    return subprocess.run([pnc, *command], cwd=work, check=True, stdout=subprocess.PIPE, text=True).stdout


# A pair of interfaces leaves checksums to the receiver, and the simulated line carries octets: ETHTOOL_STXCSUM 0 by SIOCETHTOOL.
CHECKSUMS = '''
import ctypes, fcntl, socket, struct
value = ctypes.create_string_buffer(struct.pack('II', 0x17, 0))
fcntl.ioctl(socket.socket(), 0x8946, struct.pack('16sP16x', b'plc0', ctypes.addressof(value)))
'''


def run_in(station, *command):
    subprocess.run(['ip', 'netns', 'exec', station['ns'], *command], check=True)


def prepare():
    run('pki', 'init', 'ca')
    run('pki', 'issue', 'ca', 'secc', EVSE, '--out', 'leaves')
    run('pki', 'issue', 'ca', 'contract', EVCOID, '--out', 'leaves')
    (work / 'pool.txt').write_text(f'{EVCOID}, active\n')
    (work / 'tokens.txt').write_text(f'{TOKEN}\n')
    (work / 'station.toml').write_text(f'''
records = "records"
[tls]
chain = "leaves/{EVSE}/chain.pem"
key = "leaves/{EVSE}/key.pem"
root = "ca/roots/v2g_root.pem"
[contracts]
mo_roots = ["ca/roots/mo_root.pem"]
pool = "pool.txt"
[eim]
tokens = "tokens.txt"
[slac]
modem = "qualcomm"
calibration = 3
[simulation]
rate = 30.0
''')
    car = '''
loops = 5
[tls]
roots = ["ca/roots/v2g_root.pem"]
[slac]
modem = "qualcomm"
'''
    contract = f'[contract]\nchain = "leaves/{EVCOID}/chain.pem"\nkey = "leaves/{EVCOID}/key.pem"\n'
    (work / 'contract.toml').write_text(car + contract)
    (work / 'external.toml').write_text(car)


def charge(net, name, station_options):
    """Both programs over the line; gives verdicts, the record and what the station logged."""
    def start(station, *arguments):
        error = open(work / f'{name}.{station["name"]}.log', 'w')
        return subprocess.Popen(['ip', 'netns', 'exec', station['ns'], pnc, *arguments], cwd=work, stdout=subprocess.PIPE, stderr=error, text=True)
    evse, car = net.st
    secc = start(evse, 'secc', '--interface', 'plc0', '--link', 'slac', '--config', 'station.toml', '--once', '--timeout', '40', '-v', *station_options)
    time.sleep(1)
    before = set((work / 'records').glob('*')) if (work / 'records').exists() else set()
    evcc = start(car, 'evcc', '--interface', 'plc0', '--link', 'slac', '--config', f'{name}.toml', '--json', '--timeout', '35', '-v')
    out = [process.communicate(timeout=60)[0] for process in (secc, evcc)]
    verdicts = [json.loads(text.strip().splitlines()[-1]) for text in out]
    log = (work / f'{name}.{evse["name"]}.log').read_text()
    record = None
    for path in sorted(set((work / 'records').rglob('*.json')) - before):
        record = json.loads(path.read_text())
    return verdicts, record, log


def check(what, is_so, *shown):
    if not is_so:
        print(f'FAIL: {what}:', *shown)
        for path in sorted(work.glob('*.log')):
            print(f'--- {path.name}', path.read_text()[-3000:], sep='\n')
        sys.exit(1)


def main():
    prepare()
    stations = [dict(name='e0', role='evse', mac=STATION), dict(name='v0', role='ev', mac=CAR)]
    net = Net('%x' % (os.getpid() & 0xFFF), stations, ipv6=True)
    try:
        net.bus(dict(atten={'v0': {'e0': 26}}), work / 'bus.jsonl')
        for station in stations: run_in(station, 'python3', '-c', CHECKSUMS)
        # Addresses of a new interface take a moment until they may be used.
        for station in stations:
            for _ in range(50):
                shown = subprocess.run(['ip', '-n', station['ns'], '-6', 'addr', 'show', 'dev', 'plc0'], stdout=subprocess.PIPE, text=True).stdout
                if 'fe80' in shown and 'tentative' not in shown: break
                time.sleep(0.1)
        for name, options in (('contract', []), ('external', ['--autocharge'])):
            (station, car), record, log = charge(net, name, options)
            check(f'{name}: the session', station['verdict'] == 'pass' and car['verdict'] == 'pass', station, car)
            check(f'{name}: matched by SLAC', 'LinkUp' in log and re.search('Matched', log), '')
            check(f'{name}: a record', record is not None, sorted(path.name for path in (work / 'records').rglob('*')))
            check(f'{name}: energy', record['energy_wh'] > 0, record)
            if name == 'contract':
                check('the contract is verified and pays', record['evcoid'] == EVCOID and 'ContractVerified' in log and record['authorization']['result'] == 'accepted' and record['tls'], record)
                check('no token', record['token'] is None and record['token_kind'] is None, record)
            else:
                check('the MAC address pays', record['token'] == TOKEN and record['token_kind'] == 'mac', record)
                check('the warning at start', 'a MAC address is no identity' in log, '')
        links = [json.loads(line) for line in open(work / 'bus.jsonl') if '"link_up"' in line]
        check('a network of its own for each session', len({link['nmk'] for link in links}) >= 2, links)
    finally:
        net.close()
    print('two namespaces from SLAC to the record: by contract and by MAC address')


main()
