#!/usr/bin/env python3
"""codecs.py KAFKASIM: batches that real clients send are stored as they were sent. Each client at hand produces with each of its codecs;
every record is read back by another, and 'log dump' of the mirrored disks shows codec and checksum. Exit 77: no client is installed."""
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

here = pathlib.Path(__file__).resolve().parent
kafkasim = sys.argv[1]
modules = here.parent.parent / "build/clients/node_modules"
codecs = ("none", "gzip", "snappy", "lz4", "zstd")
values = [f"value {i} " + "x" * 50 for i in range(300)]


def confluent(bootstrap, topic, codec):
    from confluent_kafka import Producer
    producer = Producer({"bootstrap.servers": bootstrap, "compression.type": codec, "linger.ms": 50, "acks": "all"})
    for value in values:
        producer.produce(topic, value)
    assert producer.flush(30) == 0


def kafka_python(bootstrap, topic, codec):
    from kafka import KafkaProducer
    producer = KafkaProducer(bootstrap_servers=bootstrap, compression_type=None if codec == "none" else codec, linger_ms=50, acks="all")
    for future in [producer.send(topic, value.encode()) for value in values]:
        future.get(30)
    producer.close()


def kafkajs(bootstrap, topic, codec):
    script = """
      const { Kafka, CompressionTypes } = require("kafkajs");
      const [bootstrap, topic, codec, values] = process.argv.slice(1);
      (async () => {
        const producer = new Kafka({ brokers: bootstrap.split(","), logLevel: 0 }).producer();
        await producer.connect();
        const compression = codec === "gzip" ? CompressionTypes.GZIP : CompressionTypes.None;
        await producer.send({ topic, compression, messages: JSON.parse(values).map(value => ({ value })) });
        await producer.disconnect();
      })();"""
    subprocess.run(["node", "-e", script, bootstrap, topic, codec, json.dumps(values)], check=True, timeout=60,
                   env={"NODE_PATH": str(modules), "PATH": "/usr/bin:/bin:/usr/local/bin", "KAFKAJS_NO_PARTITIONER_WARNING": "1"})


def has(module):
    try:
        __import__(module)
        return True
    except ImportError:
        return False


def codecs_of_kafka_python():  # its own codecs are extra packages
    from kafka import codec
    return {"none": True, "gzip": True, "snappy": codec.has_snappy(), "lz4": codec.has_lz4(), "zstd": codec.has_zstd()}


clients = []
if has("confluent_kafka"):
    clients += [(confluent, codec) for codec in codecs]
if has("kafka"):
    clients += [(kafka_python, codec) for codec, there in codecs_of_kafka_python().items() if there]
if (modules / "kafkajs").is_dir():
    clients += [(kafkajs, "none"), (kafkajs, "gzip")]
if not clients:
    print("skipped: no client is installed (scripts/setup --clients)")
    sys.exit(77)

data = pathlib.Path(tempfile.mkdtemp()) / "data"
process = subprocess.Popen([kafkasim, "serve", str(here.parent.parent / "scenarios/clients/three-brokers.json"), "--listen", "127.0.0.1:0",
                            "--control", "127.0.0.1:0", "--quiet", "--data", str(data)], stdout=subprocess.PIPE, text=True)
ready = json.loads(process.stdout.readline())
bootstrap = ",".join(f"{b['host']}:{b['port']}" for b in ready["brokers"])


def post(path, entry):
    return json.loads(urllib.request.urlopen(ready["control"] + path, data=json.dumps(entry).encode()).read())


post("/timeline", [{"create_topic": {"name": f"{client.__name__}-{codec}", "partitions": 1, "replication_factor": 3}} for client, codec in clients])
time.sleep(1)
for client, codec in clients:
    client(bootstrap, f"{client.__name__}-{codec}", codec)

if has("confluent_kafka"):  # reads what all have written
    from confluent_kafka import Consumer
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "reader", "auto.offset.reset": "earliest"})
    consumer.subscribe([f"{client.__name__}-{codec}" for client, codec in clients])
    read, end = {}, time.monotonic() + 60
    while sum(map(len, read.values())) < len(values) * len(clients) and time.monotonic() < end:
        for message in consumer.consume(500, 1):
            assert not message.error(), message.error()
            read.setdefault(message.topic(), []).append(message.value().decode())
    consumer.close()
    for client, codec in clients:
        assert sorted(read[f"{client.__name__}-{codec}"]) == sorted(values), (client, codec)

report = post("/stop", {})
process.stdout.read()
assert process.wait() == 0 and report["outcome"] == "pass", report["violations"]
for client, codec in clients:
    for node in ("broker-1", "broker-2", "broker-3"):
        dump = subprocess.run([kafkasim, "log", "dump", "--json", str(data / node / f"{client.__name__}-{codec}-0")],
                              stdout=subprocess.PIPE, text=True, check=True).stdout
        batches = [one for one in map(json.loads, dump.splitlines()) if one["kind"] == "batch"]
        assert batches and all(batch["codec"] == codec and batch["crc_ok"] for batch in batches), (client, codec, batches)
        assert sum(batch["count"] for batch in batches) == len(values)
verified = subprocess.run([kafkasim, "log", "verify", str(data)], stdout=subprocess.PIPE, text=True)
assert verified.returncode == 0, verified.stdout
print(f"{len(clients)} pairs of client and codec, each stored as sent: {', '.join(c.__name__ + ' ' + codec for c, codec in clients)}")
