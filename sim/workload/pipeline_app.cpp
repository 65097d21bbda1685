#include "sim/workload/pipeline_app.hpp"

#include <utility>

#include <fmt/format.h>

#include "core/machine/deadlines.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::uint8_t consumer_tag = 0;
constexpr std::uint8_t producer_tag = 1;
// Each producer of a process needs a name of its own for its connections and sends, as one of another process has it.
constexpr std::uint32_t producers_of_a_process = 64;

ClientIdentity tagged(ClientIdentity who, std::uint8_t tag) {
  who.channel_tag = tag;
  return who;
}

const ConnectionId* connection_in(const Input& in) {
  if (const auto* made = std::get_if<Connected>(&in)) return &made->connection;
  if (const auto* lost = std::get_if<Disconnected>(&in)) return &lost->connection;
  if (const auto* received = std::get_if<Received>(&in)) return &received->connection;
  return nullptr;
}

std::optional<std::string> owned_text(const std::optional<ByteSpan>& bytes) {
  return bytes ? std::optional{std::string{as_text(*bytes)}} : std::nullopt;
}

}  // namespace

PipelineApp::PipelineApp(ClientIdentity who, const ConsumerConfig& consumer, ProducerConfig producer, const std::string& group,
                         PipelinePlan plan)
    : producer_identity_{tagged(who, producer_tag)},
      producer_config_{std::move(producer)},
      plan_{std::move(plan)},
      consumer_{tagged(std::move(who), consumer_tag), consumer, ConsumeGroup{group, {plan_.from}}},
      producer_{producer_identity_, producer_config_} {}

// ---- the two halves -------------------------------------------------------------------------------------------------

template <class Act>
void PipelineApp::within(Half half, Env& env, const Act& act) {
  Effects effects;
  Env inside{env.now, env.wall, env.random, env.disk, effects};
  act(inside);
  pass_on(half, effects.take(), env);
}

// The process ends when both have, or when its consumer cannot go on.
void PipelineApp::pass_on(Half half, std::vector<Effect> effects, Env& env) {
  for (Effect& effect : effects) {
    if (const auto* exit = std::get_if<Exit>(&effect); exit && exit->orderly) {
      (half == Half::consumer ? consumer_closed_ : producer_closed_) = true;
      if (consumer_closed_ && producer_closed_) env.out.add(Exit{true, "pipeline closed"});
      continue;
    }
    std::visit([&env](auto& one) { env.out.add(std::move(one)); }, effect);
  }
}

void PipelineApp::start_producer(StartKind kind, Env& env) {
  const auto number = static_cast<std::uint32_t>(started_.incarnation * producers_of_a_process + static_cast<std::uint32_t>(fenced_));
  within(Half::producer, env, [&](Env& e) { producer_.step(Started{kind, started_.host, number}, e); });
}

void PipelineApp::give(const Input& in, Env& env) {
  if (const auto* started = std::get_if<Started>(&in)) {
    started_ = *started;
    within(Half::consumer, env, [&](Env& e) { consumer_.step(in, e); });
    return start_producer(started->kind, env);
  }
  if (std::holds_alternative<Command>(in)) return;  // it has no user beside its plan
  const ConnectionId* connection = connection_in(in);
  if (connection == nullptr || consumer_.owns(*connection)) within(Half::consumer, env, [&](Env& e) { consumer_.step(in, e); });
  if (connection == nullptr || producer_.owns(*connection)) within(Half::producer, env, [&](Env& e) { producer_.step(in, e); });
}

void PipelineApp::renew_producer(Env& env) {
  within(Half::producer, env, [&](Env& e) { producer_.abandon(e); });
  if (++fenced_ >= producers_of_a_process) return env.out.add(Exit{false, "its producers are fenced again and again"});
  env.out.note(trace::Remark{"its producer can do no more: a new one takes its place"});
  producer_ = Producer{producer_identity_, producer_config_};
  start_producer(StartKind::restart, env);
}

void PipelineApp::step(const Input& in, Env& env) {
  if (std::holds_alternative<StopRequested>(in)) {
    stop_requested_ = true;
  } else {
    give(in, env);
  }
  while (advance(env) == Went::on) {}
}

std::optional<Instant> PipelineApp::next_deadline() const {
  const std::optional<Instant> next = earlier(consumer_.next_deadline(), producer_.next_deadline());
  return stage_ == Stage::working ? earlier(next, worked_at_) : next;
}

// ---- the loop -------------------------------------------------------------------------------------------------------

PipelineApp::Went PipelineApp::advance(Env& env) {
  switch (stage_) {
    case Stage::polling: return poll(env);
    case Stage::committing_first:
    case Stage::committing_after: return await_commit(env);
    case Stage::working: return work(env);
    case Stage::ending: return await_end(env);
    case Stage::writing: return await_writes(env);
    case Stage::closing: break;
  }
  return Went::nowhere;
}

