#include "sim/kernel/observation.hpp"

namespace kafkasim::sim {

namespace {

struct KindOf {
  InputKind operator()(const Started&) const { return InputKind::started; }
  InputKind operator()(const Connected&) const { return InputKind::connected; }
  InputKind operator()(const Disconnected&) const { return InputKind::disconnected; }
  InputKind operator()(const Received&) const { return InputKind::message; }
  InputKind operator()(const Woken&) const { return InputKind::woken; }
  InputKind operator()(const Flushed&) const { return InputKind::flushed; }
  InputKind operator()(const StopRequested&) const { return InputKind::stop; }
  InputKind operator()(const Command&) const { return InputKind::command; }
};

}  // namespace

MessageRef reference(const ConnectionId& connection, const Envelope& envelope) {
  return {connection, envelope.correlation_id, envelope.message.api(), envelope.message.kind()};
}

StepBegan step_began(std::uint32_t thread, const Input& input) {
  StepBegan step{thread, std::visit(KindOf{}, input), std::nullopt};
  if (const auto* received = std::get_if<Received>(&input))
    step.message = reference(received->connection, received->envelope);
  return step;
}

}  // namespace kafkasim::sim
