#include <algorithm>
#include <array>

#include "core/model/topic_regex.hpp"
#include "sim/scenario/binder.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::int64_t most_clients = 10'000;  // of one entry
constexpr std::int64_t largest_value = 100LL << 20;

std::int32_t read_count(Binder& b, const ObjectReader& object, bool& counted) {
  const JsonValue* v = object.find("count");
  if (v == nullptr) return 1;
  const std::optional<std::int64_t> count = read_integer(b.faults, *v, 1, most_clients);
  counted = count.has_value();
  return static_cast<std::int32_t>(count.value_or(1));
}

void read_keys(Binder& b, const JsonValue& value, ProducerSpec& producer) {
  const ObjectReader object{b.faults, value, "keys"};
  KeySpec keys;
  if (const JsonValue* v = object.find("distribution")) {
    keys.distribution =
        read_choice(b.faults, *v, {"uniform", "zipf"}) == 1U ? KeyDistribution::zipf : KeyDistribution::uniform;
  }
  if (const JsonValue* v = object.find("cardinality")) {
    keys.cardinality = read_integer(b.faults, *v, 1, 1'000'000'000).value_or(keys.cardinality);
  }
  producer.keys = keys;
}

void read_times(Binder& b, const ObjectReader& object, ProducerSpec& producer) {
  producer.to = b.out.duration;
  const JsonValue* from = object.find("from");
  const JsonValue* to = object.find("to");
  if (from != nullptr) {
    producer.from = read_duration(b.faults, *from).value_or(Duration{});
    warn_if_late(b, *from, producer.from);
  }
  if (to == nullptr) return;
  const std::optional<Duration> end = read_duration(b.faults, *to);
  if (!end) return;
  producer.to = *end;
  if (*end < producer.from) b.faults.error(*to, "this is before 'from'");
  warn_if_late(b, *to, *end);
}

void read_value_size(Binder& b, const JsonValue& value, ProducerSpec& producer) {
  const auto range = read_quantity(b.faults, value, parse_size_range);
  if (range && range->most > largest_value) b.faults.error(value, "a value must be at most 100MiB");
  if (range) producer.value_bytes = *range;
}

// A producer to a queue sends each message by itself and waits for each to be confirmed; what it is not told does not change that.
void read_queue_of(Binder& b, const JsonValue& value, const ObjectReader& object, ProducerSpec& producer) {
  const JsonValue* queue = object.find("queue");
  if (queue == nullptr) return;
  producer.queue = read_queue_name(b, *queue);
  for (const std::string_view key : {"topic", "partition", "claim_check"}) {
    if (const JsonValue* v = object.find(key)) b.faults.error(*v, "a producer with 'queue' has no " + quote(key));
  }
  if (!producer.rate) b.faults.error(value, "a producer with 'queue' needs 'rate' or 'records'");
  producer.config.enable_idempotence = false;
  producer.config.acks = "1";
  producer.config.batch_size = 0;
  producer.config.linger = Duration{};
  producer.config.max_in_flight = 50;
}

std::optional<std::int64_t> read_fraction(Binder& b, const JsonValue& value) {
  if (!value.is(JsonKind::fraction)) {
    const auto whole = read_integer(b.faults, value, 0, 1);
    return whole ? std::optional{*whole * 1'000'000} : std::nullopt;
  }
  const Result<std::int64_t> parts = parse_per_million(value.text);
  if (parts && *parts <= 1'000'000) return *parts;
  b.faults.error(value, parts ? "a ratio is between 0 and 1" : parts.error().message);
  return std::nullopt;
}

void read_producer(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "producer"};
  if (!object.ok()) return;
  ProducerSpec producer;
  bool counted = true;
  producer.count = read_count(b, object, counted);
  if (const JsonValue* v = object.find("topic")) {
    producer.topic = read_string(b.faults, *v).value_or("");
    if (v->is(JsonKind::string)) (void)known_topic(b, *v, producer.topic);
  }
  read_times(b, object, producer);
  if (const JsonValue* v = object.find("rate")) read_rate(b, *v, producer);
  if (const JsonValue* v = object.find("records")) {
    producer.records = read_integer(b.faults, *v, 0, INT64_MAX);
    if (object.find("rate") == nullptr) producer.rate = default_rate;
  }
  const bool named = object.find("topic") != nullptr || object.find("queue") != nullptr;
  if (producer.rate && !named) b.faults.error(value, "'topic' is missing");
  if (const JsonValue* v = object.find("keys")) read_keys(b, *v, producer);
  if (const JsonValue* v = object.find("value_size")) read_value_size(b, *v, producer);
  if (const JsonValue* v = object.find("partition")) producer.partition = read_partition_of(b, *v, producer.topic);
  read_rack(b, object, producer.rack);
  if (const JsonValue* v = object.find("claim_check")) {
    producer.claim_check = read_store_name(b, *v);
    if (!producer.rate) b.faults.error(*v, "'claim_check' is of a producer with 'rate' or 'records'");
  }
  const JsonValue* transaction_size = object.find("transaction_size");
  if (transaction_size != nullptr) producer.transaction_size = read_integer(b.faults, *transaction_size, 1, 10'000'000);
  const JsonValue* abort_ratio = object.find("abort_ratio");
  if (abort_ratio != nullptr) producer.aborts_per_million = read_fraction(b, *abort_ratio).value_or(0);
  if (abort_ratio != nullptr && transaction_size == nullptr) b.faults.error(*abort_ratio, "'abort_ratio' needs 'transaction_size'");
  if (b.out.cluster.profile == Profile::fast) apply_fast_profile(producer.config);
  read_queue_of(b, value, object, producer);
  const JsonValue* config = object.find("config");
  if (config != nullptr) apply_settings(b.faults, producer.config, *config, producer_setting_names());
  finish_producer_config(b.faults, producer.config, config);
  if (producer.queue) producer.config.enable_idempotence = false;  // no queue knows of it
  const bool transactional = !producer.config.transactional_id.empty();
  if (transaction_size != nullptr && !transactional) b.faults.error(*transaction_size, "'transaction_size' needs a 'transactional.id'");
  if (transaction_size != nullptr && (producer.queue || producer.claim_check))
    b.faults.error(*transaction_size, "a producer with 'queue' or 'claim_check' makes no transactions");
  if (transactional && producer.rate && !producer.transaction_size) {
    b.faults.error(value, "a producer with 'transactional.id' and a rate needs a 'transaction_size'");
  }
  const JsonValue* id = object.require("id");
  if (id == nullptr) return;
  producer.id = read_string(b.faults, *id).value_or("");
  if (!id->is(JsonKind::string) || !good_client_name(b, *id, producer.id)) return;
  if (!b.names.producers.emplace(producer.id, counted ? std::optional{producer.count} : std::nullopt).second) {
    b.faults.error(*id, "there are two producers " + quote(producer.id));
    return;
  }
  b.out.producers.push_back(std::move(producer));
}

