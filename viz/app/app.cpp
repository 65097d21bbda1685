#include "viz/app/app.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>

#include <fmt/format.h>

namespace kafkasim::viz {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double longest_step = 0.25;       // seconds of real time that one frame may be worth
constexpr double playing_share = 0.012;     // seconds of work that playing may take of a frame
constexpr Duration stride = milliseconds(20);  // of virtual time between two looks at the clock
constexpr double slowest = 0.01;
constexpr double fastest = 1000;
constexpr std::size_t first_strips = 6;
constexpr std::int64_t pictures_of_exploring = 50;  // so often the tape shows that more of it is known

double seconds_since(Clock::time_point from) { return std::chrono::duration<double>(Clock::now() - from).count(); }

Duration of_seconds(double seconds) { return nanoseconds(static_cast<std::int64_t>(seconds * 1e9)); }

bool matters(const sim::StoryLine& line) { return line.tone != sim::Tone::plain || line.kind == "election"; }

// The moment of the next or previous line of the known story that matters.
std::optional<Duration> neighbour(const sim::Story& story, Duration now, int direction) {
  const auto& lines = story.lines();
  std::optional<Duration> best;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Duration at = lines[i].at;
    if (!matters(lines[i])) continue;
    if (direction > 0 ? at > now : at < now) best = best ? (direction > 0 ? std::min(*best, at) : std::max(*best, at)) : at;
  }
  return best;
}

}  // namespace

Result<std::unique_ptr<App>> App::open(TapeSource source) {
  std::unique_ptr<App> app{new App};
  if (Result<void> opened = app->load(std::move(source)); !opened) return tl::unexpected<Error>{opened.error()};
  return app;
}

Result<void> App::load(TapeSource source) {
  Result<std::unique_ptr<sim::Tape>> tape = sim::Tape::begin(std::move(source));
  if (!tape) return tl::unexpected<Error>{tape.error()};
  tape_ = std::move(*tape);
  cursor_.emplace(tape_->start());
  other_.reset();
  other_frame_.reset();
  chosen_ = {};
  strips.clear();
  look.strips = {};
  spotlight.clear();
  lesson = {};
  playing_ = false;
  refresh();
  return {};
}

std::optional<std::size_t> App::compared() const { return other_ ? std::optional{other_->branch} : std::nullopt; }

void App::notify(std::string text, bool error) {
  constexpr double shown_for = 6;
  notices_.push_back({std::move(text), error, clock_ + shown_for});
}

const sim::SpaceTime& App::space_time() {
  const std::pair wanted{look.window, look.heartbeats};
  if (!space_time_ || space_time_of_ != wanted) {
    space_time_of_ = wanted;
    std::optional<sim::Cone> cone;
    if (const auto* message = std::get_if<ChosenMessage>(&chosen_)) cone = sim::Cone{message->message};
    const Duration past = look.window * 3 / 4;
    space_time_ = sim::space_time(cursor_->run, cursor_->recent, now() - past, now() - past + look.window,
                                  look.heartbeats ? sim::Heartbeats::shown : sim::Heartbeats::left_out, cone);
  }
  return *space_time_;
}

// ---- going on --------------------------------------------------------------------------------------------------------------------

bool App::advance(double seconds, double spare) {
  const Clock::time_point began = Clock::now();
  clock_ += seconds;
  carry_out();
  if (playing_) play(std::min(seconds, longest_step));
  const auto in_time = [&] { return seconds_since(began) < spare; };
  const bool was_exploring = exploring();
  (void)tape_->explore(branch(), in_time);
  const Duration known_to = known().now();
  const bool news = was_exploring && (!exploring() || known_to < told_ || known_to - told_ >= tape_->duration() / pictures_of_exploring);
  if (news) told_ = known_to;
  const bool changed = stale_ || news || playing_ || !notices_.empty();
  if (stale_) refresh();
  std::erase_if(notices_, [this](const Notice& notice) { return notice.until < clock_; });
  return changed;
}

void App::play(double seconds) {
  const Clock::time_point began = Clock::now();
  const Duration end = tape_->duration();
  const Duration target = std::min(end, now() + of_seconds(seconds * speed_));
  while (now() < target && seconds_since(began) < playing_share) {
    tape_->seek(*cursor_, std::min(target, now() + stride));
    stale_ = true;
  }
  if (now() >= end) playing_ = false;
}

