#pragma once
// The page at / of a served cluster: plain, self-contained, a client of the same interface as everyone else.
#include <string_view>

namespace kafkasim::sim {

inline constexpr std::string_view control_page = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>kafkasim</title>
<style>
body { font: 15px/1.45 system-ui, sans-serif; margin: 1.2rem auto; max-width: 74rem; padding: 0 1rem; color: #1b1f24; background: #fff; }
h1 { font-size: 1.3rem; margin: 0 0 .2rem; } h2 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid #d8dee4; }
td.n { font-variant-numeric: tabular-nums; } .bad { color: #b3261e; font-weight: 600; } .muted { color: #57606a; }
button { font: inherit; padding: .15rem .55rem; margin: 0 .3rem .3rem 0; border: 1px solid #8c959f; border-radius: 4px; background: #f6f8fa; cursor: pointer; }
textarea { width: 100%; height: 4.5rem; font: 13px ui-monospace, monospace; box-sizing: border-box; }
pre { font: 13px/1.4 ui-monospace, monospace; height: 22rem; overflow: auto; background: #f6f8fa; padding: .6rem; margin: 0; white-space: pre-wrap; }
@media (prefers-color-scheme: dark) { body { background: #16191d; color: #e6e8ea; } th, td { border-color: #343a41; } .muted { color: #9aa4ae; }
 button, pre, textarea { background: #20252b; color: inherit; border-color: #4b535c; } .bad { color: #ff8a80; } }
</style></head><body>
<h1 id="name">kafkasim</h1><div class="muted" id="clock"></div>
<h2>Partitions</h2><table><thead><tr><th>partition</th><th>leader</th><th>epoch</th><th>in sync</th><th>start</th><th>high watermark</th>
<th>end</th><th></th></tr></thead><tbody id="partitions"></tbody></table>
<h2>Groups</h2><table><thead><tr><th>group</th><th>state</th><th>members</th><th>lag</th><th></th></tr></thead><tbody id="groups"></tbody></table>
<h2>Act</h2><div id="acts"></div>
<textarea id="entry" spellcheck="false">{"crash": "leader(orders-0)", "for": "5s"}</textarea>
<button id="fire">fire</button><button data-post="/pause">pause</button><button data-post="/resume">resume</button>
<button data-speed="0.1">0.1 ×</button><button data-speed="1">1 ×</button><button data-speed="10">10 ×</button><button id="stop">stop and judge</button>
<div id="said" class="muted"></div>
<h2>Findings</h2><div id="findings" class="muted">none</div>
<h2>Timeline</h2><pre id="timeline"></pre>
<script>
"use strict";
const $ = id => document.getElementById(id);
const say = text => { $("said").textContent = text; };
async function post(path, body) {
  try {
    const answer = await fetch(path, {method: "POST", body});
    const text = await answer.text();
    say(answer.ok ? (path === "/stop" ? "ended: " + JSON.parse(text).outcome : "") : JSON.parse(text).error);
  } catch (error) { say("no answer: the cluster has ended"); }
}
function row(cells) {
  const tr = document.createElement("tr");
  for (const cell of cells) {
    const td = document.createElement("td");
    if (cell instanceof Node) td.append(cell); else { td.textContent = cell; td.className = "n"; }
    tr.append(td);
  }
  return tr;
}
function act(label, entry) {
  const button = document.createElement("button");
  button.textContent = label;
  button.title = JSON.stringify(entry);
  button.onclick = () => post("/timeline", JSON.stringify(entry));
  return button;
}
function acts(list) { const span = document.createElement("span"); for (const [label, entry] of list) span.append(act(label, entry)); return span; }
let nodes = "";
async function look() {
  let state;
  try { state = await (await fetch("/state")).json(); } catch (error) { $("clock").textContent = "ended"; return; }
  $("name").textContent = "kafkasim: " + state.scenario;
  $("clock").textContent = `${(state.virtual_ms / 1000).toFixed(1)} s of virtual time, seed ${state.seed}, ` +
    `${state.metrics["records.acked"]} records acknowledged, ${state.metrics["records.lost"]} lost`;
  const named = state.partitions.filter(p => !p.topic.startsWith("__"));
  $("partitions").replaceChildren(...named.slice(0, 200).map(p => {
    const tp = p.topic + "-" + p.partition;
    const isr = p.isr.join(" ") + " of " + p.replicas.join(" ");
    const may = [["crash the leader", {crash: `leader(${tp})`, for: "5s"}], ["cut it off", {partition: [`leader(${tp})`], for: "10s"}]];
    return row([tp, p.leader, p.leader_epoch, isr, p.log_start_offset, p.high_watermark, p.log_end_offset, acts(may)]);
  }));
  $("groups").replaceChildren(...state.groups.map(g => {
    const lag = g.offsets.reduce((sum, o) => sum + o.lag, 0);
    return row([g.group, g.state, g.members.length, lag, acts([["crash its coordinator", {crash: `coordinator(${g.group})`, for: "5s"}]])]);
  }));
  const brokers = [...new Set(state.partitions.flatMap(p => p.replicas))].sort((a, b) => a - b);
  if (brokers.join() !== nodes) {
    nodes = brokers.join();
    const of = id => acts([[`crash ${id}`, {crash: id, for: "5s"}], [`power off ${id}`, {power_off: id, for: "5s"}],
                           [`pause ${id}`, {pause: id, for: "3s"}], [`fill the disk of ${id}`, {full_disk: id, for: "10s"}]]);
    $("acts").replaceChildren(...brokers.map(of), act("crash the controller", {crash: "controller", for: "5s"}));
  }
  const found = state.violations.map(v => `VIOLATION ${v.invariant}: ${v.detail}`)
    .concat(state.excused.map(v => `excused (${v.reason}) ${v.invariant}: ${v.detail}`));
  $("findings").textContent = found.length ? found.join("\n") : "none";
  $("findings").className = state.violations.length ? "bad" : "muted";
  $("findings").style.whiteSpace = "pre-wrap";
}
async function follow() {
  const reader = (await fetch("/timeline?follow=1")).body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const {value, done} = await reader.read();
    if (done) return;
    rest += value;
    const lines = rest.split("\n");
    rest = lines.pop();
    for (const line of lines) {
      const one = JSON.parse(line);
      $("timeline").append((one.at_us / 1e6).toFixed(3).padStart(10) + "  " + one.subject + ": " + one.text + "\n");
    }
    $("timeline").scrollTop = $("timeline").scrollHeight;
  }
}
$("fire").onclick = () => post("/timeline", $("entry").value);
$("stop").onclick = () => post("/stop", "");
for (const button of document.querySelectorAll("[data-post]")) button.onclick = () => post(button.dataset.post, "");
for (const button of document.querySelectorAll("[data-speed]")) button.onclick = () => post("/speed", JSON.stringify({speed: Number(button.dataset.speed)}));
setInterval(look, 1000); look(); follow();
</script></body></html>
)html";

}  // namespace kafkasim::sim