void read_topics(Binder& b, const JsonValue& value, ConsumerSpec& consumer) {
  if (!expect_kind(b.faults, value, JsonKind::array)) return;
  if (value.items.empty()) b.faults.error(value, "a consumer must read some topic");
  std::set<std::string> seen;
  for (const JsonValue& item : value.items) {
    const std::optional<std::string> topic = read_string(b.faults, item);
    if (!topic || !known_topic(b, item, *topic)) continue;
    if (!seen.insert(*topic).second) b.faults.error(item, "topic " + quote(*topic) + " stands here twice");
    consumer.topics.push_back(*topic);
  }
}

// Topics by name, or by a regular expression that its group's coordinator looks up.
void read_subscription(Binder& b, ObjectReader& object, ConsumerSpec& consumer) {
  const JsonValue* regex = object.find("topics_matching");
  if (regex == nullptr) {
    if (const JsonValue* topics = object.require("topics")) read_topics(b, *topics, consumer);
    return;
  }
  if (const JsonValue* topics = object.find("topics"))
    b.faults.error(*topics, "a consumer with 'topics_matching' has no 'topics'");
  consumer.regex = read_string(b.faults, *regex);
  if (!consumer.regex) return;
  if (consumer.regex->empty()) b.faults.error(*regex, "'topics_matching' must not be empty");
  if (const Result<void> checked = check_topic_regex(*consumer.regex); !checked)
    b.faults.error(*regex, "'topics_matching' is no regular expression: " + checked.error().message);
  std::set<std::string> topics;
  for (const auto& [name, partitions] : b.names.topics) topics.insert(name);
  for (const std::string& name : topics_matching(*consumer.regex, topics)) consumer.topics.push_back(name);
}

