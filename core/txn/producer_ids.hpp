#pragma once
// Producer ids for those who ask this broker: taken from blocks of 1000 that the controller hands out
// (RPCProducerIdManager, KIP-730). The next block is asked for before the present one is used up.
#include <cstdint>
#include <optional>

#include "core/message/allocate_producer_ids.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

class ProducerIds {
 public:
  // Absent while no block is at hand: COORDINATOR_LOAD_IN_PROGRESS, the client asks again.
  [[nodiscard]] std::optional<ProducerId> take() {
    if (left_ == 0 && following_) {
      next_ = following_->value;
      left_ = size_of_following_;
      following_.reset();
    }
    if (left_ == 0) return std::nullopt;
    --left_;
    return ProducerId{next_++};
  }
  [[nodiscard]] bool wants_block() const { return !asked_ && !following_ && left_ <= 100; }  // prefetch at 90 % used
  void asked() { asked_ = true; }
  void on_answer(const AllocateProducerIdsResponse* response) {
    asked_ = false;
    if (!response || response->error_code != ErrorCode::none || response->producer_id_len <= 0) return;
    following_ = response->producer_id_start;
    size_of_following_ = response->producer_id_len;
  }

 private:
  std::int64_t next_{0};
  std::int32_t left_{0};
  std::optional<ProducerId> following_;
  std::int32_t size_of_following_{0};
  bool asked_{false};
};

}  // namespace kafkasim
