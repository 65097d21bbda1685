#!/usr/bin/env python3
"""serve_bench.py KAFKASIM [RECORDS]: what a served cluster takes beside what it is compared with, in one run, in turns.

ready     from the start of the process to its ready line, three brokers; beside '--version', a bare start of the same program
produce   RECORDS of 100 bytes by librdkafka with acks=all and idempotence, replication factor 3; beside librdkafka's own mock cluster
consume   every one of them read back, which the mock cannot
"""
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

here = pathlib.Path(__file__).resolve().parent
kafkasim = sys.argv[1]
records = sys.argv[2] if len(sys.argv) > 2 else "1000000"
rounds = 5
work = pathlib.Path(tempfile.mkdtemp())
scenario = work / "bench.json"
scenario.write_text(json.dumps({"name": "bench", "duration": "60s", "cluster": {"brokers": 3}, "epilogue": False,
                                "topics": [{"name": "bench", "partitions": 3, "replication_factor": 3}]}))
for source in (here / "mock_cluster.c", here.parent.parent / "scenarios/clients/produce-and-consume.c"):
    subprocess.run(["cc", "-O2", str(source), "-lrdkafka", "-o", str(work / source.stem)], check=True)
client = str(work / "produce-and-consume")


def bare():
    begin = time.perf_counter()
    subprocess.run([kafkasim, "--version"], stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - begin) * 1000


def serve():
    begin = time.perf_counter()
    process = subprocess.Popen([kafkasim, "serve", str(scenario), "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--quiet"],
                               stdout=subprocess.PIPE, text=True)
    ready = json.loads(process.stdout.readline())
    return process, ready, (time.perf_counter() - begin) * 1000


def stop(process, ready):
    report = json.loads(urllib.request.urlopen(ready["control"] + "/stop", data=b"").read())
    process.stdout.read()
    process.wait()
    assert report["outcome"] == "pass", report["violations"]


def rates(bootstrap, *more):
    out = subprocess.run([client, bootstrap, "bench", records, "100", *more], stdout=subprocess.PIPE, text=True).stdout
    print("   ", out.strip().replace("\n", "; "))
    return [float(rate) for rate in re.findall(r"([\d.]+) records/s", out)]


starts, bares = [], []
for _ in range(20):
    process, ready, ms = serve()
    stop(process, ready)
    starts.append(ms)
    bares.append(bare())
print(f"ready: {statistics.median(starts):.1f} ms (least {min(starts):.1f}), a bare start {statistics.median(bares):.1f} ms")

produced, mocked, consumed = [], [], []
for _ in range(rounds):
    mock = subprocess.Popen([str(work / "mock_cluster")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    mocked.append(rates(mock.stdout.readline().strip(), "no-consume")[0])
    mock.stdin.close()
    mock.wait()
    process, ready, _ = serve()
    produce, consume = rates(",".join(f"{b['host']}:{b['port']}" for b in ready["brokers"]))
    produced.append(produce)
    consumed.append(consume)
    stop(process, ready)
ratios = [a / b for a, b in zip(produced, mocked)]
print(f"produce: {statistics.median(produced):.0f} records/s, the mock {statistics.median(mocked):.0f}: ratio {statistics.median(ratios):.2f} "
      f"({min(ratios):.2f} to {max(ratios):.2f})")
print(f"consume: {statistics.median(consumed):.0f} records/s")
