// A consumer group's subscriptions by regular expression: which topics each one means (ConsumerGroup.ResolvedRegularExpression,
// GroupMetadataManager.maybeUpdateRegularExpressions and handleRegularExpressionsResult).
#include <algorithm>

#include "core/group/consumer_group.hpp"
#include "core/model/topic_regex.hpp"
#include "core/wire/group_record_codec.hpp"

namespace kafkasim {

bool ConsumerGroup::is_used(const std::string& regex) const {
  return std::ranges::any_of(members_, [&regex](const auto& entry) { return entry.second.regex == regex; });
}

const std::set<std::string>& ConsumerGroup::matched_by(const ConsumerGroupMember& member) const {
  static const std::set<std::string> none;
  const auto resolved = member.regex ? regexes_.find(*member.regex) : regexes_.end();
  return resolved == regexes_.end() ? none : resolved->second.topics;
}

// Whom nobody uses any more is forgotten.
void ConsumerGroup::drop_regex(const std::optional<std::string>& regex, GroupRecords& records) {
  if (!regex || is_used(*regex) || regexes_.erase(*regex) == 0) return;
  records.emplace_back(ConsumerGroupKey{ConsumerGroupRecord::regular_expression, name_, *regex}, std::nullopt);
}

// All of them are looked up together, not more often than every ten seconds: where one is new, where there are other topics than last
// time, or after ten minutes. Kafka does that beside the heartbeat, which is answered before: its member hears of the partitions with the
// next one, and so it is here.
void ConsumerGroup::resolve_regexes(const GroupTurn& turn, GroupRecords& records) {
  constexpr std::int64_t least_interval_ms = 10'000;
  constexpr std::int64_t most_interval_ms = 600'000;
  std::set<std::string> used;
  for (const auto& [id, member] : members_) {
    if (member.regex) used.insert(*member.regex);
  }
  if (used.empty()) return;
  std::optional<Timestamp> last;
  bool due = false;
  for (const std::string& regex : used) {
    const auto resolved = regexes_.find(regex);
    due = due || resolved == regexes_.end() || resolved->second.version < turn.topics_version;
    if (resolved != regexes_.end()) last = std::max(last.value_or(resolved->second.at), resolved->second.at);
  }
  if (last && turn.env.wall - *last <= least_interval_ms) return;
  if (!due && last && turn.env.wall - *last <= most_interval_ms) return;
  bool changed = false;
  std::set<std::string> names;
  for (const auto& [name, topic] : turn.topics) names.insert(name);
  for (const std::string& regex : used) {
    ResolvedRegex& resolved = regexes_[regex];
    std::set<std::string> topics = topics_matching(regex, names);
    changed = changed || resolved.topics != topics;
    resolved = {std::move(topics), turn.topics_version, turn.env.wall};
    ConsumerGroupRegularExpressionValue value;
    value.topics.assign(resolved.topics.begin(), resolved.topics.end());
    value.version = resolved.version;
    value.timestamp = resolved.at;
    records.emplace_back(ConsumerGroupKey{ConsumerGroupRecord::regular_expression, name_, regex},
                         encode_consumer_group_value(value));
  }
  if (!changed) return;
  (void)update_topics(turn, records);
  rise(records);
}

void ConsumerGroup::replay_regex(const ConsumerGroupKey& key, const std::optional<ByteSpan>& value) {
  if (!value) {
    regexes_.erase(key.member);
    return;
  }
  const auto read = decode_consumer_group_value<ConsumerGroupRegularExpressionValue>(*value);
  if (read) regexes_[key.member] = {{read->topics.begin(), read->topics.end()}, read->version, read->timestamp};
}

}  // namespace kafkasim
