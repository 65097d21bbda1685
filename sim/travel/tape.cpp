#include "sim/travel/tape.hpp"

#include <malloc.h>

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "sim/scenario/chaos.hpp"
#include "sim/scenario/json_edit.hpp"
#include "sim/scenario/parse.hpp"
#include "sim/scenario/units.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::int64_t copies_over_a_run = 480;  // at first; fewer where they would take too much
constexpr std::size_t fewest_copies = 8;         // of a branch: of those none is given up
// Events behind the one that was stepped back to at which a copy is kept: of the steps that follow, most run on from the nearest.
constexpr std::array<std::uint64_t, 4> marks_behind{16, 128, 1024, 8192};

std::uint64_t allocated() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace

struct Tape::State {
  struct Copy {  // of the run, somewhere in a branch
    Simulation run;
    std::size_t operation{0};
  };
  struct Track {
    BranchInfo info;
    std::vector<RecordedOperation> operations;
    std::vector<Copy> copies;  // ascending; of the time after the fork, and of time 0 in the first branch
    Cursor ahead;               // as far as it has been explored
    Series series;
    bool at_end{false};
    std::optional<Simulation> verdict;
    Track(Cursor from, Series samples) : ahead{std::move(from)}, series{std::move(samples)} {}
  };

  TapeSource source;
  TapeLimits limits;
  Duration duration;
  Duration every;  // between two copies
  std::vector<std::unique_ptr<Track>> tracks;
  std::vector<Cursor> near;  // passed on the way to where one stepped back to: ascending, for the steps that follow
  std::uint64_t before{0};  // bytes that the process uses for other things than copies
  std::uint64_t used{0};

  [[nodiscard]] Track& track(Branch b) { return *tracks.at(b); }
  [[nodiscard]] const Track& track(Branch b) const { return *tracks.at(b); }
  [[nodiscard]] const Copy& copy_before(Branch b, Duration moment, std::uint64_t events = UINT64_MAX) const;
  void measure();
  void make_room();
  void thin(std::size_t one_in);
  [[nodiscard]] std::uint64_t in_use() const { return limits.memory_in_use ? limits.memory_in_use() : allocated(); }
};

namespace {

// ---- going on: a step of the run, or what came to it from outside --------------------------------------------------------------

void apply(Simulation& run, const TapeSource& source, const std::vector<RecordedOperation>& operations, std::size_t which) {
  const RecordedOperation& operation = operations[which];
  run.advance(operation.at);
  if (const auto* dial = std::get_if<RecordedDial>(&operation.what)) {
    if (run.cluster().brokers.contains(dial->broker)) (void)run.dial(dial->broker);
  } else if (const auto* frame = std::get_if<RecordedFrame>(&operation.what)) {
    if (!run.receive(frame->guest, frame->frame)) run.hang_up(frame->guest);
  } else if (const auto* hang_up = std::get_if<RecordedHangUp>(&operation.what)) {
    run.hang_up(hang_up->guest);
  } else if (const auto* entries = std::get_if<RecordedEntries>(&operation.what)) {
    std::vector<std::string> earlier;
    for (std::size_t i = 0; i < which; ++i) {
      if (const auto* before = std::get_if<RecordedEntries>(&operations[i].what)) earlier.push_back(before->json);
    }
    run.extend_timeline(parse_entries(source.head.source, earlier, entries->json, run.now()).entries);
  } else {
    run.end_here();
  }
}

std::optional<Duration> moment_of_next(const Simulation& run, const std::vector<RecordedOperation>& operations, std::size_t done) {
  if (done < operations.size() && operations[done].events <= run.events()) return operations[done].at - run.origin();
  const std::optional<Instant> next = run.next_event_at();
  return next ? std::optional{*next - run.origin()} : std::nullopt;
}

// False at the end.
bool go_on(Simulation& run, const TapeSource& source, const std::vector<RecordedOperation>& operations, std::size_t& done) {
  if (done < operations.size() && operations[done].events <= run.events()) {
    apply(run, source, operations, done++);
    return true;
  }
  const bool went = run.step();
  (void)run.take_news();
  return went;
}

bool go_on(Cursor& cursor, const TapeSource& source, const std::vector<RecordedOperation>& operations) {
  const bool went = go_on(cursor.run, source, operations, cursor.operation);
  cursor.recent.observe(cursor.run);
  return went;
}

std::string branch_name(std::size_t index) {
  const std::string letter(1, static_cast<char>('A' + index % 26));
  return index < 26 ? letter : letter + std::to_string(index / 26);
}

}  // namespace

