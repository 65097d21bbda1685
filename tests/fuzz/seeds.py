#!/usr/bin/env python3
"""Writes the seed corpus, tests/fuzz/corpus/TARGET/, from the test vectors and by hand. Run it from anywhere."""
import gzip
import json
import pathlib
import struct
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "support"))
from crc32c import crc32c

data = here.parent / "data"
wanted = {"none": 8, "gzip": 4, "snappy": 3, "lz4": 2}


def write(target, name, content):
    folder = here / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


counts = dict.fromkeys(wanted, 0)
for file in ("record_batches_v2_none.json", "record_batches_v2_compressed.json"):
    for batch in json.loads((data / file).read_text())["batches"]:
        content = bytes.fromhex(batch["hex"])
        codec = next(iter(batch["info"]["codecs"]))
        if len(content) > 1000 or counts[codec] == wanted[codec]:
            continue
        counts[codec] += 1
        write("record_batch", f"{codec}-{counts[codec]}", content)
        write("decompress", f"{codec}-{counts[codec]}", bytes([content[22] & 7]) + content[61:])

plain = b"order 17 was paid; " * 20
# gzip: two members and rubbish; zstd: raw and run-length blocks of a frame without content size, then an empty frame.
write("decompress", "gzip-members", b"\x01" + gzip.compress(plain, mtime=0) * 2 + b"rubbish" * 5)
frame = bytes.fromhex("28b52ffd0058")
block = (len(plain) << 3).to_bytes(3, "little") + plain + (100 << 3 | 2 | 1).to_bytes(3, "little") + b"z"
write("decompress", "zstd-blocks", b"\x04" + frame + block + frame + (1).to_bytes(3, "little"))

# ---- the metadata log: the shortest vector of each kind of record -----------------------------------

kinds = {}
for vector in json.loads((data / "schema_vectors.json").read_text())["vectors"]:
    if vector["kind"] != "metadata":
        continue
    content = bytes.fromhex(vector["hex"])
    if vector["name"] not in kinds or len(content) < len(kinds[vector["name"]]):
        kinds[vector["name"]] = content
for name, content in kinds.items():
    write("metadata_record", name, content)

# ---- internal topics, control records, what members of a group give each other ----------------------


def text(value):
    return struct.pack(">h", len(value)) + value.encode()


def blob(value):
    return struct.pack(">i", len(value)) + value


assignment = struct.pack(">hi", 1, 1) + text("orders") + struct.pack(">iii", 1, 0, -1)
subscription = struct.pack(">hi", 1, 1) + text("orders") + struct.pack(">ii", -1, 0)
member = text("m1") + struct.pack(">h", -1) + text("c") + text("/h") + struct.pack(">ii", 60000, 10000)
stored = {
    "offset-key": (0, struct.pack(">h", 1) + text("g") + text("orders") + struct.pack(">i", 3)),
    "group-key": (0, struct.pack(">h", 2) + text("g")),
    "offset-value-1": (1, struct.pack(">hq", 1, 5) + text("m") + struct.pack(">qq", 9, 10)),
    "offset-value-3": (1, struct.pack(">hqi", 3, 5, 2) + text("m") + struct.pack(">q", 9)),
    "group-value-3": (2, struct.pack(">h", 3) + text("consumer") + struct.pack(">i", 4) + text("range") + text("m1")
                      + struct.pack(">qi", 7, 1) + member + blob(subscription) + blob(assignment)),
    "transaction-key": (3, struct.pack(">h", 0) + text("shop")),
    "transaction-value-0": (4, struct.pack(">hqhib", 0, 7, 1, 60000, 1) + struct.pack(">i", 1) + text("orders")
                            + struct.pack(">ii", 1, 0) + struct.pack(">qq", 9, 8)),
    "leader-change": (5, bytes.fromhex("000000000001030000000100000002000200000002" "0000")),
    "subscription": (6, subscription),
    "assignment": (7, assignment),
}
for name, (kind, content) in stored.items():
    write("stored_record", name, bytes([kind]) + content)

# ---- small files ------------------------------------------------------------------------------------

small = {
    "offsets": (0, "0\n2\norders 0 17\norders 1 0\n"),
    "partition-metadata": (1, "version: 0\ntopic_id: Z0xRsVHrQzGmm7fgy0hH1Q\n"),
    "meta-properties": (2, "#\ncluster.id=c1\ndirectory.id=Z0xRsVHrQzGmm7fgy0hH1Q\nnode.id=1\nversion=1\n"),
    "clean-shutdown": (3, '{"version":0,"brokerEpoch":7}'),
    "quorum-state": (4, '{"clusterId":"","leaderId":1,"leaderEpoch":3,"votedId":-1,"appliedOffset":0,'
                        '"currentVoters":[{"voterId":1},{"voterId":2}],"data_version":0}'),
    "epochs": (5, "0\n2\n0 0\n3 17\n"),
}
for name, (kind, content) in small.items():
    write("checkpoint", name, bytes([kind]) + content.encode())

# ---- indexes, snapshots, a directory ----------------------------------------------------------------


