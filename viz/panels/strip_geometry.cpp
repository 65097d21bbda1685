#include "viz/panels/strip_geometry.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace kafkasim::viz {

namespace {

constexpr std::int64_t furthest_shown = 90;  // offsets behind the end, if the view is to choose its scale

bool lies_in_taken(float from, float to, const std::vector<std::pair<float, float>>& taken) {
  return std::any_of(taken.begin(), taken.end(), [&](const auto& other) { return from < other.second && to > other.first; });
}

// Tags go where an epoch begins; where two would overlap the later one counts. Returns the right edge of what stands in each cell.
void tag_cells(std::vector<StripCell>& cells, float edge, const CellRules& rules) {
  float free_until = edge;
  for (std::size_t i = cells.size(); i-- > 0;) {
    StripCell& cell = cells[i];
    const bool begins = i == 0 || !cells[i - 1].known || cells[i - 1].epoch != cell.epoch;
    if (!cell.known || !begins) continue;
    std::string tag = fmt::format("e{}", cell.epoch.value);
    const float width = rules.measure(tag) + 2 * rules.pad;
    if (cell.x0 + width > free_until) continue;
    cell.tag = std::move(tag);
    free_until = cell.x0;
  }
}

std::vector<std::string> strip_cell_labels(const StripCell& cell) {
  const auto count = cell.last - cell.base + 1;
  if (cell.bar) return {fmt::format("{} records", count), fmt::format("{}", count)};
  if (cell.control) return {fmt::format("{}c", cell.base.value), "c"};
  const char* const suffix = cell.transactional ? "t" : "";
  if (count == 1) return {fmt::format("{}{}", cell.base.value, suffix)};
  return {fmt::format("{}-{}{}", cell.base.value, cell.last.value, suffix), fmt::format("{}..", cell.base.value)};
}

void label_cells(std::vector<StripCell>& cells, const CellRules& rules) {
  float taken_until = -1e9F;  // by a tag that is wider than its cell
  for (StripCell& cell : cells) {
    float from = std::max(cell.x0, taken_until);
    if (!cell.tag.empty()) from = cell.x0 + rules.measure(cell.tag) + 2 * rules.pad;
    taken_until = std::max(taken_until, from);
    for (std::string& label : strip_cell_labels(cell)) {
      const float width = rules.measure(label) + 2 * rules.pad;
      const float middle = (from + cell.x1) / 2;
      if (width > cell.x1 - from || lies_in_taken(middle - width / 2, middle + width / 2, rules.blocked)) continue;
      cell.label = std::move(label);
      break;
    }
  }
}

struct CellMaker {
  const sim::FrameReplica& replica;
  const StripScale& scale;
  const CellRules& rules;
  std::vector<StripCell> cells{};

