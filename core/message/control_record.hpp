#pragma once
// LeaderChangeMessage (KIP-595, KIP-853): the value of the control record with which a leader of the metadata quorum
// opens its epoch.
#include <cstdint>
#include <vector>

#include "core/model/ids.hpp"

namespace kafkasim {

struct LeaderChangeMessage {
  struct Voter {
    NodeId voter_id{};
    Uuid voter_directory_id{};
    friend bool operator==(const Voter&, const Voter&) = default;
  };
  std::int16_t version{};  // the number inside the message: 0, or 1 with directory ids
  NodeId leader_id{};
  std::vector<Voter> voters{};
  std::vector<Voter> granting_voters{};
  friend bool operator==(const LeaderChangeMessage&, const LeaderChangeMessage&) = default;
};

}  // namespace kafkasim
