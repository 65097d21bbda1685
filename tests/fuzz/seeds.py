#!/usr/bin/env python3
"""Writes the seed corpus from the test vectors: tests/fuzz/corpus/{record_batch,decompress}/. Run it from anywhere."""
import gzip
import json
import pathlib

here = pathlib.Path(__file__).resolve().parent
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