  void add(const sim::LogRun& run, std::int64_t base, std::int64_t last, bool bar, bool known) {
    StripCell cell{.base = Offset{base}, .last = Offset{last}, .epoch = run.epoch};
    cell.x0 = std::max(scale.x0, scale.x_of(cell.base));
    cell.x1 = std::min(scale.x1, scale.x_of(cell.last.next()));
    if (cell.x1 - cell.x0 < 0.25F) return;  // outside
    cell.bar = bar;
    cell.known = known;
    cell.committed = cell.last < replica.high_watermark;
    cell.control = run.control;
    cell.transactional = run.transactional;
    cell.differs = run.differs;
    cells.push_back(std::move(cell));
  }
  // A bar, parted where what is committed ends. One that would be too narrow joins the one before it, if they look alike.
  void add_bar(const sim::LogRun& run, std::int64_t base, std::int64_t last, bool known) {
    const std::int64_t committed = replica.high_watermark.value;
    if (base < committed && committed <= last) {
      add_bar(run, base, committed - 1, known);
      add_bar(run, committed, last, known);
      return;
    }
    if (!cells.empty() && cells.back().bar && cells.back().known == known) {
      StripCell& before = cells.back();
      const bool alike = before.epoch == run.epoch && before.differs == run.differs && before.committed == (last < committed);
      const bool same_kind = before.control == run.control && before.transactional == run.transactional;
      const bool narrow = static_cast<double>(last - base + 1) * scale.cell < static_cast<double>(rules.least_cell) || before.x1 - before.x0 < rules.least_cell;
      if (alike && (same_kind || narrow) && before.last.value + 1 == base) {
        before.last = Offset{last};
        before.x1 = std::min(scale.x1, scale.x_of(before.last.next()));
        before.control = before.control && run.control;
        return;
      }
    }
    add(run, base, last, true, known);
  }
  void add_run(const sim::LogRun& run) {
    const std::int64_t from = std::max(run.base.value, static_cast<std::int64_t>(std::floor(scale.left)));
    const std::int64_t to = std::min(run.last.value, static_cast<std::int64_t>(std::ceil(scale.offset_at(scale.x1))));
    if (from > to) return;
    const std::int64_t count = run.last - run.base + 1;
    const bool one_batch = run.batches == 1 && count > 1;
    const bool bounds_unknown = run.batches > 1 && static_cast<std::int64_t>(run.batches) < count;
    const bool wide = scale.cell >= static_cast<double>(rules.least_cell);
    const float own_label = wide || !one_batch ? 0 : rules.measure(fmt::format("{}-{}", run.base.value, run.last.value)) + 2 * rules.pad;
    if (one_batch && static_cast<double>(count) * scale.cell >= static_cast<double>(own_label)) {
      add(run, run.base.value, run.last.value, false, true);
    } else if (bounds_unknown || !wide) {
      add_bar(run, run.base.value, run.last.value, true);
    } else {
      for (std::int64_t offset = from; offset <= to; ++offset) add(run, offset, offset, false, true);
    }
  }
};

std::vector<std::string> flag_texts(const sim::FrameReader& reader) {  // the longest first
  const std::string who = reader.member.empty() ? reader.group + ": nobody reads," : reader.member;
  const std::string lag = fmt::format("(lag {})", reader.lag);
  const std::string reads = reader.position ? fmt::format("reads {}", reader.position->value) : "has read nothing";
  if (reader.group.empty()) return {fmt::format("{} {} {}, in no group", who, reads, lag), fmt::format("{} {}", who, lag), who};
  const std::string committed = reader.committed ? fmt::format("committed {}", reader.committed->value) : "nothing committed";
  std::vector<std::string> texts;
  if (reader.position) texts.push_back(fmt::format("{} {}, {} {}", who, reads, committed, lag));
  const std::string name = reader.member.empty() ? reader.group : reader.member;
  for (std::string text : {fmt::format("{} {} {}", who, committed, lag), fmt::format("{} {}", name, lag), name}) texts.push_back(std::move(text));
  return texts;
}

std::string strip_caret_name(CaretKind kind) {
  switch (kind) {
    case CaretKind::log_start: return "start";
    case CaretKind::stable: return "LSO";
    case CaretKind::high_watermark: return "HW";
    case CaretKind::log_end: return "LEO";
  }
  return {};
}

// Carets that stand too close for a label each have one together, in their order, if there is room for that.
void join_crowded_labels(std::vector<StripCaret>& carets, const StripScale& scale, const Measure& measure, float half) {
  std::vector<StripCaret*> ends;  // all but where the log begins
  bool crowded = false;
  for (StripCaret& caret : carets) {
    if (caret.kind == CaretKind::log_start) continue;
    ends.push_back(&caret);
    crowded = crowded || caret.label.empty();
  }
  if (!crowded || ends.size() < 2) return;
  std::sort(ends.begin(), ends.end(), [](const StripCaret* a, const StripCaret* b) { return a->x < b->x; });
  std::string text;
  for (const StripCaret* caret : ends) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", strip_caret_name(caret->kind), caret->at.value);
  const float width = measure(text);
  float at = ends.back()->x + half * 1.75F;
  if (at + width > scale.x1) at = ends.front()->x - half * 1.75F - width;
  if (at < scale.x0) return;
  for (const StripCaret& caret : carets) {
    if (caret.kind == CaretKind::log_start && caret.x + half > at && caret.x - half < at + width) return;  // upon its sign
  }
  for (StripCaret& caret : carets) {
    const bool start = caret.kind == CaretKind::log_start;
    const bool in_the_way = start && !caret.label.empty() && caret.label_x < at + width + half && at < caret.label_x + measure(caret.label) + half;
    if (!start || in_the_way) caret.label.clear();
  }
  carets.front().label = std::move(text);  // the high watermark's, where it is in view
  carets.front().label_x = at;
}

}  // namespace

// ---- the scale -----------------------------------------------------------------------------------------------------------------------