def crc32c(content):
    table = []
    for i in range(256):
        for _ in range(8):
            i = i >> 1 ^ (0x82F63B78 if i & 1 else 0)
        table.append(i)
    crc = 0xFFFFFFFF
    for byte in content:
        crc = crc >> 8 ^ table[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


offsets = b"".join(struct.pack(">ii", 5 * i + 4, 100 * i) for i in range(1, 5))
times = b"".join(struct.pack(">qi", 1000 * i, 5 * i) for i in range(1, 5))
aborted = struct.pack(">hqqqq", 0, 7, 1, 9, 1) + struct.pack(">hqqqq", 0, 8, 12, 19, 12)
for kind, content in enumerate((offsets, times, aborted)):
    write("index", ("offsets", "times", "aborted")[kind], bytes([kind]) + struct.pack(">qq", 0, 12) + content)

entries = struct.pack(">i", 2) + struct.pack(">qhiqiqiq", 7, 1, 3, 9, 3, 1000, -1, -1)
entries += struct.pack(">qhiqiqiq", 8, 0, -1, -1, 0, 2000, 4, 6)
snapshot = struct.pack(">hI", 1, crc32c(entries)) + entries
write("producer_snapshot", "two-producers", struct.pack(">q", 20) + snapshot)


def batch(base, records, producer=-1, sequence=-1, attributes=0, key=b"k", value=b"v"):
    body = b""
    for delta in range(records):
        record = bytes([0, 0, 2 * delta, 2 * len(key)]) + key + bytes([2 * len(value)]) + value + b"\0"
        body += bytes([2 * len(record)]) + record
    epoch = 0 if producer >= 0 else -1
    covered = struct.pack(">hiqqqhii", attributes, records - 1, 1000 + base, 1000 + base, producer, epoch, sequence, records) + body
    head = struct.pack(">ibI", 1, 2, crc32c(covered))
    return struct.pack(">qi", base, len(head) + len(covered)) + head + covered


def section(content):
    return struct.pack(">H", len(content)) + content


plain_log = batch(0, 2) + batch(2, 1) + batch(3, 3)
control = dict(attributes=0x30, key=bytes.fromhex("00000000"), value=bytes.fromhex("000000000001"))
transaction = batch(0, 2, 7, 0, 0x10) + batch(2, 1, 7, **control) + batch(3, 1)
index = struct.pack(">ii", 2, len(batch(0, 2)))
time_index = struct.pack(">qi", 1003, 5)
epochs = b"0\n1\n1 0\n"
directories = {
    "crash": bytes([0]) + b"\0\0" * 6 + plain_log,
    "clean": bytes([1]) + section(index) + section(time_index) + b"\0\0" * 2 + section(epochs) + b"\0\0" + plain_log,
    "torn": bytes([0]) + b"\0\0" * 6 + plain_log[:-7],
    "transaction": bytes([0]) + b"\0\0" * 6 + transaction,
    "two-segments": bytes([0]) + b"\0\0" * 5 + section(batch(3, 3)) + batch(0, 2) + batch(2, 1),
}
for name, content in directories.items():
    write("recovery", name, content)

# ---- log dump: the kinds of file in the order of dump_fuzz.cpp --------------------------------------

metadata = batch(0, 1, value=kinds["TopicRecord"] if "TopicRecord" in kinds else next(iter(kinds.values())))
dumped = [plain_log + transaction, batch(0, 1, key=stored["offset-key"][1], value=stored["offset-value-3"][1]),
          batch(0, 1, key=stored["transaction-key"][1], value=stored["transaction-value-0"][1]), metadata, metadata,
          offsets, times, aborted, snapshot, small["epochs"][1].encode(), small["offsets"][1].encode(),
          small["partition-metadata"][1].encode(), small["meta-properties"][1].encode(),
          small["clean-shutdown"][1].encode(), small["quorum-state"][1].encode()]
for kind, content in enumerate(dumped):
    write("dump", f"kind-{kind:02}", bytes([kind]) + content)

# ---- requests of real clients: the vectors with their headers, and without it a made one ---------------------------

keys = {"Produce": 0, "Fetch": 1, "ListOffsets": 2, "Metadata": 3, "OffsetCommit": 8, "OffsetFetch": 9, "FindCoordinator": 10,
        "JoinGroup": 11, "Heartbeat": 12, "LeaveGroup": 13, "SyncGroup": 14, "DescribeGroups": 15, "ListGroups": 16, "ApiVersions": 18,
        "CreateTopics": 19, "DeleteTopics": 20, "DeleteRecords": 21, "InitProducerId": 22, "DescribeConfigs": 32, "CreatePartitions": 37}
for vector in json.loads((data / "wire_vectors.json").read_text())["vectors"]:
    if vector["kind"] != "request" or vector["api"] not in keys:
        continue
    body = bytes.fromhex(vector["hex"])
    if vector["has_header"]:
        frame = body
    else:
        frame = struct.pack(">hhi", keys[vector["api"]], vector["version"], 1) + text("fuzz") + body
    write("request", f"{vector['api']}-{vector['version']}", b"\xff" + struct.pack(">i", len(frame)) + frame)
write("request", "split", b"\x02" + struct.pack(">ihhih", 10, 18, 0, 7, -1) * 3)

head = json.dumps({"version": "1", "scenario": '{"name": "a", "duration": "1s", "cluster": {"brokers": 1}}', "file": "a.json", "folder": "",
                   "set": [["/seed", "7"]], "seed": 3, "legacy": [], "advertised": [{"id": 1, "host": "127.0.0.1", "port": 9092}]}).encode()


def block(content):
    return struct.pack(">I", len(content)) + content + struct.pack(">I", crc32c(content))


operations = [struct.pack(">BQqQi", 1, 1, 10, 1, 1), struct.pack(">BQqQ", 2, 2, 20, 1) + b"frame", struct.pack(">BQqQ", 3, 3, 30, 1),
              struct.pack(">BQq", 4, 4, 40) + b'{"note": "n"}', struct.pack(">BQqQ", 5, 5, 50, 7)]
write("recording", "each", b"KSREC1\n" + block(head) + b"".join(block(operation) for operation in operations))
write("recording", "cut", b"KSREC1\n" + block(head) + block(operations[0])[:9])
