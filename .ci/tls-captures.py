#!/usr/bin/env python3
"""Judge of v2g_tls::capture: decrypts every TLS connection of recorded captures.

tls-captures.py DECRYPT CAPTURE...   DECRYPT is the built example `decrypt` of pnc-tls.

A capture is a pcapng over Ethernet and IPv6. Its keys come from its secrets block or from
CAPTURE.keylog or keylogs/CAPTURE.keylog beside it. Where the messages another implementation saw are
known (CAPTURE.v2gtp.jsonl, ../exi/captured/CAPTURE.jsonl), the decrypted bytes must be those messages.
"""
import json, os, struct, subprocess, sys, tempfile


def blocks(data):
    at = 0
    while at + 12 <= len(data):
        kind, length = struct.unpack_from("<II", data, at)
        yield kind, data[at + 8:at + length - 4]
        at += length


def read(path):
    keys, frames = "", []
    for kind, body in blocks(open(path, "rb").read()):
        if kind == 10:
            length = struct.unpack_from("<I", body, 4)[0]
            keys += body[8:8 + length].decode()
        elif kind == 6:
            length = struct.unpack_from("<I", body, 12)[0]
            frames.append(body[20:20 + length])
    name = os.path.basename(path)
    for extra in (path + ".keylog", os.path.join(os.path.dirname(path), "keylogs", name + ".keylog")):
        if os.path.exists(extra):
            keys += open(extra).read()
    return keys, frames


def segments(frames):
    """(connection, who, bytes) in capture order, each direction in sequence."""
    expected, held = {}, {}
    clients = {}
    for frame in frames:
        at = 12
        kind = struct.unpack_from(">H", frame, at)[0]
        if kind == 0x8100:
            at += 4
            kind = struct.unpack_from(">H", frame, at)[0]
        if kind != 0x86DD or frame[at + 8] != 6:
            continue
        ip = at + 2
        length = struct.unpack_from(">H", frame, ip + 4)[0]
        tcp = frame[ip + 40:ip + 40 + length]
        source, target, seq, _, offset, flags = struct.unpack_from(">HHIIBB", tcp)
        a, b = (frame[ip + 8:ip + 24], source), (frame[ip + 24:ip + 40], target)
        pair = frozenset((a, b))
        data = tcp[(offset >> 4) * 4:]
        if flags & 2:
            expected[a, b] = seq + 1 & 0xFFFFFFFF
            held[a, b] = {}
            if not flags & 16:
                clients[pair] = a
            continue
        if (a, b) not in expected or not data:
            continue
        held[a, b].setdefault(seq, data)
        while (data := held[a, b].pop(expected[a, b], None)) is not None:
            expected[a, b] = expected[a, b] + len(data) & 0xFFFFFFFF
            yield pair, "client" if clients[pair] == a else "server", data


def main():
    decrypt, failed = sys.argv[1], 0
    for path in sys.argv[2:]:
        keys, frames = read(path)
        connections = {}
        for pair, who, data in segments(frames):
            connections.setdefault(pair, []).append((who, data))
        tls = [c for c in connections.values() if c[0][1][:2] == b"\x16\x03"]
        for lines in tls:
            with tempfile.TemporaryDirectory() as work:
                names = [os.path.join(work, n) for n in ("keys", "stream")]
                open(names[0], "w").write(keys)
                open(names[1], "w").write("".join(f"{w} {d.hex()}\n" for w, d in lines))
                run = subprocess.run([decrypt, *names], capture_output=True, text=True)
            out = run.stdout.splitlines()
            about = out[0][2:] if out else run.stderr.strip()
            plain = {w: b"".join(bytes.fromhex(l.split()[1]) for l in out if l.startswith(w)) for w in ("client", "server")}
            counts = {w: v2gtp(p) for w, p in plain.items()}
            verdict = "ok" if run.returncode == 0 and all(c is not None for c in counts.values()) else "FAIL"
            for reference in references(path):
                if verdict == "ok" and not agrees(counts, reference):
                    verdict = "FAIL differs from " + reference
            failed += verdict.startswith("FAIL")
            print(verdict, os.path.basename(path), about, {w: len(c or []) for w, c in counts.items()})
    sys.exit(1 if failed else 0)


def v2gtp(stream):
    """The messages of a stream, or None if it is not made of whole V2GTP messages."""
    found = []
    while stream:
        if len(stream) < 8 or stream[:2] != b"\x01\xfe":
            return None
        length = struct.unpack_from(">I", stream, 4)[0]
        if len(stream) < 8 + length:
            return None
        found.append(stream[:8 + length].hex())
        stream = stream[8 + length:]
    return found


def references(path):
    name = os.path.basename(path)
    beside = path.removesuffix(".pcapng") + ".v2gtp.jsonl"
    captured = os.path.join(os.path.dirname(path), "../exi/captured", name + ".jsonl")
    return [f for f in (beside, captured, captured.replace(".pcapng", "")) if os.path.exists(f)]


def agrees(counts, reference):
    """Are the EXI payloads of both ends, in order, those of the reference?"""
    wanted = {"client": [], "server": []}
    client = None
    for line in map(json.loads, open(reference)):
        if "dir" in line:
            wanted["client" if line["dir"] == "evcc" else "server"].append(line["exi"])
        elif line.get("transport") == "tls":
            client = client or line["src"]
            wanted["client" if line["src"] == client else "server"].append(line["hex"])
    return wanted == {who: [m[16:] for m in found] for who, found in counts.items()}


main()
