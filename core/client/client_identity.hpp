#pragma once
// Who a client is: what producers, consumers and admin clients are made with.
#include <cstdint>
#include <string>
#include <vector>

#include "core/machine/request_channel.hpp"
#include "core/model/config.hpp"
#include "core/model/legacy.hpp"

namespace kafkasim {

struct ClientIdentity {
  std::string client_id;
  std::int32_t ordinal{};           // in the Origin of what it sends; below 2^16
  std::vector<Endpoint> bootstrap;  // at least one
  std::uint8_t channel_tag{0};      // of its connections: differs between the clients of one machine
  LegacyBehaviours legacy{};
};

// Under which ordinal a client sends after a restart: its send numbers count from 0 again.
[[nodiscard]] constexpr std::int32_t restarted_ordinal(std::int32_t ordinal, std::uint32_t incarnation) {
  return ordinal + static_cast<std::int32_t>((incarnation & 0x7fff) << 16);
}
// The client's own ordinal, whichever of its lives sent.
[[nodiscard]] constexpr std::int32_t original_ordinal(std::int32_t ordinal) { return ordinal & 0xffff; }

[[nodiscard]] inline ChannelOptions channel_options(const ClientIdentity& who, const ClientConfig& config,
                                                    std::int32_t max_in_flight) {
  ChannelOptions options;
  options.client_id = who.client_id;
  options.request_timeout = config.request_timeout;
  options.reconnect_backoff = config.reconnect_backoff;
  options.reconnect_backoff_max = config.reconnect_backoff_max;
  options.connection_setup_timeout = config.socket_connection_setup_timeout;
  options.max_in_flight = max_in_flight;
  return options;
}

}  // namespace kafkasim
