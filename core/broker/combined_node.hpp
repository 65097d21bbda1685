#pragma once
// CombinedNode: broker and controller in one process (process.roles=broker,controller; KafkaRaftServer, SharedServer).
// They share the node's disk and its one member of the metadata quorum, the controller's voter: the broker is given what
// that sees committed, in a step of its own (MetadataLoader has a thread): the logs that it makes for a new topic hold up no
// answer of the quorum. Each has a listener of its own (seam.hpp, Listener).
//
//   input              goes to
//   a message          the part that dialled, or whose listener it came in by
//   Woken, Disconnected of others' connections   both; Woken to the controller alone where only the broker's upkeep is due besides,
//                      to the broker alone where nothing is due but what was committed
//   StopRequested      the broker; when that has left the cluster, the controller (KafkaRaftServer.shutdown)
//   Campaign           the controller; other commands the broker
//
// What the broker asks of the controller in the same process does not leave it: no fault of the network can stop it.
// The process ends when the controller has stopped, or when one part cannot go on (both have one fault handler).
#include <deque>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "core/broker/broker.hpp"
#include "core/controller/controller.hpp"

namespace kafkasim {

class CombinedNode {
 public:
  CombinedNode(BrokerOptions broker, ControllerOptions controller);
  void step(const Input& in, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  [[nodiscard]] std::tuple<const Broker&, const Controller&> parts() const { return {broker_, controller_}; }

 private:
  enum class Part : std::uint8_t { broker, controller };
  struct Local {  // from one part for the other
    Part to{};
    Input input;
  };

  void route(const Input& in, Env& env);
  void give(Part part, const Input& in, Env& env);
  void pass_on(Part from, std::vector<Effect> effects, Env& env);
  // True if it concerned a connection between the parts.
  [[nodiscard]] bool stays_inside(Part from, const Effect& effect);
  void tell_broker(std::vector<CommittedBatch> committed, Env& env);  // and who leads the quorum
  [[nodiscard]] bool feeds_broker(const Input& in, Instant now) const;  // it has nothing more urgent to do
  [[nodiscard]] bool is_controllers(const Input& in, const ConnectionId& connection, Listener listener) const;

  Broker broker_;
  Controller controller_;
  Endpoint controllers_listener_;
  HostId host_{};
  std::set<ConnectionId> inner_;  // connections from the broker to the controller here
  std::deque<Local> waiting_;
  std::vector<CommittedBatch> committed_;  // the broker has not been given it
  Instant committed_at_{};
  bool stopping_{false};  // the broker has left: the controller is stopping
  bool ended_{false};     // Exit was asked for
};

static_assert(Machine<CombinedNode>);

}  // namespace kafkasim
