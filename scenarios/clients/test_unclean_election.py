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


def read(consumer, count, seconds=20):
    values, end = [], time.monotonic() + seconds
    while len(values) < count and time.monotonic() < end:
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
        assert len(read(consumer, 10)) == 10

        # The followers are stopped, so that the leader is alone; what it takes then nobody else has.
        cluster.fire({"stop": 2}, {"stop": 3})
        cluster.until(lambda s: any(p["topic"] == "orders" and p["isr"] == [1] for p in s["partitions"]))
        for i in range(5):
            producer.send("orders", f"doomed {i}".encode()).get(10)
        assert read(consumer, 5) == [f"doomed {i}" for i in range(5)]

        cluster.fire({"crash": 1, "for": "60s"}, {"start": 2}, {"start": 3})
        cluster.until(lambda s: any(p["topic"] == "orders" and p["leader"] in (2, 3) for p in s["partitions"]))
        after = read(consumer, 10)
        producer.close(1)
        consumer.close()
        report = cluster.stop()
        assert after == [f"safe {i}" for i in range(10)], after  # from the earliest on: its position was out of range
        assert report["metrics"]["records.lost"] == 5, report["metrics"]
        gone = [finding for finding in report["excused"] if finding["invariant"] == "acked-record-lost"]
        assert len(gone) == 5 and gone[0]["reason"] == "acks" and report["outcome"] == "pass", report
        assert report["elections"][-1]["unclean"]
        print(f"{gone[0]['detail']}: {gone[0]['evidence'][-1]}")


if __name__ == "__main__":
    test_acknowledged_records_vanish_and_the_report_says_why()
