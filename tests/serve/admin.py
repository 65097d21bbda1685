#!/usr/bin/env python3
"""admin.py KAFKASIM: the admin clients of kafka-python and confluent-kafka do what they are for. Exit 77: neither is installed."""
import os
import pathlib
import sys
import time

here = pathlib.Path(__file__).resolve().parent
os.environ["KAFKASIM"] = sys.argv[1]
sys.path.insert(0, str(here.parent.parent / "scenarios/clients"))
from cluster import Cluster


def log_directories(admin, broker):
    """What DescribeLogDirs tells, by the connections of kafka-python 2.0.2, which has no layout of it."""
    from kafka.protocol.api import Request, Response
    from kafka.protocol.types import Array, Boolean, Int16, Int32, Int64, Schema, String
    partition = (("partition_index", Int32), ("partition_size", Int64), ("offset_lag", Int64), ("is_future_key", Boolean))
    topic = (("name", String("utf-8")), ("partitions", Array(*partition)))

    class DescribeLogDirsResponse(Response):
        API_KEY = 35
        API_VERSION = 1
        SCHEMA = Schema(("throttle_time_ms", Int32),
                        ("results", Array(("error_code", Int16), ("log_dir", String("utf-8")), ("topics", Array(*topic)))))

    class DescribeLogDirsRequest(Request):
        API_KEY = 35
        API_VERSION = 1
        RESPONSE_TYPE = DescribeLogDirsResponse
        SCHEMA = Schema(("topics", Array(("topic", String("utf-8")), ("partitions", Array(Int32)))))

    future = admin._send_request_to_node(broker, DescribeLogDirsRequest(None))
    admin._wait_for_futures([future])
    return future.value.to_object()["results"]


def kafka_python(cluster):
    from kafka import KafkaConsumer, KafkaProducer
    from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewPartitions, NewTopic
    admin = KafkaAdminClient(bootstrap_servers=cluster.bootstrap)
    admin.create_topics([NewTopic("kp", 2, 3)])
    assert sorted(admin.list_topics()) == ["kp", "orders"]
    assert len(admin.describe_topics(["kp"])[0]["partitions"]) == 2
    topic = ConfigResource(ConfigResourceType.TOPIC, "kp")
    settings = {setting[0]: setting[1] for setting in admin.describe_configs([topic])[0].resources[0][4]}
    assert settings["cleanup.policy"] == "delete" and settings["min.insync.replicas"] == "2", settings
    admin.create_partitions({"kp": NewPartitions(4)})
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, "kp", configs={"retention.ms": "60000"})])
    for _ in range(50):  # the broker that is asked has to have heard of it
        settings = {setting[0]: setting[1] for setting in admin.describe_configs([topic])[0].resources[0][4]}
        if settings["retention.ms"] == "60000":
            break
        time.sleep(0.1)
    assert settings["retention.ms"] == "60000"
    producer = KafkaProducer(bootstrap_servers=cluster.bootstrap)
    for i in range(100):
        producer.send("kp", b"value %d" % i)
    producer.flush()
    consumer = KafkaConsumer("kp", bootstrap_servers=cluster.bootstrap, group_id="kg", auto_offset_reset="earliest", consumer_timeout_ms=6000)
    assert sum(1 for _ in consumer) == 100
    for _ in range(50):  # until all three have all
        sizes = set()
        for broker in (1, 2, 3):
            (directory,) = log_directories(admin, broker)
            assert directory["error_code"] == 0 and directory["log_dir"] == "/var/lib/kafka/data", directory
            (held,) = [topic["partitions"] for topic in directory["topics"] if topic["name"] == "kp"]
            assert [partition["partition_index"] for partition in held] == [0, 1, 2, 3]
            assert not any(partition["offset_lag"] or partition["is_future_key"] for partition in held)
            sizes.add(tuple(partition["partition_size"] for partition in held))
        if len(sizes) == 1:
            break
        time.sleep(0.1)
    assert len(sizes) == 1 and sum(sizes.pop()) > 1000
    consumer.commit()
    assert admin.list_consumer_groups() == [("kg", "consumer")]
    described = admin.describe_consumer_groups(["kg"])[0]
    assert described.state == "Stable" and len(described.members) == 1
    assert described.members[0].client_host == "/127.0.0.1"
    assert sum(offset.offset for offset in admin.list_consumer_group_offsets("kg").values()) == 100
    consumer.close()
    admin.delete_consumer_groups(["kg"])
    assert admin.list_consumer_groups() == []
    admin.delete_topics(["kp"])
    time.sleep(0.5)
    assert "kp" not in admin.list_topics()
    assert sorted(broker["node_id"] for broker in admin.describe_cluster()["brokers"]) == [1, 2, 3]


def confluent(cluster):
    from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic
    admin = AdminClient({"bootstrap.servers": cluster.bootstrap, "log_level": 0})
    for created in admin.create_topics([NewTopic("cf", 3, 3)]).values():
        created.result(10)
    assert len(admin.list_topics(timeout=10).topics["cf"].partitions) == 3
    for settings in admin.describe_configs([ConfigResource("topic", "cf")]).values():
        assert settings.result(10)["min.insync.replicas"].value == "2"
    assert admin.list_groups(timeout=10) == []
    for deleted in admin.delete_topics(["cf"]).values():
        deleted.result(10)


done = []
with Cluster(str(here.parent.parent / "scenarios/clients/three-brokers.json")) as cluster:
    for module, check in (("kafka", kafka_python), ("confluent_kafka", confluent)):
        try:
            __import__(module)
        except ImportError:
            continue
        check(cluster)
        done.append(module)
    report = cluster.stop()
    assert report["outcome"] == "pass", report["violations"]
if not done:
    print("skipped: no client is installed (scripts/setup --clients)")
    sys.exit(77)
print("admin clients: " + ", ".join(done))
