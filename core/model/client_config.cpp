#include <array>
#include <charconv>

#include "core/model/setting_table.hpp"

namespace kafkasim {
namespace {

template <class C>
std::vector<Setting<C>> client_settings(std::vector<Setting<C>> own) {
  const std::vector<Setting<C>> common{
      {"metadata.max.age.ms", &C::metadata_max_age},
      {"request.timeout.ms", &C::request_timeout},
      {"retry.backoff.ms", &C::retry_backoff},
      {"retry.backoff.max.ms", &C::retry_backoff_max},
      {"reconnect.backoff.ms", &C::reconnect_backoff},
      {"reconnect.backoff.max.ms", &C::reconnect_backoff_max},
      {"socket.connection.setup.timeout.ms", &C::socket_connection_setup_timeout},
      {"socket.connection.setup.timeout.max.ms", &C::socket_connection_setup_timeout_max},
  };
  own.insert(own.end(), common.begin(), common.end());
  return own;
}

const std::vector<Setting<ProducerConfig>>& producer_settings() {
  using P = ProducerConfig;
  static const std::vector<Setting<P>> table = client_settings<P>({
      {"acks", &P::acks, 0, 0, {"all", "-1", "0", "1"}},
      {"batch.size", &P::batch_size, 0, INT32_MAX},
      {"buffer.memory", &P::buffer_memory},
      {"compression.type", &P::compression_type, 0, 0, {"none", "gzip", "snappy", "lz4", "zstd"}},
      {"compression.gzip.level", &P::compression_gzip_level, 1, 9, {}, -1},
      {"compression.lz4.level", &P::compression_lz4_level, 1, 17},
      {"compression.zstd.level", &P::compression_zstd_level, -131'072, 22},
      {"delivery.timeout.ms", &P::delivery_timeout},
      {"enable.idempotence", &P::enable_idempotence},
      {"linger.ms", &P::linger},
      {"max.in.flight.requests.per.connection", &P::max_in_flight, 1, INT32_MAX},
      {"max.block.ms", &P::max_block},
      {"max.request.size", &P::max_request_size, 0, INT32_MAX},
      {"partitioner.adaptive.partitioning.enable", &P::partitioner_adaptive_partitioning_enable},
      {"partitioner.availability.timeout.ms", &P::partitioner_availability_timeout},
      {"partitioner.ignore.keys", &P::partitioner_ignore_keys},
      {"retries", &P::retries, 0, INT32_MAX},
      {"transactional.id", &P::transactional_id},
      {"transaction.timeout.ms", &P::transaction_timeout, 1},
  });
  return table;
}

const std::vector<Setting<ConsumerConfig>>& consumer_settings() {
  using C = ConsumerConfig;
  static const std::vector<Setting<C>> table = client_settings<C>({
      {"allow.auto.create.topics", &C::allow_auto_create_topics},
      {"auto.offset.reset", &C::auto_offset_reset, 0, 0, {"earliest", "latest", "none", "by_duration:PT1H"}},
      {"enable.auto.commit", &C::enable_auto_commit},
      {"auto.commit.interval.ms", &C::auto_commit_interval},
      {"fetch.min.bytes", &C::fetch_min_bytes, 0, INT32_MAX},
      {"fetch.max.bytes", &C::fetch_max_bytes, 0, INT32_MAX},
      {"fetch.max.wait.ms", &C::fetch_max_wait},
      {"heartbeat.interval.ms", &C::heartbeat_interval},
      {"isolation.level", &C::isolation_level, 0, 0, {"read_uncommitted", "read_committed"}},
      {"max.partition.fetch.bytes", &C::max_partition_fetch_bytes, 0, INT32_MAX},
      {"max.poll.interval.ms", &C::max_poll_interval, 1},
      {"max.poll.records", &C::max_poll_records, 1, INT32_MAX},
      {"session.timeout.ms", &C::session_timeout},
      {"partition.assignment.strategy", &C::partition_assignment_strategy, 0, 0, {}},
      {"group.protocol", &C::group_protocol, 0, 0, {"classic", "consumer"}},
      {"group.remote.assignor", &C::group_remote_assignor, 0, 0, {"", "uniform", "range"}},
      {"group.instance.id", &C::group_instance_id, 0, 0, {}},
      {"client.rack", &C::client_rack, 0, 0, {}},
  });
  return table;
}

// Names as assignors have them, or their classes in Kafka's clients, by commas; each once.
Result<void> set_strategy(ConsumerConfig& config, const std::string& text) {
  constexpr std::string_view package = "org.apache.kafka.clients.consumer.";
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> known{
      {{"range", "RangeAssignor"},
       {"roundrobin", "RoundRobinAssignor"},
       {"sticky", "StickyAssignor"},
       {"cooperative-sticky", "CooperativeStickyAssignor"}}};
  std::vector<std::string_view> names;
  std::string_view rest = text;
  for (bool more = true; more;) {
    const std::size_t comma = rest.find(',');
    std::string_view name = rest.substr(0, comma);
    more = comma != std::string_view::npos;
    if (more) rest.remove_prefix(comma + 1);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    const auto is_it = [&](const auto& one) {
      return one.first == name || (name.starts_with(package) && name.substr(package.size()) == one.second);
    };
    const auto found = std::ranges::find_if(known, is_it);
    if (found == known.end()) {
      return fail("'partition.assignment.strategy' must be of 'range', 'roundrobin', 'sticky', 'cooperative-sticky', by commas, not "
                  + quoted(text.substr(0, longest_name)));
    }
    if (std::ranges::find(names, found->first) != names.end())
      return fail("'partition.assignment.strategy' names " + quoted(found->first) + " twice");
    names.push_back(found->first);
  }
  config.partition_assignment_strategy.clear();
  for (const std::string_view name : names) {
    if (!config.partition_assignment_strategy.empty()) config.partition_assignment_strategy += ',';
    config.partition_assignment_strategy += name;
  }
  return {};
}

}  // namespace

Result<void> set(ProducerConfig& config, std::string_view name, const SettingValue& value) {
  return set_by_table(config, producer_settings(), name, value, producer_setting_names(), "producer", SettingsOf::producer);
}

Result<void> set(ConsumerConfig& config, std::string_view name, const SettingValue& value) {
  if (name == "auto.offset.reset" && reset_by_duration(as_string(value))) {
    config.auto_offset_reset = as_string(value);
    return {};
  }
  if (name == "partition.assignment.strategy") return set_strategy(config, as_string(value));
  return set_by_table(config, consumer_settings(), name, value, consumer_setting_names(), "consumer", SettingsOf::consumer);
}

std::optional<Duration> reset_by_duration(std::string_view text) {
  constexpr std::string_view prefix = "by_duration:";
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  if (!text.starts_with('P') || text.size() > 30) return std::nullopt;
  text.remove_prefix(1);
  std::int64_t seconds_in_all = 0;
  bool time = false;
  bool any = false;
  std::string_view units = "DHMS";  // in this order, each at most once
  while (!text.empty()) {
    if (text.front() == 'T' && !time) {
      time = true;
      text.remove_prefix(1);
      continue;
    }
    std::int64_t n = 0;
    const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc{} || n < 0 || n > 1'000'000'000 || at == text.data() + text.size()) return std::nullopt;
    const std::size_t unit = units.find(*at);
    if (unit == std::string_view::npos || (*at == 'D') == time) return std::nullopt;
    const std::int64_t worth = *at == 'D' ? 86'400 : *at == 'H' ? 3'600 : *at == 'M' ? 60 : 1;
    seconds_in_all += n * worth;
    units.remove_prefix(unit + 1);
    text = std::string_view{at + 1, static_cast<std::size_t>(text.data() + text.size() - at - 1)};
    any = true;
  }
  if (!any || seconds_in_all > 9'000'000'000) return std::nullopt;
  return seconds(seconds_in_all);
}

std::vector<std::string_view> producer_setting_names() { return names_of(producer_settings()); }
std::vector<std::string_view> consumer_setting_names() { return names_of(consumer_settings()); }

}  // namespace kafkasim
