#pragma once
// Intercepts: rules that act on messages which have come through the network and stand at their receiver's door, and the
// messages that they hold or delay there. A copyable value without a clock: the World asks it about every message that
// is delivered, and brings back what is due.
//
// A message that was taken belongs to the network: whatever becomes of its sender or of its connection, it arrives when
// due, unless the process that it was for has died. Others on its connection pass.
//
//   passes --(a rule takes it)--> dropped | answered | its connection is reset
//                              -> delayed --(its time)--------------------> arrives
//                              -> held --(release(), or the rule is over)-> arrives, in the order of coming
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/base/hash.hpp"
#include "core/machine/seam.hpp"

namespace kafkasim::sim {

enum class InterceptFate : std::uint8_t { drop, hold, disconnect, delay, error };
struct InterceptRule {
  std::optional<std::vector<HostId>> from;  // the sender of the message itself; absent: anyone
  std::optional<std::vector<HostId>> to;
  std::optional<ApiKey> api;
  std::optional<MessageKind> kind;
  InterceptFate fate{};
  Duration delay{};                   // of InterceptFate::delay
  ErrorCode error{};                  // of InterceptFate::error
  std::uint64_t skip{0};              // so many that match pass first
  std::optional<std::uint64_t> most;  // then it takes so many; absent: all
};
void hash_rule(RunningHash& hash, const InterceptRule& rule);

using InterceptId = Id<struct InterceptIdTag, std::uint64_t>;

struct Parcel {  // a message on its last step
  HostId to;
  std::uint32_t incarnation{};  // of the process that it is for
  Received message;
  std::uint64_t bytes{};
};

struct Interception {  // of one message
  InterceptId by;
  HostId from;
  HostId to;
  ApiKey api{};
  MessageKind kind{};
};

class Intercepts {
 public:
  InterceptId add(InterceptRule rule);
  [[nodiscard]] bool empty() const { return rules_.empty(); }
  struct Taken {
    InterceptId by;
    const InterceptRule* rule{};
  };
  // The first rule, in the order in which they were added, that takes the message; it is counted.
  [[nodiscard]] std::optional<Taken> take(HostId from, HostId to, const Message& message);

  std::uint64_t keep_held(InterceptId by, Parcel parcel);
  std::uint64_t keep_delayed(Parcel parcel);
  // Those that may go now, the oldest first: of the rule's held ones at most so many (absent: all). open() each.
  [[nodiscard]] std::vector<std::uint64_t> release(InterceptId by, std::optional<std::uint64_t> most);
  // No rule acts between two of these hosts any more. The numbers of what was held for one of them.
  [[nodiscard]] std::vector<std::uint64_t> spare(std::vector<HostId> hosts);
  void spare_too(HostId host) { spared_.push_back(host); }
  // The rule is over. The numbers of what it held.
  [[nodiscard]] std::vector<std::uint64_t> remove(InterceptId id);
  [[nodiscard]] std::optional<Parcel> open(std::uint64_t parcel);

  [[nodiscard]] std::size_t held_by(InterceptId id) const;
  [[nodiscard]] const std::map<std::uint64_t, Parcel>& parcels() const { return parcels_; }

 private:
  struct Rule {
    InterceptRule rule;
    std::uint64_t matched{0};
    std::vector<std::uint64_t> held;
  };
  std::map<InterceptId, Rule> rules_;
  std::vector<HostId> spared_;
  std::map<std::uint64_t, Parcel> parcels_;
  std::uint64_t rules_made_{0};
  std::uint64_t parcels_made_{0};
};

}  // namespace kafkasim::sim