void read_assign(Binder& b, const JsonValue& value, ConsumerSpec& consumer) {
  if (!expect_kind(b.faults, value, JsonKind::array)) return;
  if (value.items.empty()) b.faults.error(value, "a consumer must read some partition");
  std::set<TopicPartition> seen;
  for (const JsonValue& item : value.items) {
    const std::optional<TopicPartition> partition = read_partition(b, item);
    if (!partition) continue;
    if (!seen.insert(*partition).second)
      b.faults.error(item, "partition " + quote(to_string(*partition)) + " stands here twice");
    consumer.assign.push_back(*partition);
  }
}

// Whose member it is, or what it is called and reads by itself.
void read_identity(Binder& b, const JsonValue& value, ObjectReader& object, ConsumerSpec& consumer, bool counted) {
  const JsonValue* group = object.find("group");
  const JsonValue* assign = object.find("assign");
  const JsonValue* id = object.find("id");
  const JsonValue* queue = object.find("queue");
  if (group == nullptr && assign == nullptr && queue == nullptr)
    b.faults.error(value, "a consumer needs a 'group', or partitions to 'assign' to it, or a 'queue'");
  if ((group != nullptr) + (assign != nullptr) + (queue != nullptr) > 1)
    b.faults.error(value, "a consumer has either 'group' or 'assign' or 'queue'");
  if (queue != nullptr) {
    consumer.queue = read_queue_name(b, *queue);
    for (const std::string_view key : {"topics", "topics_matching", "config", "claim_check"}) {
      if (const JsonValue* v = object.find(key)) b.faults.error(*v, "a consumer with 'queue' has no " + quote(key));
    }
  }
  if (assign != nullptr) {
    read_assign(b, *assign, consumer);
    for (const std::string_view key : {"topics", "topics_matching"}) {
      if (const JsonValue* topics = object.find(key)) b.faults.error(*topics, "a consumer with 'assign' has no " + quote(key));
    }
  }
  if (id != nullptr) {
    consumer.id = read_string(b.faults, *id).value_or("");
    if (group != nullptr) b.faults.error(*id, "the members of a group are named by it: leave 'id' out");
    if (id->is(JsonKind::string) && group == nullptr && good_client_name(b, *id, consumer.id)
        && (b.names.producers.contains(consumer.id) || b.names.assigned.contains(consumer.id))) {
      b.faults.error(*id, "there are two clients " + quote(consumer.id));
    }
  }
  if (group != nullptr) {
    read_subscription(b, object, consumer);
    consumer.group = read_string(b.faults, *group);
    consumer.id = consumer.group.value_or("");
    if (consumer.group && good_client_name(b, *group, consumer.id)) b.names.groups.insert(consumer.id);
    return;
  }
  if (id == nullptr) consumer.id = "consumer-" + std::to_string(value.position + 1);
  b.names.assigned.emplace(consumer.id, counted ? std::optional{consumer.count} : std::nullopt);
}