StripExtent strip_extent(const sim::FramePartition& partition) {
  StripExtent extent{};
  bool any = false;
  for (const sim::FrameReplica& replica : partition.replicas) {
    if (replica.state == sim::ReplicaState::absent) continue;
    extent.first = any ? std::min(extent.first, replica.log_start) : replica.log_start;
    extent.end = any ? std::max(extent.end, replica.log_end) : replica.log_end;
    any = true;
  }
  for (const sim::FrameCut& cut : partition.cuts) extent.end = std::max(extent.end, cut.from);
  extent.interesting = extent.end;
  const auto mind = [&](Offset offset) {  // what is too far behind to be seen beside the end has a mark at the edge
    if (extent.end - offset <= furthest_shown) extent.interesting = std::min(extent.interesting, std::max(offset, extent.first));
  };
  for (const sim::FrameReplica& replica : partition.replicas) {
    if (replica.state == sim::ReplicaState::absent) continue;
    mind(replica.log_end);
    if (replica.state != sim::ReplicaState::offline) mind(replica.high_watermark);
    for (const sim::LogRun& run : replica.runs) {
      if (run.differs) mind(run.base);
    }
  }
  for (const sim::FrameReader& reader : partition.readers) {
    if (reader.committed) mind(*reader.committed);
  }
  for (const sim::FrameCut& cut : partition.cuts) mind(cut.to);
  return extent;
}

double strip_cell(const StripExtent& extent, float width, float label, float room_at_end) {
  constexpr std::int64_t context = 2;  // offsets before what is interesting
  const std::int64_t wanted = std::min(furthest_shown, extent.end - extent.interesting) + context;
  const double available = static_cast<double>(std::max(1.0F, width - room_at_end));
  const auto all = static_cast<double>(std::max<std::int64_t>(1, extent.end - extent.first));
  for (const double roomy : {2.4, 1.7}) {  // of a short log, where all of it fits: room for an epoch beside the offset
    if (all * static_cast<double>(label) * roomy <= available) return static_cast<double>(label) * roomy;
  }
  const double steps[] = {static_cast<double>(label), static_cast<double>(label) * 0.6, 10, 6, 3.5};
  for (const double step : steps) {
    if (step <= static_cast<double>(label) && static_cast<double>(wanted) * step <= available) return step;
  }
  return std::min(3.5, static_cast<double>(label));
}

double strip_left(const StripExtent& extent, float width, double cell, float room_at_end) {
  const double visible = static_cast<double>(std::max(1.0F, width - room_at_end)) / cell;
  return std::max(static_cast<double>(extent.first.value), static_cast<double>(extent.end.value) - visible);
}

double glided(double shown, double target, double seconds, double span) {
  constexpr double swiftness = 9;  // of what is left, a second
  if (std::abs(target - shown) > span) return target;
  const double next = shown + (target - shown) * (1 - std::exp(-swiftness * std::max(0.0, seconds)));
  return std::abs(target - next) * 1000 < span ? target : next;
}

// ---- cells -----------------------------------------------------------------------------------------------------------------------------

std::vector<StripCell> lay_cells(const sim::FrameReplica& replica, const StripScale& scale, const CellRules& rules) {
  CellMaker maker{replica, scale, rules};
  Offset told = replica.log_end;
  if (!replica.runs.empty()) told = replica.runs.front().base;
  if (replica.log_start < told) maker.add_bar({}, replica.log_start.value, told.value - 1, false);
  for (const sim::LogRun& run : replica.runs) maker.add_run(run);
  tag_cells(maker.cells, scale.x1, rules);
  label_cells(maker.cells, rules);
  return std::move(maker.cells);
}

// ---- marks -----------------------------------------------------------------------------------------------------------------------------