// ---- beginning -------------------------------------------------------------------------------------------------------------------

Tape::Tape(std::unique_ptr<State> state) : state_{std::move(state)} {}
Tape::~Tape() = default;

Result<std::unique_ptr<Tape>> Tape::begin(TapeSource source, TapeLimits limits) {
  Result<Scenario> scenario = scenario_of(source.head);
  if (!scenario) return tl::unexpected<Error>{scenario.error()};
  auto state = std::make_unique<State>();
  state->duration = scenario->duration;
  if (source.head.until) state->duration = std::min(state->duration, *source.head.until);
  Simulation run{std::make_shared<const Scenario>(std::move(*scenario)), WireMode::fast};
  run.observe_details();
  if (const Result<void> formed = run.form(); !formed) return tl::unexpected<Error>{formed.error()};
  if (source.head.wall_clock) run.set_right_time(*source.head.wall_clock);
  if (!source.operations.empty()) {
    run.serve_on();
    state->duration = std::max(state->duration, source.operations.back().at - run.origin());
  }
  state->every = nanoseconds(std::max<std::int64_t>(1, state->duration.ns / copies_over_a_run));
  state->source = std::move(source);
  state->limits = std::move(limits);
  state->before = state->in_use();
  Cursor start{0, std::move(run), Recorder{}, 0, Duration{}};
  auto track = std::make_unique<State::Track>(start, Series{state->duration});
  track->info.name = branch_name(0);
  track->operations = state->source.operations;
  track->copies.push_back({std::move(start.run), 0});
  state->tracks.push_back(std::move(track));
  return std::unique_ptr<Tape>{new Tape{std::move(state)}};
}

const TapeSource& Tape::source() const { return state_->source; }
Duration Tape::duration() const { return state_->duration; }
std::size_t Tape::branch_count() const { return state_->tracks.size(); }
const Tape::BranchInfo& Tape::branch(Branch b) const { return state_->track(b).info; }
const Simulation& Tape::furthest(Branch b) const { return state_->track(b).ahead.run; }
const Series& Tape::series(Branch b) const { return state_->track(b).series; }
const Simulation* Tape::verdict(Branch b) const {
  const auto& verdict = state_->track(b).verdict;
  return verdict ? &*verdict : nullptr;
}

// ---- copies ------------------------------------------------------------------------------------------------------------------------

std::size_t Tape::copies() const {
  std::size_t sum = 0;
  for (const auto& track : state_->tracks) sum += track->copies.size();
  return sum;
}

std::uint64_t Tape::copied_bytes() const { return state_->used; }

// On the way to the branch, the last that is not after the moment and has fewer events; the first of all where there is none.
const Tape::State::Copy& Tape::State::copy_before(Branch b, Duration moment, std::uint64_t events) const {
  std::optional<Duration> left;  // from when on a younger branch has its own copies
  for (std::optional<Branch> at = b; at; at = track(*at).info.parent) {
    const std::vector<Copy>& copies = track(*at).copies;
    const auto past = std::partition_point(copies.begin(), copies.end(), [&](const Copy& copy) {
      return copy.run.now() <= moment && copy.run.events() < events && (!left || copy.run.now() < *left);
    });
    if (past != copies.begin()) return *(past - 1);
    const Duration forked = track(*at).info.forked_at;
    left = left ? std::min(*left, forked) : forked;
  }
  return track(0).copies.front();
}

// ---- cursors -----------------------------------------------------------------------------------------------------------------------

Cursor Tape::start() const {
  const State::Copy& first = state_->track(0).copies.front();
  Cursor cursor{0, first.run, Recorder{}, first.operation, Duration{}};
  return cursor;
}

Cursor Tape::at(Branch b, Duration moment) {
  Cursor cursor = start();
  cursor.branch = b;
  seek(cursor, moment);
  return cursor;
}

