// Pipelines: read a topic, transform, write another.
#include <algorithm>
#include <array>

#include "sim/scenario/binder.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::int64_t most_instances = 10'000;  // of one entry

std::string read_topic_of(Binder& b, const JsonValue* value) {
  const std::optional<std::string> topic = value != nullptr ? read_string(b.faults, *value) : std::nullopt;
  return topic && known_topic(b, *value, *topic) ? *topic : std::string{};
}

void read_guarantee(Binder& b, const ObjectReader& object, PipelineSpec& pipeline) {
  pipeline.guarantee = Guarantee::at_least_once;
  const JsonValue* exactly = object.find("exactly_once");
  if (exactly != nullptr && read_bool(b.faults, *exactly).value_or(false)) pipeline.guarantee = Guarantee::exactly_once;
  const JsonValue* commit = object.find("commit");
  if (commit == nullptr) return;
  const bool before = read_choice(b.faults, *commit, {"before", "after"}) == 0U;
  if (pipeline.guarantee == Guarantee::exactly_once) {
    b.faults.error(*commit, "with 'exactly_once' the offsets are part of the transaction: leave 'commit' out");
  } else if (before) {
    pipeline.guarantee = Guarantee::at_most_once;
  }
}

// How long a record takes at least: its work, or what the rate leaves for it.
void read_pace(Binder& b, const ObjectReader& object, PipelineSpec& pipeline) {
  if (const JsonValue* v = object.find("process_time")) pipeline.consumer.process_time = read_duration(b.faults, *v).value_or(Duration{});
  const JsonValue* rate = object.find("rate");
  if (rate == nullptr) return;
  const std::optional<RecordRate> most = read_quantity(b.faults, *rate, parse_record_rate);
  if (most && most->records_per_1000_s == 0) b.faults.error(*rate, "a pipeline with the rate 0 would do nothing");
  if (most && most->records_per_1000_s > 0) {
    const Duration each{seconds(1000).ns / most->records_per_1000_s};
    pipeline.consumer.process_time = std::max(pipeline.consumer.process_time, each);
  }
}

void read_configs(Binder& b, const ObjectReader& object, PipelineSpec& pipeline) {
  const bool exactly_once = pipeline.guarantee == Guarantee::exactly_once;
  ConsumerConfig& reads = pipeline.consumer.config;
  ProducerConfig& writes = pipeline.producer.config;
  if (b.out.cluster.profile == Profile::fast) {
    apply_fast_profile(reads);
    apply_fast_profile(writes);
  }
  reads.auto_offset_reset = "earliest";
  if (exactly_once) reads.isolation_level = "read_committed";
  if (exactly_once) writes.transactional_id = pipeline.id.empty() ? "pipeline" : pipeline.id;
  const JsonValue* consumer = object.find("consumer_config");
  const JsonValue* producer = object.find("producer_config");
  if (consumer != nullptr) apply_settings(b.faults, reads, *consumer, consumer_setting_names());
  if (producer != nullptr) apply_settings(b.faults, writes, *producer, producer_setting_names());
  if (const JsonValue* v = consumer != nullptr ? consumer->find("enable.auto.commit") : nullptr; v != nullptr && reads.enable_auto_commit)
    b.faults.error(*v, "a pipeline commits by itself: 'enable.auto.commit' must not be true");
  reads.enable_auto_commit = false;
  if (const JsonValue* v = producer != nullptr ? producer->find("transactional.id") : nullptr; v != nullptr && !exactly_once)
    b.faults.error(*v, "'transactional.id' is of a pipeline with 'exactly_once'");
  const NodeConfig broker = b.out.cluster.brokers.empty() ? NodeConfig{} : b.out.cluster.brokers.front().config;
  finish_consumer_config(b.faults, reads, consumer, Grouped::yes, broker);
  finish_producer_config(b.faults, writes, producer);
}

// False: there is somebody of that name.
bool take_names(Binder& b, const JsonValue* id, const JsonValue* group, PipelineSpec& pipeline) {
  if (id == nullptr || group == nullptr || !id->is(JsonKind::string) || !group->is(JsonKind::string)) return false;
  if (!good_client_name(b, *id, pipeline.id) || !good_client_name(b, *group, pipeline.group())) return false;
  const bool taken = b.names.producers.contains(pipeline.id) || b.names.assigned.contains(pipeline.id)
                     || b.names.pipelines.contains(pipeline.id) || (pipeline.id != pipeline.group() && b.names.groups.contains(pipeline.id));
  if (taken) b.faults.error(*id, "there are two clients " + quote(pipeline.id));
  const bool shared = b.names.groups.contains(pipeline.group());
  if (shared) b.faults.error(*group, "a pipeline needs a group of its own: " + quote(pipeline.group()) + " has members already");
  if (taken || shared) return false;
  b.names.pipelines.insert(pipeline.id);
  b.names.groups.insert(pipeline.group());
  return true;
}

void read_pipeline(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "pipeline"};
  if (!object.ok()) return;
  PipelineSpec pipeline;
  const JsonValue* id = object.require("id");
  const JsonValue* group = object.require("group");
  const JsonValue* to = object.require("to");
  if (id != nullptr) pipeline.id = read_string(b.faults, *id).value_or("");
  pipeline.consumer.group = group != nullptr ? read_string(b.faults, *group).value_or("") : "";
  pipeline.consumer.id = *pipeline.consumer.group;
  pipeline.consumer.topics = {read_topic_of(b, object.require("from"))};
  pipeline.to = read_topic_of(b, to);
  if (to != nullptr && !pipeline.to.empty() && pipeline.to == pipeline.from())
    b.faults.error(*to, "a pipeline that writes where it reads never comes to an end");
  if (const JsonValue* v = object.find("count"))
    pipeline.count = static_cast<std::int32_t>(read_integer(b.faults, *v, 1, most_instances).value_or(1));
  read_guarantee(b, object, pipeline);
  read_pace(b, object, pipeline);
  if (const JsonValue* v = object.find("starts")) {
    pipeline.consumer.from = read_duration(b.faults, *v).value_or(Duration{});
    warn_if_late(b, *v, pipeline.consumer.from);
  }
  read_rack(b, object, pipeline.consumer.rack);
  read_configs(b, object, pipeline);
  pipeline.consumer.count = pipeline.count;
  pipeline.producer.id = pipeline.id;
  pipeline.producer.topic = pipeline.to;
  pipeline.producer.count = pipeline.count;
  if (take_names(b, id, group, pipeline)) b.out.pipelines.push_back(std::move(pipeline));
}

}  // namespace

void bind_pipelines(Binder& b, const JsonValue& value) {
  if (!expect_kind(b.faults, value, JsonKind::array)) return;
  for (const JsonValue& item : value.items) read_pipeline(b, item);
}

}  // namespace kafkasim::sim
