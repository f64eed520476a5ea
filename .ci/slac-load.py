#!/usr/bin/env python3
"""slac-load.py PNC: a station on one end of a veth pair; on the other its modem, a hundred cars, and a flood."""
import heapq, itertools, os, random, select, socket, struct, subprocess, sys, time

PNC = sys.argv[1]
SPACE, OUTER, INNER = f'slacload{os.getpid()}', f'sl{os.getpid()}'[:14], 'plc0'
ALL, EVSE, MODEM, LOCAL = b'\xff' * 6, bytes.fromhex('0200000000e1'), bytes.fromhex('00b052090909'), bytes.fromhex('00b052000001')
PARM_REQ, PARM_CNF, START, IND, RSP, SOUND, MATCH_REQ, MATCH_CNF, PROFILE = 0x6064, 0x6065, 0x606A, 0x606E, 0x606F, 0x6076, 0x607C, 0x607D, 0x6086
LIMIT = 10.0  # ms, for 99 of 100 answers


def run(*command): subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def mme(destination, source, code, body): return (destination + source + b'\x88\xe1\x01' + struct.pack('<H', code) + bytes(2) + body).ljust(60, b'\0')


def start(ev, run_id): return mme(ALL, ev, START, bytes([0, 0, 10, 6, 1]) + ev + run_id)


def profile(ev, level): return mme(ALL, MODEM, PROFILE, ev + bytes([58, 0]) + bytes([level]) * 58)


class Line:
    def __init__(self):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88E1))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind((OUTER, 0x88E1))
        self.socket.setblocking(False)
        self.agenda, self.order, self.due, self.delays, self.linked = [], itertools.count(), {}, {}, None

    def at(self, when, frame, expect=None): heapq.heappush(self.agenda, (when, next(self.order), frame, expect))

    def car(self, when, index, level, matches=False):
        """A whole matching; what follows a result is sent when it comes."""
        ev, run_id = bytes([2, 0, 0, 1, index >> 8, index & 255]), bytes([index & 255]) * 8
        self.at(when, mme(ALL, ev, PARM_REQ, bytes(2) + run_id), (PARM_CNF, ev, 0))
        for n in range(3): self.at(when + 0.1 + 0.03 * n, start(ev, run_id))
        for n in range(10):
            self.at(when + 0.19 + 0.03 * n, mme(ALL, ev, SOUND, bytes(19) + bytes([9 - n]) + run_id + bytes(8) + os.urandom(16)))
            # The result follows the last profile after 20 ms.
            self.at(when + 0.191 + 0.03 * n, profile(ev, level), (IND, ev, 0.02) if n == 9 else None)
        self.matches = getattr(self, 'matches', set()) | ({ev} if matches else set())

    def answer(self, frame, now):
        destination, source, code = frame[:6], frame[6:12], struct.unpack('<H', frame[15:17])[0]
        body = frame[19:]
        if code == 0x6008: self.send(mme(source, MODEM, 0x6009, bytes([1, 9, 9, 9, 9]) + body[1:5] + bytes([4, 0, 0, 255, 0])))
        elif code == 0xA0B8: self.send(source + MODEM + b'\x88\xe1\x00\xb9\xa0\x00\xb0\x52' + bytes([0, int(bool(self.linked))]) + bytes(36))
        if code == IND:
            run_id = body[8:16]
            self.send(mme(source, destination, RSP, bytes(2) + destination + run_id + bytes(35)))
            if destination in self.matches:
                request = bytes(2) + struct.pack('<H', 62) + bytes(17) + destination + bytes(17) + source + run_id + bytes(8)
                self.at(now + 0.1, mme(source, destination, MATCH_REQ, request), (MATCH_CNF, destination, 0))
        if code == MATCH_CNF: self.linked = destination
        due = self.due.pop((code, destination), None)
        if due: self.delays.setdefault(code, []).append(1000 * (now - due))

    def send(self, frame):
        try: self.socket.send(frame)
        except BlockingIOError: pass

    def play(self, seconds, flood=None):
        end, sent, begin = time.monotonic() + seconds, 0, time.monotonic()
        while (now := time.monotonic()) < end:
            while self.agenda and self.agenda[0][0] <= now:
                _, _, frame, expect = heapq.heappop(self.agenda)
                if expect:
                    code, ev, after = expect
                    self.due[(code, ev)] = time.monotonic() + after
                self.send(frame)
            while flood and sent < (time.monotonic() - begin) * 10_000:
                for _ in range(10): self.send(random.choice(flood))
                sent += 10
                if self.agenda and self.agenda[0][0] <= time.monotonic(): break
            wait = min(self.agenda[0][0] if self.agenda else end, end) - time.monotonic()
            if select.select([self.socket], [], [], 0 if flood else max(0, min(wait, 0.005)))[0]:
                for _ in range(50):
                    try: frame, address = self.socket.recvfrom(2000)
                    except BlockingIOError: break
                    if address[2] != socket.PACKET_OUTGOING: self.answer(frame, time.monotonic())
        return sent


