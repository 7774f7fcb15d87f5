#include "skein/compression_record.hpp"

#include <algorithm>

namespace skein {

CompressionRecord& CompressionRecord::operator+=(const CompressionRecord& other) noexcept {
    num_compressed += other.num_compressed;
    num_exact += other.num_exact;
    largest_bound = std::max(largest_bound, other.largest_bound);
    largest_bound_of_value = std::max(largest_bound_of_value, other.largest_bound_of_value);
    largest_refused_bound = std::max(largest_refused_bound, other.largest_refused_bound);
    return *this;
}

CompressionRecord CompressionRecord::sum(std::span<const CompressionRecord> records) noexcept {
    CompressionRecord all;
    for (const CompressionRecord& record : records) {
        all += record;
    }
    return all;
}

}  // namespace skein
