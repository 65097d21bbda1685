"""confluent-kafka: transfers in transactions, some aborted, through a crash of their coordinator; offsets in transactions; a zombie.

Runs under pytest, and by itself: python3 test_transactions.py
"""
import os
import sys
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

sys.path.insert(0, os.path.dirname(__file__))
from cluster import Cluster

HERE = os.path.dirname(os.path.abspath(__file__))


def retried(step, *arguments, seconds=60):
    """A step of a transaction, again while the client says that it may be tried again."""
    end = time.monotonic() + seconds
    while True:
        try:
            return step(*arguments)
        except KafkaException as e:
            if not e.args[0].retriable() or time.monotonic() > end:
                raise


def read(bootstrap, topic, isolation, count, seconds=30):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": f"check-{isolation}-{topic}", "auto.offset.reset": "earliest",
                         "isolation.level": isolation, "enable.auto.commit": False})
    consumer.subscribe([topic])
    values, end = [], time.monotonic() + seconds
    while len(values) < count and time.monotonic() < end:
        values += [m.value().decode() for m in consumer.consume(500, 0.5) if not m.error()]
    values += [m.value().decode() for m in consumer.consume(500, 1) if not m.error()]
    consumer.close()
    return values


def test_transactions():
    with Cluster(os.path.join(HERE, "three-brokers.json")) as cluster:
        bank = Producer({"bootstrap.servers": cluster.bootstrap, "transactional.id": "bank", "transaction.timeout.ms": 30000})
        retried(bank.init_transactions, 30)
        committed, aborted = [], []
        for t in range(40):
            if t == 15:
                cluster.fire({"crash": "transaction_coordinator(bank)", "for": "3s"})
            bank.begin_transaction()
            values = [f"transfer {t} part {i}" for i in range(5)]
            for i, value in enumerate(values):
                bank.produce("orders", value, partition=i % 3)
            if t % 4 == 3:
                bank.flush(20)
                retried(bank.abort_transaction, 30)
                aborted += values
            else:
                retried(bank.commit_transaction, 30)
                committed += values
        assert sorted(read(cluster.bootstrap, "orders", "read_committed", len(committed))) == sorted(committed)
        everything = read(cluster.bootstrap, "orders", "read_uncommitted", len(committed) + len(aborted))
        assert sorted(everything) == sorted(committed + aborted)

        # Offsets in a transaction: they count with it, and with it alone.
        reader = Consumer({"bootstrap.servers": cluster.bootstrap, "group.id": "copier", "auto.offset.reset": "earliest",
                           "enable.auto.commit": False, "isolation.level": "read_committed"})
        reader.subscribe(["orders"])
        while not reader.consume(10, 1):
            pass
        place = [TopicPartition("orders", 0, 7)]
        for ends, expected in ((bank.abort_transaction, -1001), (bank.commit_transaction, 7)):
            bank.begin_transaction()
            retried(bank.send_offsets_to_transaction, place, reader.consumer_group_metadata(), 20)
            retried(ends, 30)
            found = reader.committed([TopicPartition("orders", 0)], 20)[0].offset
            assert found == expected, found
        reader.close()

        # A second producer of the same id: the first is a zombie from now on.
        bank.begin_transaction()
        bank.produce("orders", "from the grave", partition=0)
        bank.flush(20)
        heir = Producer({"bootstrap.servers": cluster.bootstrap, "transactional.id": "bank"})
        retried(heir.init_transactions, 30)
        try:
            bank.commit_transaction(20)
            raise AssertionError("a zombie has committed")
        except KafkaException as e:
            assert e.args[0].fatal() or e.args[0].code() == KafkaError._FENCED, e
        assert "from the grave" not in read(cluster.bootstrap, "orders", "read_committed", len(committed))
        report = cluster.stop()
        assert report["outcome"] == "pass", report["violations"]
        assert cluster.exit_code == 0
        print(f"{len(committed)} records committed, {len(aborted)} aborted; the coordinator crashed; a zombie was fenced")


if __name__ == "__main__":
    test_transactions()
