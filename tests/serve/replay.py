#!/usr/bin/env python3
"""replay.py KAFKASIM: a session with real connections through two crashes, recorded, replays ten times to the hash that it had. The disks,
mirrored into files, are what 'log verify' accepts."""
import json
import pathlib
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "support"))
from crc32c import crc32c

kafkasim = sys.argv[1]
work = pathlib.Path(tempfile.mkdtemp())
recording = str(work / "run.ksrec")
process = subprocess.Popen([kafkasim, "serve", str(here.parent.parent / "scenarios/clients/three-brokers.json"), "--listen", "127.0.0.1:0",
                            "--control", "127.0.0.1:0", "--quiet", "--record", recording, "--data", str(work / "data")], stdout=subprocess.PIPE, text=True)
ready = json.loads(process.stdout.readline())
ports = [broker["port"] for broker in ready["brokers"]]


def post(path, entry):
    return json.loads(urllib.request.urlopen(ready["control"] + path, data=json.dumps(entry).encode()).read())


def batch(value):
    record = struct.pack("bbbb", 0, 0, 0, 1) + bytes([len(value) * 2]) + value + b"\0"
    record = bytes([len(record) * 2]) + record
    now = int(time.time() * 1000)
    body = struct.pack(">hiqqqhii", 0, 0, now, now, -1, -1, -1, 1) + record
    return struct.pack(">qiibI", 0, len(body) + 9, -1, 2, crc32c(body)) + body


def produce(port, value):
    records = batch(value)
    body = struct.pack(">hhi", -1, -1, 5000) + struct.pack(">ih", 1, 6) + b"orders" + struct.pack(">iii", 1, 0, len(records)) + records
    frame = struct.pack(">hhih", 0, 7, 1, -1) + body
    with socket.create_connection(("127.0.0.1", port), timeout=3) as s:
        s.sendall(struct.pack(">i", len(frame)) + frame)
        size = struct.unpack(">i", s.recv(4, socket.MSG_WAITALL))[0]
        answer = s.recv(size, socket.MSG_WAITALL)
        return struct.unpack(">h", answer[24:26])[0]


acked = 0
for i in range(60):
    if i in (15, 35):
        post("/timeline", {"crash": "leader(orders-0)", "for": "1s"})
    for port in ports:
        try:
            acked += produce(port, b"order %d" % i) == 0
        except OSError:
            pass
    time.sleep(0.05)
report = post("/stop", {})
process.stdout.read()
assert process.wait() == 0 and report["outcome"] == "pass", report["violations"]
assert report["metrics"]["records.acked"] == acked >= 30, (acked, report["metrics"]["records.acked"])
for _ in range(10):
    replayed = subprocess.run([kafkasim, "replay", recording, "--quiet"], stdout=subprocess.PIPE, text=True)
    assert replayed.returncode == 0 and f"trace hash {report['trace_hash']}, as recorded" in replayed.stdout, replayed.stdout
for node in sorted((work / "data").iterdir()):
    verified = subprocess.run([kafkasim, "log", "verify", str(node)], stdout=subprocess.PIPE, text=True)
    assert verified.returncode == 0, verified.stdout
cut = pathlib.Path(recording).read_bytes()
(work / "cut.ksrec").write_bytes(cut[:len(cut) * 2 // 3])
partial = subprocess.run([kafkasim, "replay", str(work / "cut.ksrec"), "--quiet"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
assert partial.returncode == 0 and "breaks off" in partial.stderr, partial.stderr
print(f"{acked} records acknowledged, {len(report['elections'])} elections, replayed ten times: {report['trace_hash']}")