def garbage():
    frames, stranger = [], lambda: b'\x02' + os.urandom(5)
    for _ in range(300):
        ev, run_id = stranger(), os.urandom(8)
        whole = [mme(ALL, ev, PARM_REQ, bytes(2) + run_id), start(ev, run_id), profile(ev, 60), mme(EVSE, ev, MATCH_REQ, os.urandom(66)),
                 mme(EVSE, ev, 0x601C, b'\xff\xff' + os.urandom(1400))]
        frames += whole + [frame[:random.randrange(14, len(frame))] for frame in whole]
        frames += [ALL + ev + b'\x88\xe1' + os.urandom(random.randrange(1400)) for _ in range(5)]
    return frames


def report(title, delays, wanted):
    good = True
    for code, name in ((PARM_CNF, 'CM_SLAC_PARM.CNF'), (IND, 'CM_ATTEN_CHAR.IND'), (MATCH_CNF, 'CM_SLAC_MATCH.CNF')):
        times = sorted(delays.get(code, []))
        worst = times[len(times) * 99 // 100] if times else float('inf')
        good &= len(times) >= wanted[name] and worst < LIMIT
        if times: print(f'{title}: {len(times)} {name}, median {times[len(times) // 2]:.2f} ms, 99 of 100 within {worst:.2f} ms, all within {times[-1]:.2f} ms')
        else: print(f'{title}: no {name}')
    return good


def station(play):
    """Plugged from its start on; keyed once it has asked."""
    process = subprocess.Popen(['ip', 'netns', 'exec', SPACE, PNC, 'slac', 'evse', '--interface', INNER, '--timeout', '20', '--json', '--set', 'modem=qualcomm'],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    line = Line()
    try:
        line.play(2)
        return play(line)
    finally:
        process.terminate()
        process.wait()


def crowd(line):
    now = time.monotonic() + 0.1
    for index in range(100): line.car(now + 0.0005 * index, index, 60)
    line.car(now + 0.06, 1000, 26, matches=True)
    line.play(2)
    return report('100 cars', line.delays, {'CM_SLAC_PARM.CNF': 101, 'CM_ATTEN_CHAR.IND': 32, 'CM_SLAC_MATCH.CNF': 1})


def flooded(line):
    line.car(time.monotonic() + 0.5, 1000, 26, matches=True)
    begin = time.monotonic()
    sent = line.play(2.5, garbage())
    good = report(f'{sent / (time.monotonic() - begin):.0f} frames a second', line.delays, {'CM_SLAC_PARM.CNF': 1, 'CM_ATTEN_CHAR.IND': 1, 'CM_SLAC_MATCH.CNF': 1})
    return good and sent > 20_000


run('ip', 'netns', 'add', SPACE)
try:
    run('ip', 'link', 'add', OUTER, 'type', 'veth', 'peer', 'name', INNER, 'netns', SPACE)
    run('ip', '-n', SPACE, 'link', 'set', INNER, 'address', ':'.join(f'{octet:02x}' for octet in EVSE))
    run('ip', '-n', SPACE, 'link', 'set', INNER, 'up')
    run('ip', 'link', 'set', OUTER, 'up')
    good = [station(play) for play in (crowd, flooded)]
finally:
    run('ip', 'netns', 'del', SPACE)
sys.exit(not all(good))
