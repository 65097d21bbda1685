// KafkaJS: a group whose coordinator dies. Its members find the new one and go on; every record is processed.
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

test("a group survives the crash of its coordinator", { timeout: 90_000 }, async () => {
  const cluster = await serve(join(here, "three-brokers.json"));
  try {
    const kafka = new Kafka({ clientId: "app", brokers: cluster.brokers, logLevel: logLevel.NOTHING, retry: { initialRetryTime: 100, retries: 15 } });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: "clicks", numPartitions: 4, replicationFactor: 3 }] });
    assert.ok((await admin.listTopics()).includes("clicks"));

    const seen = new Map();
    const members = [];
    for (let i = 0; i < 2; ++i) {
      const consumer = kafka.consumer({ groupId: "analytics", sessionTimeout: 6000, heartbeatInterval: 500 });
      await consumer.connect();
      await consumer.subscribe({ topic: "clicks", fromBeginning: true });
      await consumer.run({ eachMessage: async ({ message }) => { const v = message.value.toString(); seen.set(v, (seen.get(v) ?? 0) + 1); } });
      members.push(consumer);
    }
    // To one partition in each send: KafkaJS 2.2.4 forgets the records of a partition whose leader moves, in the middle of a send over
    // several, to a broker that has answered already (seen with this cluster: 974 of 1,000 arrived).
    const producer = kafka.producer({ idempotent: true });
    await producer.connect();
    for (let batch = 0; batch < 20; ++batch) {
      if (batch === 8) await cluster.fire({ crash: "coordinator(analytics)", for: "3s" });
      await producer.send({ topic: "clicks", messages: Array.from({ length: 50 }, (_, i) => ({ partition: batch % 4, value: `click ${batch * 50 + i}` })) });
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    for (let i = 0; i < 300 && seen.size < 1000; ++i) await new Promise(resolve => setTimeout(resolve, 100));
    assert.equal(seen.size, 1000, "every record is processed");
    // A member that KafkaJS lets find the new coordinator only after its session (its pauses double) joins again: waited for.
    const describe = async () => (await admin.describeGroups(["analytics"])).groups[0];
    const whole = group => group.state === "Stable" && group.members.length === 2;
    let described = await describe();
    for (let i = 0; i < 300 && !whole(described); ++i) {
      await new Promise(resolve => setTimeout(resolve, 100));
      described = await describe();
    }
    assert.ok(whole(described), `${described.state} with ${described.members.length} members`);
    for (const consumer of members) await consumer.disconnect();
    await producer.disconnect();
    await admin.disconnect();
    const report = await cluster.stop();
    assert.equal(report.outcome, "pass", JSON.stringify(report.violations));
    console.log(`1000 records processed by 2 members, coordinator crashed at ${report.faults[0].at_ms} ms`);
  } finally {
    cluster.kill();
  }
});
