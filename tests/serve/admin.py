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
    consumer.commit()
    assert admin.list_consumer_groups() == [("kg", "consumer")]
    described = admin.describe_consumer_groups(["kg"])[0]
    assert described.state == "Stable" and len(described.members) == 1
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