void read_poison(Binder& b, const JsonValue& value, ConsumerSpec& consumer) {
  ObjectReader object{b.faults, value, "poison"};
  if (!object.ok()) return;
  PoisonSpec poison;
  if (const JsonValue* v = object.require("partition")) {
    if (const auto partition = read_partition(b, *v)) poison.partition = *partition;
  }
  if (const JsonValue* v = object.require("offset"))
    poison.offset = Offset{read_integer(b.faults, *v, 0, INT64_MAX).value_or(0)};
  if (const JsonValue* v = object.find("then")) {
    constexpr std::array cures{PoisonCure::skip, PoisonCure::retry, PoisonCure::die};
    if (const auto choice = read_choice(b.faults, *v, {"skip", "retry", "die"})) poison.then = cures.at(*choice);
  }
  consumer.poison = poison;
}

// How the application processes, and whether it is a static member.
void read_application(Binder& b, const ObjectReader& object, ConsumerSpec& consumer) {
  if (const JsonValue* v = object.find("process_time"))
    consumer.process_time = read_duration(b.faults, *v).value_or(Duration{});
  if (const JsonValue* v = object.find("commit")) {
    constexpr std::array moments{CommitMoment::by_itself, CommitMoment::before_processing,
                                 CommitMoment::after_processing};
    if (const auto choice = read_choice(b.faults, *v, {"auto", "before", "after"})) consumer.commit = moments.at(*choice);
    if (!consumer.group) b.faults.error(*v, "only a member of a group commits");
  }
  if (const JsonValue* v = object.find("poison")) read_poison(b, *v, consumer);
  if (const JsonValue* v = object.find("instance_id")) {
    consumer.instance_id = read_string(b.faults, *v);
    if (consumer.instance_id && !consumer.group) b.faults.error(*v, "only a member of a group can be a static one");
    if (consumer.instance_id && consumer.instance_id->empty()) b.faults.error(*v, "an instance must have a name");
  }
}

void read_consumer(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "consumer"};
  if (!object.ok()) return;
  ConsumerSpec consumer;
  bool counted = true;
  consumer.count = read_count(b, object, counted);
  read_identity(b, value, object, consumer, counted);
  if (const JsonValue* v = object.find("claim_check"); v != nullptr && !consumer.queue) consumer.claim_check = read_store_name(b, *v);
  read_application(b, object, consumer);
  if (const JsonValue* v = object.find("from")) {
    consumer.from = read_duration(b.faults, *v).value_or(Duration{});
    warn_if_late(b, *v, consumer.from);
  }
  read_rack(b, object, consumer.rack);
  if (b.out.cluster.profile == Profile::fast) apply_fast_profile(consumer.config);
  const JsonValue* config = object.find("config");
  if (config != nullptr) apply_settings(b.faults, consumer.config, *config, consumer_setting_names());
  const NodeConfig broker = b.out.cluster.brokers.empty() ? NodeConfig{} : b.out.cluster.brokers.front().config;
  if (consumer.commit != CommitMoment::by_itself) consumer.config.enable_auto_commit = false;
  if (!consumer.instance_id && !consumer.config.group_instance_id.empty())
    consumer.instance_id = consumer.config.group_instance_id;
  if (consumer.regex && consumer.config.group_protocol != "consumer")
    b.faults.error(*object.find("topics_matching"), "'topics_matching' needs the setting group.protocol=consumer");
  finish_consumer_config(b.faults, consumer.config, config, consumer.group ? Grouped::yes : Grouped::no, broker);
  b.out.consumers.push_back(std::move(consumer));
}

}  // namespace

void read_rack(Binder& b, const ObjectReader& object, std::optional<std::string>& out) {
  const JsonValue* v = object.find("rack");
  if (v == nullptr) return;
  out = read_string(b.faults, *v);
  if (out && out->empty()) b.faults.error(*v, "a rack must have a name");
  if (out) b.names.racks.insert(*out);
}

void bind_producers(Binder& b, const JsonValue& value) {
  if (!expect_kind(b.faults, value, JsonKind::array)) return;
  for (const JsonValue& item : value.items) read_producer(b, item);
}

void bind_consumers(Binder& b, const JsonValue& value) {
  if (!expect_kind(b.faults, value, JsonKind::array)) return;
  for (const JsonValue& item : value.items) read_consumer(b, item);
}

}  // namespace kafkasim::sim
