#pragma once
// BrokerLifecycle: how a broker joins the cluster, stays in it and leaves it (BrokerLifecycleManager, KIP-631).
//
//   state            leaves when                                             to
//   registering      the controller answers BrokerRegistration               catching_up
//   catching_up      a heartbeat says that the metadata log is replayed      recovering   (its partitions can be taken
//   up now) recovering       a heartbeat says that it is not fenced                  running running          stop()
//   leaving leaving          a heartbeat says that it may shut down, or time is up   stopped
//
// While catching up it asks to stay fenced. A registration that is not accepted in
// initial.broker.registration.timeout.ms ends the process.
#include <optional>

#include "core/broker/controller_channel.hpp"
#include "core/machine/seam.hpp"
#include "core/message/broker_heartbeat.hpp"
#include "core/message/broker_registration.hpp"
#include "core/model/config.hpp"

namespace kafkasim {

enum class BrokerState : std::uint8_t { registering, catching_up, recovering, running, leaving, stopped };

class BrokerLifecycle {
 public:
  BrokerLifecycle(BrokerRegistrationRequest registration, const NodeConfig& config);
  void start(const Started& started, std::optional<BrokerEpoch> previous_epoch, Env& env);
  void stop(Env& env);  // controlled shutdown begins

  using Active = ControllerChannel::Active;
  [[nodiscard]] bool owns(const ConnectionId& connection) const { return channel_.owns(connection); }
  // `replayed`: the end of what this broker has applied of the metadata log.
  void step(const Input& in, const std::optional<Active>& active, std::optional<Offset> replayed, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline(const std::optional<Active>& active) const;

  [[nodiscard]] BrokerState state() const { return state_; }
  [[nodiscard]] std::optional<BrokerEpoch> epoch() const { return epoch_; }

 private:
  void communicate(const std::optional<Active>& active, std::optional<Offset> replayed, Env& env);
  void on_answer(const std::optional<Message>& response, Env& env);
  void on_heartbeat_answer(const BrokerHeartbeatResponse& response, Env& env);
  void after_failure(Env& env);

  BrokerRegistrationRequest registration_;
  NodeConfig config_;
  ControllerChannel channel_;
  BrokerState state_{BrokerState::registering};
  std::optional<BrokerEpoch> epoch_;
  std::optional<std::uint64_t> in_flight_;
  std::optional<Instant> next_communication_;
  std::optional<Instant> registration_deadline_;
  std::optional<Instant> leave_deadline_;
  std::int32_t failures_{0};
  bool told_to_wait_{false};
};

}  // namespace kafkasim
