#pragma once
// ObjectStore: where large values go that are no good in a log (the claim-check pattern); for lessons. A machine; one process that keeps
// objects in memory under numbers. StoreClient is how a client of it puts and gets; it tries again until it is answered.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/machine/request_channel.hpp"
#include "core/machine/seam.hpp"
#include "core/record/record_batch.hpp"
#include "sim/workload/beside_kafka.hpp"

namespace kafkasim::sim {

class ObjectStore {
 public:
  explicit ObjectStore(BesideAddress self) : self_{std::move(self)} {}

  void step(const Input& in, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const { return std::nullopt; }
  [[nodiscard]] std::size_t objects() const { return objects_.size(); }

 private:
  BesideAddress self_;
  std::map<std::int64_t, RecordBatch> objects_;
};

class StoreClient {
 public:
  StoreClient(std::string client_id, BesideAddress store);

  struct Done {
    std::uint64_t call{};
    std::int64_t object{};  // its number in the store
  };
  std::uint64_t put(std::int64_t bytes, Env& env);
  std::uint64_t get(std::int64_t object, Env& env);
  [[nodiscard]] std::vector<Done> step(const Input& in, Env& env);  // what has been answered
  [[nodiscard]] std::optional<Instant> next_deadline() const { return channel_.next_deadline(); }
  [[nodiscard]] const BesideAddress& store() const { return store_; }

 private:
  void send(std::uint64_t call, Message request, Env& env);

  BesideAddress store_;
  RequestChannel channel_;
  std::uint64_t calls_{0};
  std::map<std::uint64_t, std::uint64_t> asked_;  // the call, by the channel's request
  std::optional<std::pair<std::int64_t, RecordBatch>> body_;  // of the last put, by its size: objects of one size share their bytes
};

}  // namespace kafkasim::sim