namespace {

template <class Copy>
void take_up(Cursor& cursor, const Copy& copy) {  // nothing is known of what was before it
  cursor.run = copy.run;
  cursor.operation = copy.operation;
  cursor.recent.clear();
}

}  // namespace

void Tape::seek(Cursor& cursor, Duration moment) {
  const State::Track& track = state_->track(cursor.branch);
  const Duration target = std::clamp(moment, Duration{}, state_->duration);
  const Duration known_from = target - state_->limits.lookback;
  const State::Copy& best = state_->copy_before(cursor.branch, known_from);
  // Running on from where the cursor stands is better if that is not farther, and the past before the target is seen so too.
  const std::optional<Instant> since = cursor.recent.since();
  const bool ahead = cursor.run.now() <= target && (cursor.run.now() >= best.run.now() || cursor.run.now() > known_from)
                     && (!since || *since - cursor.run.origin() <= std::max(known_from, Duration{}) || cursor.run.now() <= known_from);
  if (!ahead) take_up(cursor, best);
  for (std::optional<Duration> next = moment_of_next(cursor.run, track.operations, cursor.operation); next && *next <= target;
       next = moment_of_next(cursor.run, track.operations, cursor.operation)) {
    if (!go_on(cursor, state_->source, track.operations)) break;
  }
  cursor.shown = target;
  state_->track(cursor.branch).info.seen = std::max(track.info.seen, target);
}

bool Tape::step(Cursor& cursor) {
  const State::Track& track = state_->track(cursor.branch);
  const std::optional<Duration> next = moment_of_next(cursor.run, track.operations, cursor.operation);
  const bool went = next && *next <= state_->duration && go_on(cursor, state_->source, track.operations);
  cursor.shown = went ? std::max(cursor.shown, cursor.run.now()) : state_->duration;
  state_->track(cursor.branch).info.seen = std::max(track.info.seen, cursor.shown);
  return went;
}

bool Tape::step_back(Cursor& cursor) {
  const std::uint64_t events = cursor.run.events();
  if (events == 0) {
    cursor.shown = Duration{};
    return false;
  }
  const State::Track& track = state_->track(cursor.branch);
  const Duration known_from = cursor.run.now() - state_->limits.lookback;
  const State::Copy& best = state_->copy_before(cursor.branch, known_from, events);
  std::vector<Cursor>& near = state_->near;
  std::erase_if(near, [&](const Cursor& c) { return c.branch != cursor.branch || c.run.events() >= events || c.run.events() <= best.run.events(); });
  const auto knows_enough = [&](const Cursor& c) {
    const std::optional<Instant> since = c.recent.since();
    return since && *since - c.run.origin() <= std::max(known_from, best.run.now());
  };
  if (!near.empty() && knows_enough(near.back())) {
    cursor = near.back();
  } else {
    take_up(cursor, best);
    near.clear();
  }
  while (cursor.run.events() + 1 < events && go_on(cursor, state_->source, track.operations)) {
    const std::uint64_t left = events - 1 - cursor.run.events();
    const bool at_mark = std::ranges::find(marks_behind, left) != marks_behind.end();
    if (at_mark && (near.empty() || near.back().run.events() < cursor.run.events())) near.push_back(cursor);
  }
  cursor.shown = std::max(cursor.run.now(), Duration{});
  return true;
}

void Tape::enter(Cursor& cursor, Branch b) {
  const Duration moment = cursor.shown;
  cursor.branch = b;
  take_up(cursor, state_->track(0).copies.front());
  seek(cursor, moment);
}

// ---- acting ------------------------------------------------------------------------------------------------------------------------

