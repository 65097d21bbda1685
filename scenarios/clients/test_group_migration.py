"""confluent-kafka: two real members of the classic protocol in one group with a simulated member of the consumer protocol (KIP-848).
The simulated one goes, and the group is a classic one; it comes back, and the group in use becomes a consumer group again.

Runs under pytest, and by itself: python3 test_group_migration.py
"""
import os
import sys
import time

from confluent_kafka import Consumer, Producer

sys.path.insert(0, os.path.dirname(__file__))
from cluster import Cluster

HERE = os.path.dirname(os.path.abspath(__file__))


def member(cluster, strategy):
    consumer = Consumer({
        "bootstrap.servers": cluster.bootstrap, "group.id": "readers", "partition.assignment.strategy": strategy,
        "auto.offset.reset": "earliest", "session.timeout.ms": 6000, "heartbeat.interval.ms": 300, "auto.commit.interval.ms": 300})
    consumer.subscribe(["orders"])
    return consumer


def check(strategy):
    with Cluster(os.path.join(HERE, "mixed-group.json")) as cluster:
        producer = Producer({"bootstrap.servers": cluster.bootstrap})
        members = [member(cluster, strategy), member(cluster, strategy)]
        values = []

        def poll_until(holds, what, seconds=40):
            end = time.monotonic() + seconds
            while not holds():
                owned = [sorted(p.partition for p in m.assignment()) for m in members]
                assert time.monotonic() < end, f"{strategy}: not {what} in {seconds} s; the real members own {owned}"
                for m in members:
                    values.extend(x.value().decode() for x in m.consume(500, 0.05) if not x.error())

        owned = lambda: sorted(p.partition for m in members for p in m.assignment())
        sent = 0

        def send(count):
            nonlocal sent
            for _ in range(count):
                producer.produce("orders", f"order {sent}", partition=sent % 4)
                sent += 1
            assert producer.flush(30) == 0

        shared = lambda: len(owned()) in (2, 3) and len(set(owned())) == len(owned()) and all(m.assignment() for m in members)
        poll_until(shared, "sharing with the member of the new protocol")
        send(400)
        before = owned()
        cluster.fire({"stop": "readers/1"})
        poll_until(lambda: owned() == [0, 1, 2, 3], "alone")
        send(400)
        theirs = {f"order {i}" for i in range(400, sent)}
        poll_until(lambda: theirs <= set(values), "reading everything")
        cluster.fire({"start": "readers/1"})
        poll_until(shared, "sharing once more")
        after = owned()
        for m in members:
            m.close()
        report = cluster.stop()
        assert report["outcome"] == "pass", report["violations"]
        print(f"{strategy}: the real members own {before} beside one of the new protocol, all without it, {after} when it is back; {sent} records")


def test_members_of_both_protocols_share_a_group():
    check("range")
    check("cooperative-sticky")


if __name__ == "__main__":
    test_members_of_both_protocols_share_a_group()