std::vector<StripCaret> lay_carets(const sim::FrameReplica& replica, const StripScale& scale, const Measure& measure, float half) {
  std::vector<StripCaret> carets;
  const bool joined = replica.high_watermark == replica.log_end;
  const auto add = [&](CaretKind kind, Offset at) {
    const float x = scale.x_of(at);
    if (scale.shows(x)) carets.push_back({kind, at, x, {}, 0});
  };
  // In the order in which they get room for their labels.
  add(CaretKind::high_watermark, replica.high_watermark);
  if (!joined) add(CaretKind::log_end, replica.log_end);
  if (replica.last_stable_offset && *replica.last_stable_offset != replica.high_watermark) add(CaretKind::stable, *replica.last_stable_offset);
  if (replica.log_start < replica.high_watermark) add(CaretKind::log_start, replica.log_start);

  std::vector<std::pair<float, float>> taken;
  for (const StripCaret& caret : carets) taken.emplace_back(caret.x - half, caret.x + half);
  for (StripCaret& caret : carets) {
    std::string label = fmt::format("{} {}", strip_caret_name(caret.kind), caret.at.value);
    if (caret.kind == CaretKind::high_watermark && joined) label = fmt::format("HW = LEO {}", caret.at.value);
    const float width = measure(label);
    const float before = caret.x - half * 1.75F - width;
    const float after = caret.x + half * (caret.kind == CaretKind::log_start ? 2.75F : 1.75F);  // where it begins has the widest sign
    const bool rather_after = caret.kind == CaretKind::log_end || caret.kind == CaretKind::log_start || joined;
    const std::array<float, 2> places = rather_after ? std::array{after, before} : std::array{before, after};
    for (const float at : places) {
      if (at < scale.x0 || at + width > scale.x1 || lies_in_taken(at, at + width, taken)) continue;
      caret.label = std::move(label);
      caret.label_x = at;
      taken.emplace_back(at - half, at + width + half);
      break;
    }
  }
  join_crowded_labels(carets, scale, measure, half);
  return carets;
}

StripFlag lay_flag(const sim::FrameReader& reader, const StripScale& scale, const Measure& measure, float text_x0, float half) {
  StripFlag flag;
  std::vector<std::pair<float, float>> signs;
  const auto place = [&](std::optional<Offset> at, float after) -> std::optional<float> {
    if (!at) return std::nullopt;
    const float x = scale.x_of(*at);
    flag.before = flag.before || x < scale.x0;
    if (!scale.shows(x)) return std::nullopt;
    signs.emplace_back(x - half, x + after);
    return x;
  };
  flag.committed = place(reader.committed, 2 * half);
  flag.position = place(reader.position, half);
  if (flag.before) signs.emplace_back(scale.x0, scale.x0 + 2 * half);
  std::sort(signs.begin(), signs.end());

  for (const std::string& text : flag_texts(reader)) {  // into one of the gaps beside the signs; the left one if it has room
    const float width = measure(text) + half;
    float from = text_x0;
    for (const auto& [begin, end] : signs) {
      if (from + width <= begin) {
        flag.text_x = std::max(from, begin - width);
        flag.text = text;
        return flag;
      }
      from = std::max(from, end + half);
    }
    if (from + width > scale.x1) continue;
    flag.text_x = from;
    flag.text = text;
    return flag;
  }
  return flag;
}

std::vector<StripTick> lay_ticks(const StripScale& scale, const Measure& measure) {
  std::vector<StripTick> ticks;
  const double last = scale.offset_at(scale.x1);
  const float widest = measure(fmt::format("{}", static_cast<std::int64_t>(std::max(0.0, last)))) * 1.6F;
  std::int64_t step = 1;
  for (int i = 0; static_cast<double>(step) * scale.cell < static_cast<double>(widest); ++i) step = i % 3 == 1 ? step / 2 * 5 : step * 2;
  const auto begin = static_cast<std::int64_t>(std::ceil(std::max(0.0, scale.left) / static_cast<double>(step))) * step;
  for (std::int64_t at = begin; static_cast<double>(at) <= last; at += step) {
    StripTick tick{Offset{at}, scale.x_of(Offset{at}), fmt::format("{}", at), 0};
    const float width = measure(tick.label);
    tick.label_x = std::clamp(tick.x - width / 2, scale.x0, std::max(scale.x0, scale.x1 - width));
    ticks.push_back(std::move(tick));
  }
  return ticks;
}

// ---- partitions as a whole ----------------------------------------------------------------------------------------------------------------

Health health_of(const sim::FramePartition& partition) {
  if (!partition.leader) return Health::leaderless;
  if (partition.isr.size() < partition.min_isr) return Health::below_min_isr;
  return partition.under_replicated() ? Health::under_replicated : Health::good;
}

std::string_view health_text(Health health) {
  switch (health) {
    case Health::good: return "";
    case Health::under_replicated: return "under-replicated";
    case Health::below_min_isr: return "below min ISR";
    case Health::leaderless: return "no leader";
  }
  return "";
}

std::string brokers_text(std::vector<NodeId> nodes) {
  std::sort(nodes.begin(), nodes.end());
  std::string text = "{";
  for (const NodeId node : nodes) {
    if (text.size() > 1) text += ',';
    text += fmt::format("{}", node.value);
  }
  return text + "}";
}

