#include <algorithm>

#include <fmt/format.h>

#include "viz/panels/inspector_parts.hpp"

namespace kafkasim::viz {

namespace {

constexpr double asked_again_after = 0.5;  // seconds: while a run plays, what was asked is asked again

std::string counted_things(std::size_t count, const char* one, const char* many) { return fmt::format("{} {}", count, count == 1 ? one : many); }

}  // namespace

void Inspector::draw() {
  struct Tell {
    Inspector& to;
    void operator()(const std::monostate& /*nothing*/) const { to.glance(); }
    void operator()(const ChosenNode& chosen) const { to.node(chosen); }
    void operator()(const ChosenPartition& chosen) const { to.partition(chosen); }
    void operator()(const ChosenRecord& chosen) const { to.record(chosen); }
    void operator()(const ChosenGroup& chosen) const { to.group(chosen); }
    void operator()(const ChosenMessage& chosen) const { to.message(chosen); }
    void operator()(const ChosenLink& chosen) const { to.link(chosen); }
    void operator()(const ChosenFinding& chosen) const { to.finding(chosen); }
  };
  const Chosen chosen = app_.chosen();  // a link may choose another while this is drawn
  std::visit(Tell{*this}, chosen);
}

// ---- shared ----------------------------------------------------------------------------------------------------------------------
void Inspector::ask(const std::string& probe, const sim::Question& question, const char* label) {
  const std::string text = label ? std::string{label} : sim::question_text(question);
  std::optional<WhyAnswer>& answer = state_.why;
  const bool open = answer && answer->key == probe;
  const auto look = [&] {
    answer = WhyAnswer{probe, question, sim::why(app_.run(), question), app_.run().events(), app_.branch(), app_.clock()};
  };
  if (flow_.link(probe, (open ? "\u2013 " : "? ") + text)) {
    open ? answer.reset() : look();
    return;
  }
  if (!open) return;
  const bool elsewhere = answer->branch != app_.branch() || answer->events != app_.run().events();
  if (elsewhere && (!app_.playing() || app_.clock() > answer->clock + asked_again_after)) look();
  if (answer->reasons.empty()) flow_.dim("Nothing that happened explains it.");
  for (std::size_t i = 0; i < answer->reasons.size(); ++i) {
    const sim::Reason& reason = answer->reasons[i];
    if (flow_.timed_link(fmt::format("{}.{}", probe, i), reason.at, reason.text)) app_.want(SeekTo{reason.at});
  }
  flow_.gap(4);
}

void Inspector::node_link(const std::string& probe, const sim::FrameNode& node, const std::string& text) {
  if (flow_.link(probe, text.empty() ? node.name : text)) app_.choose(ChosenNode{node.host});
}

void Inspector::partition_link(const std::string& probe, const TopicPartition& partition, const std::string& text) {
  if (flow_.link(probe, text)) app_.choose(ChosenPartition{partition});
}

std::string Inspector::node_names(const std::vector<NodeId>& ids) const {
  std::string out;
  for (const NodeId id : ids) out += (out.empty() ? "" : ", ") + std::to_string(id.value);
  return out.empty() ? "none" : out;
}

void Inspector::faults(std::optional<HostId> host) {
  bool any = false;
  for (const sim::FrameFault& fault : app_.frame().faults) {
    if (host && std::ranges::find(fault.hosts, *host) == fault.hosts.end()) continue;
    if (!any) flow_.heading(host ? "Faults on it" : "Faults in force");
    any = true;
    if (flow_.timed_link(fmt::format("fault.{}", fault.entry), fault.since, fault.text, ui_.theme.warning)) app_.want(SeekTo{fault.since});
    if (fault.name.empty()) continue;
    if (flow_.press("undo." + fault.name, "Undo", "ends what it did, from now on")) {
      const ActItem item = undo_item(fault);
      app_.want(ActBy{item.entry, item.text});
    }
    flow_.end_row();
  }
}

void Inspector::act_buttons(const std::vector<std::string>& ids) {
  if (!app_.tape().source().operations.empty()) return;  // a recording cannot be changed
  const Chosen thing = app_.chosen();
  const ActMenu menu = act_items(app_.frame(), app_.scenario(), thing);
  if (menu.sections.empty()) return;
  flow_.gap(6);
  for (const ActSection& section : menu.sections) {
    for (const ActItem& item : section.items) {
      const bool wanted = std::ranges::find(ids, item.id) != ids.end();
      if (wanted && flow_.press("act." + item.id, item.label.c_str(), item.hint.c_str())) app_.want(ActBy{item.entry, item.text});
    }
  }
  if (flow_.press("act.more", "More ...", "all that can be done to it")) ImGui::OpenPopup("act");
  flow_.end_row();
  if (!ImGui::BeginPopup("act")) return;
  act_menu(ui_, app_, thing);
  ImGui::EndPopup();
}

// ---- nothing chosen ---------------------------------------------------------------------------------------------------------------
void Inspector::glance() {
  const sim::Frame& frame = app_.frame();
  flow_.title("The cluster", as_moment(app_.now()));
  flow_.small("Press a broker, a partition, a record, a group or a message to see into it.");
  faults({});
  flow_.heading("Who is there");
  for (const sim::FrameNode& node : frame.nodes) {
    if (node.kind != sim::NodeKind::broker && node.kind != sim::NodeKind::controller) continue;
    std::string text{words_of_state(node)};
    if (node.active) text += ", active controller";
    const bool pressed = flow_.link("glance." + node.name, fmt::format("{}: {}", node.name, text), nullptr, colour_of_state(ui_.theme, node));
    if (pressed) app_.choose(ChosenNode{node.host});
  }
  if (!frame.controller) flow_.coloured(ui_.theme.bad, "No controller is active: nothing can be decided.");
  glance_partitions();
  glance_totals();
  glance_verdict();
  bookmarks();
  flow_.heading("Do something to it");
  act_buttons({"crash-any", "crash-controller"});
}

void Inspector::glance_partitions() {
  std::size_t behind = 0;
  std::size_t leaderless = 0;
  for (const sim::FramePartition& p : app_.frame().partitions) {
    behind += p.under_replicated() ? 1U : 0U;
    leaderless += p.leader ? 0U : 1U;
  }
  flow_.heading("Partitions");
  if (behind == 0 && leaderless == 0) {
    flow_.coloured(ui_.theme.good, fmt::format("All {} have a leader and full in-sync replicas.", app_.frame().partitions.size()));
    return;
  }
  constexpr std::size_t most = 8;
  std::size_t shown = 0;
  for (const sim::FramePartition& p : app_.frame().partitions) {
    if (!p.under_replicated() && p.leader) continue;
    if (++shown > most) continue;
    const std::string name = to_string(p.name);
    const std::string leader = p.leader ? "" : "no leader, ";
    if (flow_.link("glance." + name, fmt::format("{}: {}in sync {} of {}", name, leader, node_names(p.isr), node_names(p.assigned)), nullptr,
                   p.leader ? ui_.theme.warning : ui_.theme.bad))
      app_.choose(ChosenPartition{p.name});
  }
  if (shown > most) flow_.dim(fmt::format("and {} more", shown - most));
}

void Inspector::glance_totals() {
  const sim::FrameTotals& t = app_.frame().totals;
  flow_.heading("Records");
  flow_.pair("sent", with_commas(t.sent));
  flow_.pair("acknowledged", with_commas(t.acked));
  flow_.pair("given up", with_commas(t.failed), t.failed > 0 ? std::optional{ui_.theme.warning} : std::nullopt);
  flow_.pair("consumed", with_commas(t.consumed));
  flow_.pair("lost", with_commas(t.lost), t.lost > 0 ? std::optional{ui_.theme.bad} : std::nullopt);
  flow_.pair("twice", with_commas(t.duplicated), t.duplicated > 0 ? std::optional{ui_.theme.bad} : std::nullopt);
  if (t.produce_p99) flow_.pair("produce p99", fmt::format("{:.1f} ms", static_cast<double>(t.produce_p99->whole_us()) / 1e3));
  if (t.end_to_end_p99) flow_.pair("end to end p99", fmt::format("{:.1f} ms", static_cast<double>(t.end_to_end_p99->whole_us()) / 1e3));
}

void Inspector::glance_verdict() {
  const sim::FrameVerdict& verdict = app_.frame().verdict;
  flow_.heading("Invariants");
  if (verdict.violations == 0) {
    flow_.coloured(ui_.theme.good, fmt::format("All {} hold{}.", verdict.invariants, verdict.excused > 0 ? ", but for what is excused" : ""));
  } else {
    flow_.coloured(ui_.theme.bad, counted_things(verdict.violations, "violation", "violations"));
  }
  for (std::size_t i = 0; i < verdict.findings.size(); ++i) {
    const sim::Finding& f = verdict.findings[i];
    const std::string text = fmt::format("{} ({}){}", f.invariant, f.subject, f.excuse ? ", excused" : "");
    const Duration at = f.at - app_.run().origin();
    if (flow_.timed_link(fmt::format("finding.{}", i), at, text, f.excuse ? ui_.theme.warning : ui_.theme.bad)) app_.choose(ChosenFinding{i});
  }
}

void Inspector::bookmarks() {
  if (state_.bookmarks.empty()) return;
  flow_.heading("Bookmarks");
  for (std::size_t i = 0; i < state_.bookmarks.size(); ++i) {
    const Bookmark& mark = state_.bookmarks[i];
    if (!flow_.timed_link(fmt::format("bookmark.{}", i), mark.at, "branch " + app_.tape().branch(mark.branch).name)) continue;
    if (mark.branch != app_.branch()) app_.want(GoToBranch{mark.branch});
    app_.want(SeekTo{mark.at});
  }
}

// ---- a finding ----------------------------------------------------------------------------------------------------------------------
void Inspector::finding(const ChosenFinding& chosen) {
  const std::vector<sim::Finding>& findings = app_.frame().verdict.findings;
  if (chosen.index >= findings.size()) {
    flow_.title("Finding");
    flow_.dim("At this moment it has not been found yet.");
    return;
  }
  const sim::Finding& f = findings[chosen.index];
  flow_.title(f.invariant, f.excuse ? "excused" : "violation", f.excuse ? ui_.theme.warning : ui_.theme.bad);
  flow_.text(f.detail);
  if (f.excuse) flow_.coloured(ui_.theme.warning, fmt::format("Excused by {}: Kafka does not promise it under such faults.", sim::excuse_name(*f.excuse)));
  if (f.in_epilogue) flow_.dim("Found in the epilogue: after the end, with the faults healed.");
  const Duration at = f.at - app_.run().origin();
  flow_.pair("subject", f.subject);
  flow_.pair("found at", as_moment(at));
  flow_.gap();
  const Duration before = std::max(Duration{}, at - milliseconds(1));
  if (flow_.press("finding.go", "Jump to a moment before", "1 ms before it was found", true)) app_.want(SeekTo{std::min(before, app_.tape().duration())});
  for (const sim::FramePartition& p : app_.frame().partitions) {
    if (to_string(p.name) == f.subject && flow_.press("finding.subject", f.subject.c_str(), "the partition")) app_.choose(ChosenPartition{p.name});
  }
  flow_.end_row();
  if (f.evidence.empty()) return;
  flow_.heading("Evidence");
  for (const std::string& line : f.evidence) flow_.text("\u2022 " + line);
}

void draw_inspector(Ui& ui, App& app, const Area& area) {
  const Area inside = ui.begin_panel("inspector", "", area);
  if (!std::holds_alternative<std::monostate>(app.chosen())) {
    if (button(ui, "inspector.back", "The cluster", "all of it, at a glance (Esc)")) app.choose({});
    ImGui::Dummy({1, ui.px(1)});
  }
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2{ui.px(6), ui.px(3)});
  ImGui::BeginChild("scrolled", {inside.max.x - at.x, inside.max.y - at.y});
  if (Chosen& told = state_of(app).inspected; told != app.chosen()) {
    told = app.chosen();
    ImGui::SetScrollY(0);
  }
  Inspector{ui, app}.draw();
  ImGui::EndChild();
  ImGui::PopStyleVar();
  ui.end_panel();
}

}  // namespace kafkasim::viz