namespace {

// A record by hand comes from a producer of its own, which a run has from its beginning or not at all: where there is none, another
// one sends it.
void name_producer(JsonValue& entry, const Simulation& run) {
  JsonValue* produce = member_of(entry, "produce");
  if (!produce || !produce->is(JsonKind::object) || member_of(*produce, "as") || run.cluster().client("by-hand")) return;
  const auto sends = [](const ClientHost& client) { return client.kind == ClientKind::producer; };
  const auto producer = std::ranges::find_if(run.cluster().clients, sends);
  if (producer != run.cluster().clients.end()) set_member(*produce, "as", json_text(producer->name));
}

// An entry of a timeline with a time and a name of its own. Absent if `entry` is no object.
std::optional<std::string> dated(const std::string& entry, Duration at, std::size_t number, const Simulation& run) {
  JsonDocument document = read_json(entry);
  if (!document.root || !document.faults.empty() || !document.root->is(JsonKind::object)) return std::nullopt;
  name_producer(*document.root, run);
  JsonValue whole = json_object();
  set_member(whole, "at", json_text(format_duration(at)));
  if (!member_of(*document.root, "name")) set_member(whole, "name", json_text(fmt::format("by hand {}", number)));
  for (std::size_t i = 0; i < document.root->keys.size(); ++i) set_member(whole, document.root->keys[i].name, document.root->items[i]);
  return write_json(whole);
}

std::vector<std::string> entries_of(const std::vector<RecordedOperation>& operations) {
  std::vector<std::string> entries;
  for (const RecordedOperation& operation : operations) {
    if (const auto* by_hand = std::get_if<RecordedEntries>(&operation.what)) entries.push_back(by_hand->json);
  }
  return entries;
}

}  // namespace

Result<void> Tape::act(Cursor& cursor, const std::string& entry, const std::string& text) {
  State::Track& from = state_->track(cursor.branch);
  if (!state_->source.operations.empty()) return fail("a recording of real clients cannot be changed: it would not be what they did");
  // A moment at which nothing else happens: there it takes the same place in the order of events as it would from a file.
  Cursor here = cursor;
  Duration moment = std::max(here.shown, here.run.now());
  for (;;) {
    const std::optional<Duration> next = moment_of_next(here.run, from.operations, here.operation);
    if (moment == here.run.now()) moment = moment + nanoseconds(1);
    if (!next || *next > moment) break;
    if (*next > state_->duration || !go_on(here, state_->source, from.operations)) return fail("the run is at its end");
    moment = std::max(moment, here.run.now());
  }
  if (moment >= state_->duration) return fail("the run is at its end");

  std::vector<RecordedOperation> done{from.operations.begin(), from.operations.begin() + static_cast<std::ptrdiff_t>(here.operation)};
  const std::vector<std::string> earlier = entries_of(done);
  const std::optional<std::string> json = dated(entry, moment, earlier.size() + 1, here.run);
  if (!json) return fail("this is no entry of a timeline: " + entry);
  for (const Diagnostic& d : parse_entries(state_->source.head.source, earlier, *json, moment).diagnostics) {
    if (d.severity == Severity::error) return fail(d.message);
  }
  done.push_back({here.run.events(), here.run.origin() + moment, RecordedEntries{*json}});

  here.branch = state_->tracks.size();
  auto track = std::make_unique<State::Track>(here, from.series.up_to(moment));
  track->info.name = branch_name(state_->tracks.size());
  track->info.parent = cursor.branch;
  track->info.forked_at = moment;
  std::ranges::copy_if(from.info.acts, std::back_inserter(track->info.acts), [&](const Act& act) { return act.at < moment; });
  track->info.acts.push_back({moment, *json, text});
  track->operations = std::move(done);
  while (here.operation < track->operations.size()) (void)go_on(here, state_->source, track->operations);
  (void)go_on(here, state_->source, track->operations);  // the appointment of the entry: it has fired
  here.shown = here.run.now();
  track->info.seen = here.shown;
  track->ahead = here;
  if (from.info.parent && from.info.seen <= moment) {  // nobody has seen how that went on
    from.info.superseded = true;
    track->info.name = from.info.name;
  }
  cursor = std::move(here);
  state_->tracks.push_back(std::move(track));
  return {};
}

bool Tape::undo(Cursor& cursor) {
  const State::Track& track = state_->track(cursor.branch);
  if (!track.info.parent) return false;
  const Branch parent = *track.info.parent;
  const Duration moment = track.info.forked_at - nanoseconds(1);
  state_->track(cursor.branch).info.superseded = true;
  state_->track(parent).info.superseded = false;
  cursor.shown = moment;
  enter(cursor, parent);
  return true;
}

