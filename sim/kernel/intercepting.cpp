// The part of World that acts on single messages at their receiver's door: sim/net/intercepts.hpp tells the rules.
#include <utility>

#include "core/message/error_answer.hpp"
#include "sim/kernel/world.hpp"

namespace kafkasim::sim {

InterceptId World::intercept(InterceptRule rule) {
  hash_.add("intercept");
  hash_rule(hash_, rule);
  return intercepts_.add(std::move(rule));
}

void World::release(InterceptId id, std::optional<std::uint64_t> most) {
  hash_.add("release");
  hash_.add(id.value);
  for (const std::uint64_t parcel : intercepts_.release(id, most)) queue_.push(now_, ParcelDue{parcel});
}

void World::lift(InterceptId id) {
  hash_.add("lift");
  hash_.add(id.value);
  for (const std::uint64_t parcel : intercepts_.remove(id)) queue_.push(now_, ParcelDue{parcel});
}

void World::execute(const ParcelDue& due) {
  std::optional<Parcel> parcel = intercepts_.open(due.number);
  if (parcel && !spec(parcel->to).factory) {
    return come_outside(Delivery{parcel->to, std::move(parcel->message), parcel->bytes, {}, MadeBy::process});
  }
  if (!parcel || !host(parcel->to).is_up() || incarnation(parcel->to) != parcel->incarnation) return;
  hand(parcel->to, Waiting{std::move(parcel->message), parcel->bytes});
}

void World::intercept_deliveries(NetOut& out) {
  std::vector<Delivery> come = std::exchange(out.deliveries, {});
  std::vector<Delivery> left;
  for (Delivery& delivery : come) {
    if (std::optional<Delivery> rest = intercepted(std::move(delivery), out)) left.push_back(std::move(*rest));
  }
  out.deliveries = std::move(left);
}

Parcel World::parcel_of(Delivery delivery) const {
  return Parcel{delivery.host, incarnation(delivery.host), std::move(std::get<Received>(delivery.input)),
                delivery.bytes};
}

std::optional<Delivery> World::intercepted(Delivery delivery, NetOut& out) {
  auto* received = std::get_if<Received>(&delivery.input);
  if (received == nullptr || delivery.made_by == MadeBy::fault) return delivery;
  const Message& message = received->envelope.message;
  const std::optional<Intercepts::Taken> taken = intercepts_.take(delivery.from, delivery.host, message);
  if (!taken) return delivery;
  interceptions_.push_back({taken->by, delivery.from, delivery.host, message.api(), message.kind()});
  hash_.add("intercepted");
  hash_.add(taken->by.value);
  switch (taken->rule->fate) {
    case InterceptFate::drop: break;
    case InterceptFate::hold: (void)intercepts_.keep_held(taken->by, parcel_of(std::move(delivery))); break;
    case InterceptFate::delay: {
      const Instant due = now_ + taken->rule->delay;
      queue_.push(due, ParcelDue{intercepts_.keep_delayed(parcel_of(std::move(delivery)))});
      break;
    }
    case InterceptFate::disconnect: network_.reset(now_, received->connection, out); break;
    case InterceptFate::error: {
      const bool answers = message.kind() == MessageKind::response;
      const ErrorCode error = taken->rule->error;
      std::optional<Message> said = answers ? failed_answer(message, error) : error_answer(message, error);
      if (!said) break;  // a request that wants no answer
      const Envelope& asked = received->envelope;
      Wired wired = through_wire(Envelope{asked.correlation_id, asked.version, {}, std::move(*said)}, mode_);
      if (!answers) {
        network_.send(now_, delivery.host, received->connection, std::move(wired.envelope), wired.bytes, out,
                      MadeBy::fault);
        break;
      }
      received->envelope = std::move(wired.envelope);
      delivery.bytes = wired.bytes;
      return delivery;
    }
  }
  return std::nullopt;
}

}  // namespace kafkasim::sim