std::vector<std::string> header_texts(const sim::FramePartition& partition) {
  const std::string isr = brokers_text(partition.isr);
  const std::string epoch = fmt::format("epoch {}", partition.epoch.value);
  const std::string leader = partition.leader ? fmt::format("leader broker {}", partition.leader->value) : "no leader";
  const std::string short_leader = partition.leader ? fmt::format("leader b{}", partition.leader->value) : "no leader";
  std::string of = fmt::format("{} of {}", isr, partition.assigned.size());
  if (!partition.elr.empty()) of += fmt::format(", eligible {}", brokers_text(partition.elr));
  if (!partition.adding.empty()) of += fmt::format(", adding {}", brokers_text(partition.adding));
  if (!partition.removing.empty()) of += fmt::format(", removing {}", brokers_text(partition.removing));
  return {fmt::format("{}   {}   in sync (ISR) {}   min {}", epoch, leader, of, partition.min_isr),
          fmt::format("{}   {}   ISR {}   min {}", epoch, leader, of, partition.min_isr),
          fmt::format("{}  {}  ISR {}  min {}", epoch, short_leader, of, partition.min_isr),
          fmt::format("e{}  {}  ISR {}", partition.epoch.value, short_leader, of),
          fmt::format("e{}  ISR {}", partition.epoch.value, isr),
          fmt::format("e{}", partition.epoch.value)};
}

std::optional<std::vector<ChipPlace>> lay_chips(const std::vector<float>& widths, float width, float gap, std::size_t most) {
  std::vector<ChipPlace> places;
  float x = 0;
  std::size_t line = 0;
  for (const float chip : widths) {
    if (chip > width) return std::nullopt;
    if (x > 0 && x + chip > width) {
      x = 0;
      ++line;
    }
    if (line >= most) return std::nullopt;
    places.push_back({x, line});
    x += chip + gap;
  }
  return places;
}

// ---- records ------------------------------------------------------------------------------------------------------------------------------

const sim::LogRun* run_at(const sim::FrameReplica& replica, Offset offset) {
  const auto after = std::upper_bound(replica.runs.begin(), replica.runs.end(), offset, [](Offset at, const sim::LogRun& run) { return at < run.base; });
  if (after == replica.runs.begin()) return nullptr;
  const sim::LogRun& run = *std::prev(after);
  return offset <= run.last ? &run : nullptr;
}

std::string record_text(const sim::FramePartition& partition, const sim::FrameReplica& replica, Offset offset) {
  std::string text = fmt::format("offset {} of {} on broker {}", offset.value, to_string(partition.name), replica.node.value);
  const bool committed = offset < replica.high_watermark;
  const sim::LogRun* run = run_at(replica, offset);
  text += run != nullptr ? fmt::format("\nwritten in leader epoch {}, ", run->epoch.value) : "\n";
  text += fmt::format("{} (high watermark {})", committed ? "committed" : "not yet committed", replica.high_watermark.value);
  if (run != nullptr && run->batches == 1 && run->last > run->base) text += fmt::format("\nin the batch {} to {}", run->base.value, run->last.value);
  if (run != nullptr && run->control) text += "\na marker of a transaction: no record for consumers";
  else if (run != nullptr && run->transactional) text += "\npart of a transaction";
  if (run != nullptr && run->differs) text += "\nNOT what the leader has at this offset: it will be cut off";
  if (!replica.last_stable_offset || offset < *replica.last_stable_offset) {
  } else if (committed) {
    text += "\nabove the last stable offset: read_committed consumers must wait";
  }
  std::string also;
  std::string without;
  for (const sim::FrameReplica& other : partition.replicas) {
    if (other.node == replica.node) continue;
    const sim::LogRun* theirs = run_at(other, offset);
    const bool has = offset >= other.log_start && offset < other.log_end && other.state != sim::ReplicaState::absent;
    const bool same = has && (theirs == nullptr || run == nullptr || theirs->epoch == run->epoch);
    const char* const note = other.state == sim::ReplicaState::offline ? " (offline)" : "";
    if (same) also += fmt::format("{}broker {}{}", also.empty() ? "" : ", ", other.node.value, note);
    else without += fmt::format("{}broker {}{}", without.empty() ? "" : ", ", other.node.value, has ? " (has another record there)" : note);
  }
  if (!also.empty()) text += "\nalso on " + also;
  if (!without.empty()) text += "\nnot on " + without;
  return text;
}

}  // namespace kafkasim::viz