PipelineApp::Went PipelineApp::poll(Env& env) {
  if (consumer_.closed()) return Went::nowhere;
  if (stop_requested_) {
    close(env);
    return Went::nowhere;
  }
  if (producer_.failed()) renew_producer(env);
  if (in_poll_ && !consumer_.has_records()) return Went::nowhere;
  ConsumerRecords records;
  within(Half::consumer, env, [&](Env& e) { records = consumer_.poll(e); });
  in_poll_ = true;
  if (records.count() == 0) return consumer_.has_records() ? Went::on : Went::nowhere;
  in_poll_ = false;
  take_up(records);
  if (plan_.guarantee == Guarantee::at_most_once) {
    commit(env);
    stage_ = Stage::committing_first;
  } else {
    begin_work(env);
  }
  return Went::on;
}

void PipelineApp::take_up(const ConsumerRecords& records) {
  outputs_.clear();
  positions_.clear();
  const GroupMember& member = *consumer_.member();
  membership_ = {member.group(), member.generation(), member.member_id(), {}, member.instance_id()};
  for (const PartitionRecords& part : records.partitions) {
    positions_[part.partition] = part.next;
    for (const ConsumerRecord& record : part.records) {
      ProduceCommand output;
      output.topic = plan_.to;
      output.key = owned_text(record.key);
      output.value = owned_text(record.value).value_or("nothing") + " via " + plan_.id;
      output.source = trace::RecordAt{part.partition, record.offset};
      outputs_.push_back(std::move(output));
    }
  }
}

void PipelineApp::begin_work(Env& env) {
  failures_before_ = producer_.failures();
  worked_ = 0;
  worked_at_ = env.now + plan_.process_time;
  stage_ = Stage::working;
  if (plan_.guarantee != Guarantee::exactly_once) return;
  commits_before_ = producer_.transactions()->commits();
  within(Half::producer, env, [&](Env& e) { producer_.transact(TransactionStep::begin, e); });
}

// What is due; the rest is left where the producer can do no more, or its transaction can only be aborted.
PipelineApp::Went PipelineApp::work(Env& env) {
  const auto is_lost = [this] {
    return producer_.failed() || (producer_.transactions() && producer_.transactions()->state() == TransactionState::abortable_error);
  };
  for (; worked_ < outputs_.size() && !is_lost(); ++worked_, worked_at_ = worked_at_ + plan_.process_time) {
    if (worked_at_ > env.now) return Went::nowhere;
    within(Half::producer, env, [&](Env& e) { producer_.send(std::move(outputs_[worked_]), e); });
  }
  finish_work(env);
  return Went::on;
}

void PipelineApp::finish_work(Env& env) {
  const bool transacts = plan_.guarantee == Guarantee::exactly_once;
  if (transacts) {
    within(Half::producer, env, [&](Env& e) {
      OffsetsToTransaction offsets = membership_;
      offsets.offsets = positions_;
      producer_.send_offsets(std::move(offsets), e);
      producer_.transact(TransactionStep::commit, e);
    });
  }
  outputs_.clear();
  stage_ = transacts ? Stage::ending : Stage::writing;
}

PipelineApp::Went PipelineApp::await_end(Env& env) {
  if (!producer_.failed() && !producer_.idle()) return Went::nowhere;
  const bool committed = !producer_.failed() && producer_.transactions()->commits() > commits_before_;
  if (!committed) start_over(env);
  stage_ = Stage::polling;
  return Went::on;
}

PipelineApp::Went PipelineApp::await_writes(Env& env) {
  if (!producer_.failed() && !producer_.idle()) return Went::nowhere;
  const bool failed = producer_.failed() || producer_.failures() > failures_before_;
  if (plan_.guarantee == Guarantee::at_most_once) {
    stage_ = Stage::polling;
  } else if (failed) {
    start_over(env);
    stage_ = Stage::polling;
  } else {
    commit(env);
    stage_ = Stage::committing_after;
  }
  return Went::on;
}

void PipelineApp::commit(Env& env) {
  within(Half::consumer, env, [&](Env& e) { consumer_.commit(positions_, e); });
}

PipelineApp::Went PipelineApp::await_commit(Env& env) {
  const Consumer::Committed told = consumer_.committed();
  if (told == Consumer::Committed::under_way && !consumer_.closed()) return Went::nowhere;
  const bool committed = told == Consumer::Committed::yes;
  if (!committed) consumer_.give_up_commit();
  if (stage_ == Stage::committing_first && committed) {
    begin_work(env);
    return Went::on;
  }
  if (!committed) start_over(env);
  stage_ = Stage::polling;
  return Went::on;
}

// What was in hand is to be read again: from where the group has committed.
void PipelineApp::start_over(Env& env) {
  outputs_.clear();
  within(Half::consumer, env, [&](Env& e) { consumer_.go_back_to_committed(e); });
}

void PipelineApp::close(Env& env) {
  stage_ = Stage::closing;
  within(Half::consumer, env, [&](Env& e) { consumer_.step(StopRequested{}, e); });
  within(Half::producer, env, [&](Env& e) { producer_.step(StopRequested{}, e); });
}

}  // namespace kafkasim::sim
