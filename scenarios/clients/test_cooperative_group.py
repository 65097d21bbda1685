"""confluent-kafka: a group that rebalances cooperatively, with static members. A third member comes and takes over one partition;
the others go on with theirs. Then the coordinator crashes, and a static member restarts without anybody's noticing.

Runs under pytest, and by itself: python3 test_cooperative_group.py
"""
import os
import sys
import time

from confluent_kafka import Consumer, Producer

sys.path.insert(0, os.path.dirname(__file__))
from cluster import Cluster

HERE = os.path.dirname(os.path.abspath(__file__))


class Member:
    def __init__(self, cluster, name):
        self.given_up, self.values = [], []
        self.consumer = Consumer({
            "bootstrap.servers": cluster.bootstrap, "group.id": "readers", "group.instance.id": name,
            "partition.assignment.strategy": "cooperative-sticky", "auto.offset.reset": "earliest",
            "session.timeout.ms": 6000, "heartbeat.interval.ms": 300, "auto.commit.interval.ms": 300})
        self.consumer.subscribe(["orders"], on_revoke=lambda _, parts: self.given_up.extend(p.partition for p in parts))

    def poll(self):
        for message in self.consumer.consume(500, 0.05):
            if not message.error():
                self.values.append(message.value().decode())

    def owns(self):
        return sorted(p.partition for p in self.consumer.assignment())


def poll_until(members, holds, seconds=30):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, [m.owns() for m in members]
        for member in members:
            member.poll()


def test_only_what_moves_is_given_up():
    with Cluster(os.path.join(HERE, "three-brokers.json")) as cluster:
        producer = Producer({"bootstrap.servers": cluster.bootstrap})
        sent = 0

        def send(count):
            nonlocal sent
            for _ in range(count):
                producer.produce("orders", f"order {sent}", partition=sent % 3)
                sent += 1
            assert producer.flush(30) == 0

        send(300)
        first, second = Member(cluster, "a"), Member(cluster, "b")
        both = [first, second]
        shared = lambda members: lambda: sorted(sum((m.owns() for m in members), [])) == [0, 1, 2] and all(m.owns() for m in members)
        poll_until(both, shared(both))
        before = {m: m.owns() for m in both}
        for member in both:
            member.given_up.clear()
        third = Member(cluster, "c")
        everybody = [first, second, third]
        poll_until(everybody, shared(everybody))
        given_up = first.given_up + second.given_up
        assert given_up == third.owns(), f"{given_up} was given up for {third.owns()}; before: {list(before.values())}"

        cluster.fire({"crash": "coordinator(readers)", "for": "2s"})
        send(300)
        all_values = lambda: sum((m.values for m in everybody), [])
        poll_until(everybody, lambda: len(set(all_values())) == sent)

        # A static member that restarts within its session gets its own place again.
        generation = lambda: next(g["generation"] for g in cluster.state()["groups"] if g["group"] == "readers")
        settled, owned = generation(), third.owns()
        third.consumer.close()
        again = Member(cluster, "c")
        poll_until([first, second, again], lambda: again.owns() == owned)
        assert generation() == settled, f"generation {generation()} after {settled}"
        for member in (first, second, again):
            member.consumer.close()
        report = cluster.stop()
        assert report["outcome"] == "pass", report["violations"]
        print(f"{sent} records; partition {given_up} moved to the third member; generation {settled} stays over a restart")


if __name__ == "__main__":
    test_only_what_moves_is_given_up()
