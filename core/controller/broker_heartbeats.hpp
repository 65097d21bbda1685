#pragma once
// What the active controller knows of its brokers from their heartbeats (BrokerHeartbeatManager): when each was last
// heard, how far it has replayed the metadata log, whether it is leaving. Memory only: a new active controller gives
// everyone a fresh session.
//
//   state                 asks for             and becomes
//   fenced                unfence, caught up   unfenced
//   fenced                shut down            shutdown_now
//   unfenced              fence                fenced
//   unfenced              shut down            controlled_shutdown while it leads anything, else shutdown_now
//   controlled_shutdown   (any)                shutdown_now once it leads nothing and all active brokers know
//   any but fenced        nothing for session  fenced (by the controller: stale())
#include <cstdint>
#include <map>
#include <optional>

#include "core/base/time.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

enum class BrokerControlState : std::uint8_t { fenced, unfenced, controlled_shutdown, shutdown_now };

struct HeartbeatAsk {
  bool want_fence{};
  bool want_shut_down{};
  std::int64_t metadata_offset{};
};

class BrokerHeartbeats {
 public:
  explicit BrokerHeartbeats(Duration session_timeout) : session_timeout_{session_timeout} {}

  void register_broker(NodeId id, bool fenced, Instant now);
  void remove(NodeId id) { brokers_.erase(id); }
  void clear() { brokers_.clear(); }
  [[nodiscard]] bool has_valid_session(NodeId id, Instant now) const;  // a fenced broker has none

  // The state to go to, given the offset of the broker's registration and whether it leads any partition.
  [[nodiscard]] BrokerControlState next_state(NodeId id, const HeartbeatAsk& ask, std::int64_t registration_offset,
                                              bool leads_any) const;
  [[nodiscard]] BrokerControlState state(NodeId id) const;
  void touch(NodeId id, bool fenced, std::int64_t metadata_offset, Instant now);
  void fence(NodeId id);
  void enter_controlled_shutdown(
      NodeId id, std::int64_t metadata_end);  // may leave once all active brokers have replayed that far

  [[nodiscard]] std::optional<NodeId> stale(
      Instant now) const;  // one unfenced broker whose session is over, the longest silent first
  [[nodiscard]] std::optional<Instant> next_check() const;

 private:
  struct Broker {
    Instant last_contact;
    bool fenced{true};
    std::int64_t metadata_offset{-1};
    std::optional<std::int64_t> shutdown_offset;
  };
  [[nodiscard]] std::int64_t lowest_active_offset() const;
  Duration session_timeout_;
  std::map<NodeId, Broker> brokers_;
};

}  // namespace kafkasim