void App::refresh() {
  sim::FrameWish wish;
  wish.internal_topics = look.internal_topics;
  wish.strips = strips;
  wish.strip_from = look.strips.from;
  if (strips.empty()) {
    for (const sim::TopicSpec& topic : scenario().topics) {
      for (std::int32_t i = 0; i < topic.partitions && wish.strips.size() < first_strips; ++i) wish.strips.insert({topic.name, PartitionIndex{i}});
    }
  }
  frame_ = sim::capture(cursor_->run, cursor_->recent, now(), wish);
  if (other_) {
    tape_->seek(*other_, now());
    other_frame_ = sim::capture(other_->run, other_->recent, now(), wish);
  }
  space_time_.reset();
  stale_ = false;
}

// ---- intents -----------------------------------------------------------------------------------------------------------------------

struct App::Carrier {
  App& app;

  void operator()(const SeekTo& to) const { app.tape_->seek(*app.cursor_, to.at); }
  void operator()(const StepBy& by) const {
    app.playing_ = false;
    for (int i = 0; i < by.events; ++i) (void)app.tape_->step(*app.cursor_);
    for (int i = 0; i > by.events; --i) (void)app.tape_->step_back(*app.cursor_);
  }
  void operator()(const StepStory& by) const {
    app.playing_ = false;
    if (const auto at = neighbour(app.known().story(), app.now(), by.lines)) app.tape_->seek(*app.cursor_, *at);
    else app.notify(by.lines > 0 ? "nothing of interest after this, as far as the run is known" : "nothing of interest before this");
  }
  void operator()(const TogglePlay&) const {
    app.playing_ = !app.playing_;
    if (app.playing_ && app.now() >= app.tape_->duration()) app.tape_->seek(*app.cursor_, Duration{});
  }
  void operator()(const SetSpeed& to) const { app.speed_ = std::clamp(to.times, slowest, fastest); }
  void operator()(const ActBy& by) const {
    const std::size_t before = app.branch();
    if (const Result<void> done = app.tape_->act(*app.cursor_, by.entry, by.text); !done) return app.notify(done.error().message, true);
    const bool forked = !app.tape_->branch(before).superseded;
    app.notify(forked ? fmt::format("{}: branch {} begins here; {} is as it was", by.text, app.tape_->branch(app.branch()).name,
                                    app.tape_->branch(before).name)
                      : by.text);
  }
  void operator()(const UndoAct&) const {
    const std::vector<sim::Act> acts = app.tape_->branch(app.branch()).acts;
    if (!app.tape_->undo(*app.cursor_)) return app.notify("nothing was done by hand in this branch");
    app.notify("taken back: " + acts.back().text);
  }
  void operator()(const GoToBranch& to) const {
    if (to.branch < app.tape_->branch_count()) app.tape_->enter(*app.cursor_, to.branch);
    if (app.other_ && app.other_->branch == to.branch) app.other_.reset(), app.other_frame_.reset();
  }
  void operator()(const CompareWith& with) const {
    app.other_.reset();
    app.other_frame_.reset();
    if (with.branch && *with.branch < app.tape_->branch_count()) app.other_.emplace(app.tape_->at(*with.branch, app.now()));
  }
  void operator()(const SaveScenario& save) const {
    const Result<std::string> text = app.tape_->as_scenario(app.branch());
    if (!text) return app.notify(text.error().message, true);
    std::ofstream out{save.path, std::ios::binary};
    out << *text << std::flush;
    if (!out) return app.notify("cannot write " + save.path, true);
    app.notify(fmt::format("{}: `kafkasim run {}` gives the trace hash of this branch", save.path, save.path));
  }
  void operator()(const OpenFile& file) const {
    if (!app.opener) return;
    Result<TapeSource> source = app.opener(file.path);
    if (!source) return app.notify(source.error().message, true);
    if (const Result<void> opened = app.load(std::move(*source)); !opened) app.notify(opened.error().message, true);
  }
  void operator()(const Quit&) const { app.closing_ = true; }
};

void App::carry_out() {
  std::vector<Intent> intents;
  intents.swap(intents_);
  for (const Intent& intent : intents) std::visit(Carrier{*this}, intent);
  stale_ = stale_ || !intents.empty();
}

}  // namespace kafkasim::viz
