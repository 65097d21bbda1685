"""confluent-kafka: an idempotent producer through two leader crashes. Nothing is lost, nothing is written twice.

Runs under pytest, and by itself: python3 test_idempotent_producer.py
"""
import os
import sys
import time

from confluent_kafka import Consumer, Producer

sys.path.insert(0, os.path.dirname(__file__))
from cluster import Cluster

HERE = os.path.dirname(os.path.abspath(__file__))
RECORDS = 6000


def consume(bootstrap, count, seconds=40):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "check", "auto.offset.reset": "earliest"})
    consumer.subscribe(["orders"])
    values, end = [], time.monotonic() + seconds
    while len(values) < count and time.monotonic() < end:
        for message in consumer.consume(500, 0.5):
            if not message.error():
                values.append(message.value().decode())
    for message in consumer.consume(500, 1):  # more than there should be?
        if not message.error():
            values.append(message.value().decode())
    consumer.close()
    return values


def test_nothing_is_lost_or_written_twice():
    with Cluster(os.path.join(HERE, "three-brokers.json")) as cluster:
        acked, failed = [], []

        def delivered(error, message):
            (failed if error else acked).append(message.value().decode())

        producer = Producer({"bootstrap.servers": cluster.bootstrap, "enable.idempotence": True, "linger.ms": 5})
        for i in range(RECORDS):
            if i == RECORDS // 4:
                cluster.fire({"crash": "leader(orders-0)", "for": "2s"})
            if i == RECORDS * 3 // 4:
                cluster.fire({"crash": "leader(orders-1)", "for": "2s"})
            producer.produce("orders", f"order {i}", key=f"customer {i % 50}", on_delivery=delivered)
            producer.poll(0)
            if i % 100 == 0:
                time.sleep(0.05)
        assert producer.flush(60) == 0
        assert not failed
        values = consume(cluster.bootstrap, RECORDS)
        report = cluster.stop()
        assert sorted(values) == sorted(acked), f"{len(values)} read, {len(set(values))} different"
        assert report["outcome"] == "pass", report["violations"]
        assert report["metrics"]["records.lost"] == 0
        assert len(report["elections"]) >= 2
        assert cluster.exit_code == 0
        print(f"{len(acked)} acknowledged, {len(values)} read, each once; {len(report['elections'])} elections")


if __name__ == "__main__":
    test_nothing_is_lost_or_written_twice()
