#!/bin/sh
# tests/serve/client.sh FILE: runs one of scenarios/clients as a test. Exit 77: skipped, for what it needs is not installed.
set -eu
file=$1
here=$(cd "$(dirname "$0")/../.." && pwd)
skip() { echo "skipped: $1 is not installed (scripts/setup --clients)"; exit 77; }
case $file in
  test_idempotent_producer.py | test_transactions.py | test_cooperative_group.py | test_group_migration.py) /usr/bin/python3 -c 'import confluent_kafka' 2>/dev/null || skip confluent-kafka ;;
  test_unclean_election.py) /usr/bin/python3 -c 'import kafka' 2>/dev/null || skip kafka-python ;;
  *.mjs) [ -d "$here/build/clients/node_modules/kafkajs" ] && command -v node >/dev/null || skip KafkaJS ;;
  kcat.sh) command -v kcat >/dev/null && command -v curl >/dev/null || skip kcat ;;
  *.c) [ -f /usr/include/librdkafka/rdkafka.h ] || skip librdkafka ;;
esac
cd "$here/scenarios/clients"
case $file in
  *.py) exec /usr/bin/python3 "$file" ;;
  *.mjs) NODE_PATH=$here/build/clients/node_modules exec node --test "$file" ;;
  *.sh) exec sh "$file" ;;
esac
# The C program: it produces and reads; the cluster and the verdict are this script's.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc -O1 "$file" -lrdkafka -o "$work/program"
ready=$("$KAFKASIM" serve three-brokers.json --listen 127.0.0.1:0 --control 127.0.0.1:0 --wait)
bootstrap=127.0.0.1:$(printf '%s' "$ready" | sed 's/.*"port": //; s/[,}].*//')
control=$(printf '%s' "$ready" | sed 's/.*"control": "//; s/".*//')
code=0
"$work/program" "$bootstrap" orders 100000 100 || code=$?
/usr/bin/python3 - "$control" <<'EOF'
import json, sys, urllib.request
report = json.loads(urllib.request.urlopen(sys.argv[1] + "/stop", data=b"").read())
assert report["outcome"] == "pass" and report["metrics"]["records.acked"] == 100000, report["metrics"]
EOF
exit "$code"
