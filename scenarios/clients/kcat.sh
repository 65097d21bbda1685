#!/bin/sh
# kcat: produces and reads with each codec, and lists what there is. Usage: kcat.sh [KAFKASIM]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
kafkasim=${1:-${KAFKASIM:-$here/../../build/release/kafkasim}}
ready=$("$kafkasim" serve "$here/three-brokers.json" --listen 127.0.0.1:0 --control 127.0.0.1:0 --wait)
field() { printf '%s' "$ready" | sed "s/.*$1//; s/[,}\"].*//"; }
broker=127.0.0.1:$(field '"port": ')
control=$(field '"control": "')
stop() { curl -s -X POST "$control/stop"; }
trap 'stop >/dev/null' EXIT
kcat -b "$broker" -L | grep -q 'topic "orders" with 3 partitions'
for codec in none gzip snappy lz4 zstd; do
  seq 1 1000 | kcat -b "$broker" -P -t "$codec" -z "$codec" -X acks=all -X allow.auto.create.topics=true
  read=$(kcat -b "$broker" -C -t "$codec" -o beginning -e -q | sort -n | uniq | wc -l)
  echo "$codec: $read of 1000 read"
  [ "$read" = 1000 ]
done
trap - EXIT
stop | grep -q '"outcome": "pass"' && echo "no promise broken"
