#include <array>
#include <span>

#include "sim/scenario/binder.hpp"

namespace kafkasim::sim {

namespace {

// Where a rule across settings is broken: at the first of them that the file sets.
const JsonValue& blame(const JsonValue& object, std::initializer_list<std::string_view> settings) {
  for (const std::string_view setting : settings) {
    if (const JsonValue* value = object.find(setting)) return *value;
  }
  return object;
}

bool is_set(const JsonValue* object, std::string_view setting) {
  return object != nullptr && object->find(setting) != nullptr;
}

// CommonClientConfigs.postProcessReconnectBackoffConfigs: the lower bound alone switches the growth off.
void finish_client_config(ClientConfig& config, const JsonValue* object) {
  if (is_set(object, "reconnect.backoff.ms") && !is_set(object, "reconnect.backoff.max.ms")) {
    config.reconnect_backoff_max = config.reconnect_backoff;
  }
}

void apply_fast_profile(ClientConfig& config) {
  config.retry_backoff_max = milliseconds(200);
  config.reconnect_backoff_max = milliseconds(200);
}

// ConsumerConfig.CONSUMER_PROTOCOL_UNSUPPORTED_CONFIGS and CLASSIC_PROTOCOL_UNSUPPORTED_CONFIGS.
void warn_of_other_protocol(Faults& faults, const ConsumerConfig& config, const JsonValue& object) {
  constexpr std::array of_classic{"partition.assignment.strategy", "heartbeat.interval.ms", "session.timeout.ms"};
  constexpr std::array of_consumer{"group.remote.assignor"};
  const bool is_classic = config.group_protocol != "consumer";
  const std::span<const char* const> of_the_other = is_classic ? std::span<const char* const>{of_consumer} : std::span<const char* const>{of_classic};
  for (const char* name : of_the_other) {
    if (!is_set(&object, name)) continue;
    faults.warning(blame(object, {name}), quote(name) + " has no effect with 'group.protocol' " + quote(config.group_protocol)
                                              + ": a real consumer refuses it");
  }
}

}  // namespace

std::optional<SettingValue> read_setting(Faults& faults, const JsonValue& value) {
  switch (value.kind) {
    case JsonKind::boolean: return SettingValue{value.boolean};
    case JsonKind::string:
    case JsonKind::fraction: return SettingValue{value.text};
    case JsonKind::integer:
      if (const std::optional<std::int64_t> number = value.as_i64()) return SettingValue{*number};
      faults.error(value, "no setting is this large");
      return std::nullopt;
    case JsonKind::unusable: return std::nullopt;
    case JsonKind::null:
    case JsonKind::array:
    case JsonKind::object: break;
  }
  faults.error(
      value, "a setting must be a whole number, true or false, or a string, not " + std::string{kind_name(value.kind)});
  return std::nullopt;
}

void report_setting(Faults& faults, const JsonValue& object, std::size_t member, bool known_name, const Error& error) {
  const std::string& name = object.keys[member].name;
  if (known_name) {
    faults.error(object.items[member], error.message);
    return;
  }
  // A very long name is not repeated in full.
  faults.error_at_key(object, member, name.size() > 200 ? "unknown setting " + quote(name) : error.message);
}

void warn_without_effect(Faults& faults, const JsonValue& object, std::size_t member) {
  faults.warning(object.items[member], quote(object.keys[member].name) + " has no effect: Kafka has this setting, and nothing here follows it");
}

void apply_fast_profile(NodeConfig& config) {
  config.broker_session_timeout = milliseconds(900);
  config.broker_heartbeat_interval = milliseconds(200);
  config.replica_lag_time_max = milliseconds(3'000);
  config.quorum_fetch_timeout = milliseconds(400);
  config.quorum_request_timeout = milliseconds(300);  // shorter than the session: who waits for a dead controller is not fenced for it
  config.quorum_election_timeout = milliseconds(200);
  config.quorum_election_backoff_max = milliseconds(200);
  config.replica_fetch_backoff = milliseconds(200);
  config.group_min_session_timeout = milliseconds(3'000);
  config.group_consumer_session_timeout = milliseconds(3'000);
  config.group_consumer_heartbeat_interval = milliseconds(1'000);
}

void apply_fast_profile(ProducerConfig& config) { apply_fast_profile(static_cast<ClientConfig&>(config)); }

void apply_fast_profile(ConsumerConfig& config) {
  apply_fast_profile(static_cast<ClientConfig&>(config));
  config.session_timeout = milliseconds(3'000);
  config.heartbeat_interval = milliseconds(1'000);  // a third of the session, as Kafka advises
}

void finish_producer_config(Faults& faults, ProducerConfig& config, const JsonValue* object) {
  finish_client_config(config, object);
  if (config.acks == "-1") config.acks = "all";
  const bool asked_for = is_set(object, "enable.idempotence");
  if (config.enable_idempotence) {
    bool disable = false;
    if (config.retries == 0) {
      if (asked_for) faults.error(blame(*object, {"retries"}), "'retries' must not be 0 with 'enable.idempotence'");
      disable = true;
    }
    if (config.acks != "all") {
      // Kafka's client refuses this. Here it is how one asks what weaker acks lose: --set /producers/0/config/acks=1.
      if (asked_for) {
        faults.warning(blame(*object, {"acks"}),
                       "'acks' is not 'all', so this producer is not idempotent; "
                       "a real one refuses 'enable.idempotence' here");
      }
      disable = true;
    }
    if (config.max_in_flight > 5) {  // since 4.0 an error even where idempotence is only the default
      faults.error(blame(*object, {"max.in.flight.requests.per.connection"}),
                   "'max.in.flight.requests.per.connection' must be at most 5 with the idempotent producer, not "
                       + std::to_string(config.max_in_flight) + ": 'enable.idempotence' is true by default");
    }
    if (disable) config.enable_idempotence = false;
  }
  if (!config.transactional_id.empty() && !config.enable_idempotence) {
    const std::string why = "'transactional.id' needs 'enable.idempotence' and 'acks' all";
    faults.error(blame(*object, {"acks", "enable.idempotence", "retries", "transactional.id"}), why);
    config.enable_idempotence = true;
  }
  const Duration least = config.linger + config.request_timeout;
  if (config.delivery_timeout >= least) return;
  if (is_set(object, "delivery.timeout.ms")) {
    faults.error(blame(*object, {"delivery.timeout.ms"}),
                 "'delivery.timeout.ms' must be at least 'linger.ms' + 'request.timeout.ms', that is "
                     + std::to_string(least.whole_ms()));
  } else {
    config.delivery_timeout = least;
  }
}

void finish_consumer_config(Faults& faults, ConsumerConfig& config, const JsonValue* object, Grouped grouped,
                            const NodeConfig& broker) {
  finish_client_config(config, object);
  if (grouped == Grouped::no) {
    if (is_set(object, "enable.auto.commit") && config.enable_auto_commit) {
      faults.error(blame(*object, {"enable.auto.commit"}), "'enable.auto.commit' must not be true without a group");
    }
    config.enable_auto_commit = false;
    return;
  }
  if (object == nullptr) return;
  warn_of_other_protocol(faults, config, *object);
  if (config.group_protocol == "consumer") return;  // there sessions are the brokers' to say
  const JsonValue& at = blame(*object, {"heartbeat.interval.ms", "session.timeout.ms"});
  if (config.heartbeat_interval >= config.session_timeout) {
    faults.error(at, "'heartbeat.interval.ms' must be lower than 'session.timeout.ms'");
  }
  if (config.session_timeout < broker.group_min_session_timeout
      || config.session_timeout > broker.group_max_session_timeout) {
    faults.warning(blame(*object, {"session.timeout.ms"}),
                   "the brokers refuse this 'session.timeout.ms': it is not between 'group.min.session.timeout.ms' and "
                   "'group.max.session.timeout.ms'");
  }
}

}  // namespace kafkasim::sim
