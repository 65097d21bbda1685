#pragma once
// Mirror: the simulated disks as real files, a folder a node ("broker-1", "controller-3000"): `kafkasim log` and Kafka's own
// tools read them. What was appended is appended, what was changed otherwise is written anew. It follows the page caches: what a
// crash of a machine would spare only its simulated disk knows.
#include <cstdint>
#include <map>
#include <string>

#include "core/base/result.hpp"
#include "sim/kernel/world.hpp"
#include "sim/run/cluster.hpp"

namespace kafkasim::sim {

class Mirror {
 public:
  // Of a folder that is empty, or is not there yet: nothing of anybody else's is overwritten.
  [[nodiscard]] static Result<Mirror> create(const std::string& folder);
  // Makes the files what the disks are now.
  [[nodiscard]] Result<void> keep_up(const Cluster& cluster, const World& world);

 private:
  struct Mirrored {
    std::uint64_t identity{};
    std::uint64_t version{};
    std::uint64_t size{};
  };
  explicit Mirror(std::string folder) : folder_{std::move(folder)} {}
  [[nodiscard]] Result<void> keep_up(const std::string& node, const SimDisk& disk);
  [[nodiscard]] Result<void> write(const std::string& path, const FileInfo& file, const SimDisk& disk, std::uint64_t from) const;

  std::string folder_;
  std::map<std::string, std::map<std::string, Mirrored>> nodes_;  // node, path
};

}  // namespace kafkasim::sim
