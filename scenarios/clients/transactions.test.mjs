// KafkaJS: transactions, one of them aborted, through a crash of their coordinator; offsets in a transaction.
//
// Runs under 'node --test', in a folder where 'npm install kafkajs' was done, or with NODE_PATH set to one.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const { Kafka, logLevel } = createRequire(process.env.NODE_PATH ? join(process.env.NODE_PATH, "x") : import.meta.url)("kafkajs");
const here = dirname(fileURLToPath(import.meta.url));

async function serve(scenario) {
  const process_ = spawn(process.env.KAFKASIM ?? "build/release/kafkasim",
                         ["serve", scenario, "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--quiet"], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: process_.stdout });
  const ready = JSON.parse((await lines[Symbol.asyncIterator]().next()).value);
  const post = async (path, body) => {
    const answer = await fetch(ready.control + path, { method: "POST", body: JSON.stringify(body) });
    assert.ok(answer.ok, await answer.clone().text());
    return answer.json();
  };
  return { brokers: ready.brokers.map(b => `${b.host}:${b.port}`), fire: (...entries) => post("/timeline", entries),
           state: async () => (await fetch(ready.control + "/state")).json(), stop: () => post("/stop", {}), kill: () => process_.kill() };
}

test("read_committed gives all of a committed transaction and none of an aborted one", { timeout: 90_000 }, async () => {
  const cluster = await serve(join(here, "three-brokers.json"));
  try {
    const kafka = new Kafka({ clientId: "app", brokers: cluster.brokers, logLevel: logLevel.NOTHING, retry: { initialRetryTime: 100, retries: 15 } });
    const producer = kafka.producer({ transactionalId: "bank", maxInFlightRequests: 1, idempotent: true });
    await producer.connect();
    const committed = [], aborted = [];
    for (let t = 0; t < 20; ++t) {
      if (t === 8) await cluster.fire({ crash: "transaction_coordinator(bank)", for: "3s" });
      const values = Array.from({ length: 5 }, (_, i) => `transfer ${t} part ${i}`);
      const transaction = await producer.transaction();
      await transaction.send({ topic: "orders", messages: values.map(value => ({ partition: t % 3, value })) });
      if (t % 4 === 3) {
        await transaction.abort();
        aborted.push(...values);
      } else {
        await transaction.commit();
        committed.push(...values);
      }
    }
    const moved = await producer.transaction();
    await moved.sendOffsets({ consumerGroupId: "ledger", topics: [{ topic: "orders", partitions: [{ partition: 0, offset: "3" }] }] });
    await moved.commit();
    const admin = kafka.admin();
    await admin.connect();
    let offsets;
    for (let i = 0; i < 50; ++i) {  // until the marker has reached the group
      offsets = await admin.fetchOffsets({ groupId: "ledger", topics: ["orders"] });
      if (offsets[0].partitions.find(p => p.partition === 0).offset === "3") break;
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    assert.equal(offsets[0].partitions.find(p => p.partition === 0).offset, "3");

    const seen = [];
    const consumer = kafka.consumer({ groupId: "check", readUncommitted: false, sessionTimeout: 6000 });
    await consumer.connect();
    await consumer.subscribe({ topic: "orders", fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => { seen.push(message.value.toString()); } });
    for (let i = 0; i < 300 && seen.length < committed.length; ++i) await new Promise(resolve => setTimeout(resolve, 100));
    await new Promise(resolve => setTimeout(resolve, 500));
    assert.deepEqual(seen.sort(), committed.sort());
    await consumer.disconnect();
    await producer.disconnect();
    await admin.disconnect();
    const report = await cluster.stop();
    assert.equal(report.outcome, "pass", JSON.stringify(report.violations));
    console.log(`${committed.length} records committed and read, ${aborted.length} aborted, coordinator crashed at ${report.faults[0].at_ms} ms`);
  } finally {
    cluster.kill();
  }
});
