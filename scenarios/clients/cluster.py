"""A cluster that fails on cue, for tests in Python. No library needed: a process, and a little HTTP.

    with Cluster("scenarios/clients/three-brokers.json") as cluster:
        ...                                     # your client, at cluster.bootstrap
        cluster.fire({"crash": "leader(orders-0)", "for": "3s"})
        report = cluster.stop()                 # what was promised, what was kept
"""
import json
import os
import subprocess
import time
import urllib.request

KAFKASIM = os.environ.get("KAFKASIM", "build/release/kafkasim")


class Cluster:
    def __init__(self, scenario, *options):
        command = [KAFKASIM, "serve", scenario, "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("kafkasim did not begin to serve")
        self.ready = json.loads(line)
        self.bootstrap = ",".join(f"{b['host']}:{b['port']}" for b in self.ready["brokers"])
        self.report = None

    def _ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(self.ready["control"] + path, data=data, timeout=60) as answer:
            return answer.read()

    def fire(self, *entries):
        """Entries of a timeline: now, or at their time."""
        self._ask("/timeline", list(entries))

    def state(self):
        return json.loads(self._ask("/state"))

    def until(self, holds, seconds=30):
        """Waits until holds(state)."""
        end = time.monotonic() + seconds
        while not holds(state := self.state()):
            if time.monotonic() > end:
                raise TimeoutError(json.dumps(state["partitions"]))
            time.sleep(0.1)
        return state

    def leader(self, topic, partition):
        for p in self.state()["partitions"]:
            if p["topic"] == topic and p["partition"] == partition:
                return p["leader"]

    def stop(self):
        if self.report is None:
            self.report = json.loads(self._ask("/stop", {}))
            self.process.stdout.read()
            self.exit_code = self.process.wait(timeout=60)
        return self.report

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.report is None:
            self.process.kill()
            self.process.wait()
