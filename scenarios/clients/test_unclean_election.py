"""kafka-python: a consumer meets an unclean election. What it had read is gone, its position lies behind the end of the log,
and it goes on from where its auto_offset_reset says.

Runs under pytest, and by itself: python3 test_unclean_election.py
"""
import os
import sys
import time

from kafka import KafkaConsumer, KafkaProducer

sys.path.insert(0, os.path.dirname(__file__))
from cluster import Cluster

HERE = os.path.dirname(os.path.abspath(__file__))


def read(consumer, seconds):
    values, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        for records in consumer.poll(200).values():
            values += [record.value.decode() for record in records]
    return values


def test_acknowledged_records_vanish_and_the_report_says_why():
    with Cluster(os.path.join(HERE, "unclean-election.json")) as cluster:
        producer = KafkaProducer(bootstrap_servers=cluster.bootstrap, acks=1, retries=5)
        consumer = KafkaConsumer("orders", bootstrap_servers=cluster.bootstrap, auto_offset_reset="earliest",
                                 enable_auto_commit=False, metadata_max_age_ms=500)
        for i in range(10):
            producer.send("orders", f"safe {i}".encode()).get(10)
        assert len(read(consumer, 2)) == 10

        # The followers are cut off until the leader is alone; what it takes then nobody else has.
        cluster.fire({"partition": [2, 3], "name": "cut"})
        cluster.until(lambda s: any(p["topic"] == "orders" and p["isr"] == [1] for p in s["partitions"]))
        for i in range(5):
            producer.send("orders", f"doomed {i}".encode()).get(10)
        assert read(consumer, 2) == [f"doomed {i}" for i in range(5)]

        cluster.fire({"wipe": 1, "for": "60s"}, {"undo": "cut"})
        cluster.until(lambda s: any(p["topic"] == "orders" and p["leader"] in (2, 3) for p in s["partitions"]))
        after = read(consumer, 4)
        producer.close(1)
        consumer.close()
        report = cluster.stop()
        assert after == [f"safe {i}" for i in range(10)], after  # from the earliest on: its position was out of range
        assert report["metrics"]["records.lost"] == 5, report["metrics"]
        assert report["excused"][0]["invariant"] == "acked-record-lost" and report["outcome"] == "pass", report
        print(f"5 acknowledged records gone, excused: {report['excused'][0]['reason']}; {report['elections'][-1]}")


if __name__ == "__main__":
    test_acknowledged_records_vanish_and_the_report_says_why()