Result<std::string> Tape::as_scenario(Branch b) const {
  if (!state_->source.operations.empty()) return fail("a recording of real clients is no scenario: keep the recording");
  const RecordingHead& head = state_->source.head;
  JsonDocument document = read_json(head.source.text);
  if (!document.root) return fail("the scenario's text is not JSON");
  for (const Patch& patch : head.source.patches) {
    if (const auto wrong = patch_json(*document.root, patch.pointer, patch.value)) return fail(*wrong);
  }
  JsonValue& file = *document.root;
  link(file);
  const Simulation& run = state_->track(0).copies.front().run;
  for (const std::string_view key : {"$schema", "variants"}) erase_member(file, key);
  set_member(file, "seed", json_number(run.scenario().seed));
  if (head.until) set_member(file, "duration", json_text(format_duration(state_->duration)));
  if (!head.legacy.empty()) {
    JsonValue names = json_list();
    for (const std::string& name : run.scenario().cluster.legacy) names.items.push_back(json_text(name));
    if (JsonValue* cluster = member_of(file, "cluster")) set_member(*cluster, "legacy", std::move(names));
  }
  if (member_of(file, "chaos")) {
    Result<Scenario> scenario = scenario_of(head);
    if (!scenario) return tl::unexpected<Error>{scenario.error()};
    write_drawn_chaos(file, draw_chaos(*scenario));
  }
  JsonValue* timeline = member_of(file, "timeline");
  if (!timeline) {
    set_member(file, "timeline", json_list());
    timeline = member_of(file, "timeline");
  }
  for (const std::string& entry : entries_of(state_->track(b).operations)) timeline->items.push_back(std::move(*read_json(entry).root));
  return write_json(file);
}

// ---- exploring -----------------------------------------------------------------------------------------------------------------------

bool Tape::explore(Branch b, const std::function<bool()>& wanted) {
  State::Track& track = state_->track(b);
  constexpr int between_looks = 32;
  while (!track.at_end && wanted()) {
    for (int i = 0; i < between_looks && !track.at_end; ++i) {
      const std::optional<Duration> next = moment_of_next(track.ahead.run, track.operations, track.ahead.operation);
      track.at_end = (next && *next > state_->duration) || !go_on(track.ahead.run, state_->source, track.operations, track.ahead.operation);
      if (track.at_end) break;
      track.series.look(track.ahead.run);
      keep_copy(b);
    }
  }
  if (track.at_end && !track.verdict) {
    if (!state_->source.operations.empty()) track.ahead.run.end_here();
    while (track.ahead.run.step()) {
    }
    track.series.end(track.ahead.run);
    track.verdict.emplace(track.ahead.run);
    track.verdict->finish();
  }
  return track.at_end;
}

void Tape::State::measure() {
  const std::uint64_t now = in_use();
  used = now > before ? now - before : 0;
}

// One in so many goes, but never the first of a branch.
void Tape::State::thin(std::size_t one_in) {
  for (const auto& each : tracks) {
    if (each->copies.size() < fewest_copies) continue;
    std::vector<Copy> kept;
    for (std::size_t i = 0; i < each->copies.size(); ++i) {
      if (i % one_in != one_in - 1) kept.push_back(std::move(each->copies[i]));
    }
    each->copies = std::move(kept);
  }
}

// The process has grown by the run itself too, which keeps all that was written: how much of it the copies take is known once a part of
// them is gone. Only if it is too much go more.
void Tape::State::make_room() {
  constexpr std::size_t sample = 8;
  const std::uint64_t with_all = in_use();
  thin(sample);
  const std::uint64_t without_some = in_use();
  const std::uint64_t all = with_all > without_some ? (with_all - without_some) * sample : 0;
  if (all > limits.bytes / 4 * 3) {
    thin(2);
    every = every * 2;
  } else {
    before = without_some - std::min(without_some, all / sample * (sample - 1));
  }
  measure();
}

void Tape::keep_copy(Branch b) {
  State::Track& track = state_->track(b);
  const Duration last = track.copies.empty() ? track.info.forked_at : track.copies.back().run.now();
  if (track.ahead.run.now() - last < state_->every) return;
  track.copies.push_back({track.ahead.run, track.ahead.operation});
  state_->measure();
  if (state_->used > state_->limits.bytes) state_->make_room();
}

}  // namespace kafkasim::sim
