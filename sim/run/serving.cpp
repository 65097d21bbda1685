// Simulation's part for real clients.
#include <limits>
#include <utility>

#include "sim/run/access.hpp"
#include "sim/run/simulation.hpp"

namespace kafkasim::sim {

void Simulation::serve_on() { end_ = Instant{std::numeric_limits<std::int64_t>::max()}; }

void Simulation::set_right_time(Timestamp now) {
  world_.set_right_time(now);
  measures_.set_right_clock(world_.right_clock());
}

void Simulation::end_here() {
  end_ = world_.now();
  ended_ = true;
}

void Simulation::advance(Instant to) {
  if (to <= world_.now()) return;
  KAFKASIM_CHECK(!next_event_at() || *next_event_at() > to, "an event was passed over");
  absorbed_ = 0;
  (void)world_.run_until(to);
}

GuestId Simulation::dial(NodeId broker) {
  const bool first = !guests_.host();
  const GuestId guest = guests_.dial(broker, *scenario_, world_);
  if (first) {
    story_.name_host(*guests_.host(), "real clients");
    measures_.name_client(*guests_.host(), "real-clients");
  }
  absorb();
  return guest;
}

Result<void> Simulation::receive(GuestId guest, const SharedBytes& frame) {
  Result<void> taken = guests_.receive(guest, frame, world_);
  absorb();
  return taken;
}

void Simulation::hang_up(GuestId guest) {
  guests_.hang_up(guest, world_);
  absorb();
}

void Simulation::extend_timeline(std::vector<TimelineEntry> entries) {
  Scenario longer = *scenario_;
  for (TimelineEntry& entry : entries) longer.timeline.push_back(std::move(entry));
  scenario_ = std::make_shared<const Scenario>(std::move(longer));
  checks_.set_subjects(subjects_of(*scenario_, cluster_));
  if (produces_by_hand(*scenario_) && cluster_.client(producer_by_hand) == nullptr) {
    add_producer_by_hand(*scenario_, world_, cluster_);
    introduce_newest_client();
    world_.start(cluster_.clients.back().host);
  }
  Access access{*this};
  driver_.extend(scenario_, access);
  note_interventions();
  absorb();
}

}  // namespace kafkasim::sim
