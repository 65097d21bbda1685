#pragma once
// The partitions that clients write to and read from.
#include "core/model/ids.hpp"

namespace kafkasim::test {

inline const TopicPartition orders0{"orders", PartitionIndex{0}};
inline const TopicPartition orders1{"orders", PartitionIndex{1}};

}  // namespace kafkasim::test
