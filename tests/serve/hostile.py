#!/usr/bin/env python3
"""hostile.py KAFKASIM: what strangers may do to a served cluster. It closes their connections or answers with an error, its memory
stays bounded, and an honest client is served all the while."""
import json
import pathlib
import random
import socket
import struct
import subprocess
import sys
import urllib.error
import urllib.request

here = pathlib.Path(__file__).resolve().parent
process = subprocess.Popen([sys.argv[1], "serve", str(here.parent.parent / "scenarios/clients/three-brokers.json"), "--listen", "127.0.0.1:0",
                            "--control", "127.0.0.1:0", "--quiet"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
ready = json.loads(process.stdout.readline())
address = (ready["brokers"][0]["host"], ready["brokers"][0]["port"])
control = ready["control"]


def connect():
    s = socket.create_connection(address, timeout=20)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def framed(body):
    return struct.pack(">i", len(body)) + body


def request(key, version, body=b"", correlation=7):
    return framed(struct.pack(">hhih", key, version, correlation, -1) + body)


def answer(s):
    size = b""
    while len(size) < 4:
        more = s.recv(4 - len(size))
        if not more:
            return None
        size += more
    length, body = struct.unpack(">i", size)[0], b""
    while len(body) < length:
        body += s.recv(length - len(body))
    return body


def is_closed(s):
    try:
        return answer(s) is None
    except ConnectionResetError:
        return True


def memory():
    for line in open(f"/proc/{process.pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024


def served():  # an honest client gets all versions there are
    with connect() as s:
        s.sendall(request(18, 0))
        body = answer(s)
        assert body[:4] == struct.pack(">i", 7) and body[4:6] == b"\0\0", body


def post(path, body):
    try:
        with urllib.request.urlopen(control + path, data=body, timeout=60) as got:
            return got.status, json.loads(got.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


served()
before = memory()

# sizes that nothing can have
for size in (-1, -2**31, 2**31 - 1, 100 * 2**20 + 1):
    with connect() as s:
        s.sendall(struct.pack(">i", size) + b"x" * 100)
        assert is_closed(s), size

# versions and APIs that nobody has; a request that only controllers may be sent; old messages
for key, version in ((3, 99), (3, -1), (999, 0), (-1, 0), (52, 0), (56, 2), (0, 2), (1, 3)):
    with connect() as s:
        s.sendall(request(key, version))
        assert is_closed(s), (key, version)
with connect() as s:  # but an unknown ApiVersions is told which there are
    s.sendall(request(18, 99))
    assert answer(s)[4:6] == struct.pack(">h", 35)

# a request that breaks off, or goes on behind its end, or claims two thousand million topics
for body in (b"", b"\0", b"\x7f\xff\xff\xff", b"\0\0\0\0" * 2, struct.pack(">i", 1) + struct.pack(">h", 32767)):
    with connect() as s:
        s.sendall(request(3, 1, body))
        s.settimeout(2)
        try:
            answer(s)
        except (ConnectionResetError, socket.timeout):
            pass
served()

# byte by byte, and two in one packet
with connect() as s:
    for byte in request(18, 0):
        s.sendall(bytes([byte]))
    assert answer(s)[4:6] == b"\0\0"
    s.sendall(request(18, 0, correlation=1) + request(18, 0, correlation=2))
    assert [answer(s)[:4], answer(s)[:4]] == [struct.pack(">i", 1), struct.pack(">i", 2)]

# frames that never end: a promise of 100 MiB costs what came of it
endless = [connect() for _ in range(200)]
for s in endless:
    s.sendall(struct.pack(">i", 100 * 2**20) + b"x" * 1000)
served()
assert memory() - before < 400, (before, memory())
for s in endless:
    s.close()

# a thousand connections, opened and dropped, some in the middle of something
for i in range(1000):
    s = connect()
    if i % 3 == 0:
        s.sendall(b"\0\0\0")
    if i % 3 == 1:
        s.sendall(request(18, 0))
    if i % 5 == 0:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
served()

# a thousand that stay and say nothing
idle = [connect() for _ in range(1000)]
served()

# a client that asks a lot and reads nothing
greedy = connect()
greedy.setblocking(False)
try:
    for _ in range(100_000):
        greedy.send(request(18, 0))
except BlockingIOError:
    pass
served()

# rubbish, of any length
dice = random.Random(1)
for _ in range(300):
    with connect() as s:
        body = dice.randbytes(dice.randrange(200))
        s.sendall(framed(struct.pack(">hh", dice.randrange(70), dice.randrange(14)) + body))
served()

# bad HTTP: an answer that says what is wrong
assert post("/timeline", b"{")[0] == 400
code, body = post("/timeline", b'{"crash": "leeder(orders-0)"}')
assert code == 400 and body["errors"][0]["at"] == "/crash" and "leader" in body["error"], body
assert post("/speed", b'{"speed": -1}')[0] == 400
assert post("/nothing", b"")[0] == 404
assert post("/timeline", b"[" * 100_000)[0] == 400
with socket.create_connection(("127.0.0.1", int(control.rsplit(":", 1)[1])), timeout=20) as s:
    s.sendall(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
    assert s.recv(1000).startswith(b"HTTP/1.1 400")
with socket.create_connection(("127.0.0.1", int(control.rsplit(":", 1)[1])), timeout=20) as s:
    s.sendall(b"POST /timeline HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
    assert b" 413 " in s.recv(1000)
request_ = urllib.request.Request(control + "/pause", data=b"", headers={"Origin": "http://elsewhere.example"})
try:
    urllib.request.urlopen(request_)
    raise AssertionError("a page of another site has paused the cluster")
except urllib.error.HTTPError as error:
    assert error.code == 403

served()
after = memory()
for s in idle:
    s.close()
code, report = post("/stop", b"")
process.stdout.read()
assert code == 200 and report["outcome"] == "pass" and process.wait() == 0, report["violations"]
assert after - before < 400, (before, after)
print(f"memory: {before:.0f} MiB before, {after:.0f} MiB with 1,000 idle connections after all that")
