#include "viz/panels/tape_marks.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace kafkasim::viz {

namespace {

std::optional<TapeMarkKind> mark_kind(const sim::StoryLine& line, const std::string& own) {
  if (line.kind == "finding") return std::nullopt;  // findings() know more of them
  if (line.kind == "election") return line.subject == own ? TapeMarkKind::own_election : TapeMarkKind::election;
  if (line.tone == sim::Tone::fault) return TapeMarkKind::fault;
  if (line.tone == sim::Tone::note) return TapeMarkKind::note;
  return std::nullopt;
}

struct TapeThing {
  Duration at;
  TapeMarkKind kind{};
  std::string text;
};

std::string thing_text(Duration at, const std::string& subject, const std::string& text) {
  return fmt::format("{:.3f} s  {}: {}", static_cast<double>(at.ns) / 1e9, subject, text);
}

std::vector<TapeThing> things_of(const sim::Simulation& known, const std::string& own, Duration explored) {
  std::vector<TapeThing> things;
  const auto& lines = known.story().lines();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const sim::StoryLine& line = lines[i];
    if (const auto kind = mark_kind(line, own); kind && line.at <= explored) things.push_back({line.at, *kind, thing_text(line.at, line.subject, line.text)});
  }
  for (const sim::Finding& finding : known.findings().kept()) {
    const Duration at = std::clamp(finding.at - known.origin(), Duration{}, explored);
    things.push_back({at, finding.excuse ? TapeMarkKind::excused : TapeMarkKind::violation,
                      thing_text(at, finding.subject, finding.invariant + (finding.excuse ? " did not hold, excused" : " VIOLATED"))});
  }
  std::ranges::stable_sort(things, {}, &TapeThing::at);
  return things;
}

// When the process of `subject` goes on after it went down or froze at line `from`.
std::optional<Duration> process_back(const sim::Chunked<sim::StoryLine>& lines, std::size_t from) {
  for (std::size_t i = from + 1; i < lines.size(); ++i) {
    if (lines[i].kind == "process" && lines[i].subject == lines[from].subject && lines[i].tone == sim::Tone::plain) return lines[i].at;
  }
  return std::nullopt;
}

}  // namespace

std::optional<TopicPartition> tape_partition(const App& app) {
  if (const auto* chosen = std::get_if<ChosenPartition>(&app.chosen())) return chosen->partition;
  if (const auto* chosen = std::get_if<ChosenRecord>(&app.chosen())) return chosen->partition;
  const auto& partitions = app.frame().partitions;
  return partitions.empty() ? std::nullopt : std::optional{partitions.front().name};
}

std::vector<TapeEpoch> tape_epochs(const sim::Simulation& known, const TopicPartition& partition, Duration explored) {
  std::vector<TapeEpoch> epochs;
  const auto& begun = known.story().epochs();
  for (std::size_t i = 0; i < begun.size(); ++i) {
    const sim::EpochBegun& e = begun[i];
    if (e.partition != partition || e.at > explored) continue;
    if (epochs.empty()) epochs.push_back({Duration{}, e.at, e.epoch_before, e.leader_before});
    epochs.back().to = e.at;
    epochs.push_back({e.at, explored, e.epoch, e.leader});
  }
  if (!epochs.empty()) return epochs;
  // It has had one leader all the time: the one that it was given.
  const sim::PartitionHistory* history = known.checks().history().partition(partition);
  if (history) epochs.push_back({Duration{}, explored, history->leader_epoch, history->leader});
  return epochs;
}

std::vector<TapeSpan> tape_spans(const sim::Simulation& known, Duration explored) {
  std::map<std::string, Duration> lasting;  // what the story says of an entry that is undone by itself: how long after
  for (const sim::TimelineEntry& entry : known.scenario().timeline) {
    if (entry.undo_after) lasting[fmt::format("{} for {} ms", describe(entry.operation), entry.undo_after->whole_ms())] = *entry.undo_after;
  }
  std::vector<TapeSpan> spans;
  const auto& lines = known.story().lines();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const sim::StoryLine& line = lines[i];
    if (line.tone != sim::Tone::fault || line.at > explored) continue;
    if (line.kind == "process") {
      spans.push_back({line.at, std::min(explored, process_back(lines, i).value_or(explored))});
    } else if (const auto found = lasting.find(line.text); found != lasting.end()) {
      spans.push_back({line.at, std::min(explored, line.at + found->second)});
    }
  }
  // As one where they lie over each other: they are drawn half transparent.
  std::ranges::sort(spans, {}, &TapeSpan::from);
  std::vector<TapeSpan> joined;
  for (const TapeSpan& span : spans) {
    if (!joined.empty() && span.from <= joined.back().to) joined.back().to = std::max(joined.back().to, span.to);
    else joined.push_back(span);
  }
  return joined;
}

std::vector<TapeMark> tape_marks(const sim::Simulation& known, const TapePlace& place, const std::optional<TopicPartition>& own) {
  constexpr std::size_t most_lines = 6;
  std::vector<TapeMark> marks;
  for (TapeThing& thing : things_of(known, own ? to_string(*own) : "", place.explored)) {
    const float x = place.x_of(thing.at);
    if (marks.empty() || x - marks.back().x >= place.apart) {
      marks.push_back({thing.at, x, thing.kind, std::move(thing.text), 1});
      continue;
    }
    TapeMark& mark = marks.back();
    mark.kind = std::max(mark.kind, thing.kind);
    if (++mark.things <= most_lines) mark.text += "\n" + thing.text;
  }
  for (TapeMark& mark : marks) {
    if (mark.things > most_lines) mark.text += fmt::format("\nand {} more", mark.things - most_lines);
  }
  return marks;
}

}  // namespace kafkasim::viz
