#include "core/client/assignor.hpp"

#include <algorithm>
#include <array>

#include "core/base/bytes.hpp"
#include "core/base/check.hpp"
#include "core/client/assignor_rules.hpp"

namespace kafkasim {

namespace {

struct AssignorNames {
  Assignor assignor;
  std::string_view name;
  std::string_view java_class;
};
constexpr std::array assignor_names{
    AssignorNames{Assignor::range, "range", "org.apache.kafka.clients.consumer.RangeAssignor"},
    AssignorNames{Assignor::round_robin, "roundrobin", "org.apache.kafka.clients.consumer.RoundRobinAssignor"},
    AssignorNames{Assignor::sticky, "sticky", "org.apache.kafka.clients.consumer.StickyAssignor"},
    AssignorNames{Assignor::cooperative_sticky, "cooperative-sticky",
                  "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"},
};

constexpr std::int32_t no_generation = -1;
constexpr std::size_t least_of_a_topic = 6;  // an empty name and an empty array

std::string read_name(ByteReader& in) {
  const std::int16_t length = in.i16();
  if (length < 0) {
    in.fail("a name without length");
    return {};
  }
  const ByteSpan bytes = in.take(static_cast<std::size_t>(length));
  std::string text;
  for (const std::byte b : bytes) text.push_back(static_cast<char>(b));
  return text;
}

// STICKY_ASSIGNOR_USER_DATA_V1, or V0, which ends before the generation.
LastAssignment read_sticky(ByteSpan bytes) {
  ByteReader in{bytes};
  LastAssignment last;
  const std::int32_t topics = in.i32();
  if (topics < 0 || static_cast<std::size_t>(topics) > in.remaining() / least_of_a_topic) in.fail("too many topics");
  for (std::int32_t t = 0; t < topics && in.ok(); ++t) {
    const std::string topic = read_name(in);
    const std::int32_t count = in.i32();
    if (count < 0 || static_cast<std::size_t>(count) > in.remaining() / sizeof(count)) in.fail("too many partitions");
    for (std::int32_t p = 0; p < count && in.ok(); ++p)
      last.partitions.push_back({topic, PartitionIndex{in.i32()}});
  }
  if (in.ok() && in.remaining() > 0) {
    const std::int32_t generation = in.i32();
    if (generation >= 0) last.generation = Generation{generation};
  }
  return in.ok() ? last : LastAssignment{};
}

std::vector<std::byte> write_sticky(const LastAssignment& last) {
  std::map<std::string, std::vector<PartitionIndex>> topics;
  for (const TopicPartition& tp : last.partitions) topics[tp.topic].push_back(tp.partition);
  ByteWriter out;
  out.i32(static_cast<std::int32_t>(topics.size()));
  for (const auto& [topic, partitions] : topics) {
    out.i16(static_cast<std::int16_t>(topic.size()));
    out.bytes(as_bytes(topic));
    out.i32(static_cast<std::int32_t>(partitions.size()));
    for (const PartitionIndex partition : partitions) out.i32(partition.value);
  }
  out.i32(last.generation ? last.generation->value : no_generation);
  return out.take();
}

std::optional<Generation> read_generation(ByteSpan bytes) {
  ByteReader in{bytes};
  const std::int32_t generation = in.i32();
  return in.ok() && generation >= 0 ? std::optional{Generation{generation}} : std::nullopt;
}

std::vector<TopicPartition> flat(const std::vector<ConsumerProtocolSubscription::TopicPartitions>& topics) {
  std::vector<TopicPartition> partitions;
  for (const auto& topic : topics) {
    for (const PartitionIndex index : topic.partitions) partitions.push_back({topic.topic, index});
  }
  return partitions;
}

}  // namespace

std::string_view assignor_name(Assignor assignor) {
  return std::ranges::find(assignor_names, assignor, &AssignorNames::assignor)->name;
}

std::optional<Assignor> assignor_named(std::string_view name) {
  const auto same = [name](const AssignorNames& one) { return one.name == name || one.java_class == name; };
  const auto found = std::ranges::find_if(assignor_names, same);
  return found == assignor_names.end() ? std::nullopt : std::optional{found->assignor};
}

std::vector<Assignor> assignors_of(std::string_view strategy) {
  std::vector<Assignor> assignors;
  while (!strategy.empty()) {
    const std::size_t comma = strategy.find(',');
    std::string_view name = strategy.substr(0, comma);
    strategy = comma == std::string_view::npos ? std::string_view{} : strategy.substr(comma + 1);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (const auto assignor = assignor_named(name)) assignors.push_back(*assignor);
  }
  return assignors;
}

RebalanceProtocol rebalance_protocol(const std::vector<Assignor>& assignors) {
  const auto is_cooperative = [](Assignor one) { return one == Assignor::cooperative_sticky; };
  return std::ranges::all_of(assignors, is_cooperative) ? RebalanceProtocol::cooperative : RebalanceProtocol::eager;
}

std::optional<std::vector<std::byte>> user_data(Assignor assignor, const LastAssignment& last) {
  if (assignor == Assignor::cooperative_sticky) {
    ByteWriter out;
    out.i32(last.generation ? last.generation->value : no_generation);
    return out.take();
  }
  if (assignor != Assignor::sticky || !last.generation) return std::nullopt;
  return write_sticky(last);
}

AssignorMember assignor_member(Assignor assignor, std::string member_id, std::optional<std::string> instance_id,
                               const ConsumerProtocolSubscription& subscription) {
  AssignorMember member{std::move(member_id), std::move(instance_id), subscription.topics, {}, {}, subscription.rack_id};
  const ByteSpan bytes = subscription.user_data ? ByteSpan{*subscription.user_data} : ByteSpan{};
  if (assignor == Assignor::sticky) {
    if (bytes.empty()) return member;
    LastAssignment last = read_sticky(bytes);
    member.owned = std::move(last.partitions);
    member.generation = last.generation;
  } else {
    member.owned = flat(subscription.owned_partitions);
    member.generation = subscription.generation_id ? subscription.generation_id : read_generation(bytes);
  }
  return member;
}

MemberAssignments assign(Assignor assignor, const std::vector<AssignorMember>& members, const AssignorTopics& topics) {
  AssignorTopics there;
  for (const auto& [name, topic] : topics) {
    if (topic.partitions > 0) there.emplace(name, topic);
  }
  switch (assignor) {
    case Assignor::range: return assign_range(members, there);
    case Assignor::round_robin: return assign_round_robin(members, there);
    case Assignor::sticky: return assign_sticky(members, there).assignments;
    case Assignor::cooperative_sticky: return assign_cooperative_sticky(members, there);
  }
  KAFKASIM_CHECK(false, "an assignor without rules");
  return {};
}

}  // namespace kafkasim
