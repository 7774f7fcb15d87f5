#include "skein/compression.hpp"

#include <algorithm>

namespace skein {

CompressionRecord together(const CompressionRecord& a, const CompressionRecord& b) noexcept {
    return {a.num_compressed + b.num_compressed, a.num_exact + b.num_exact, std::max(a.largest_bound, b.largest_bound),
            std::max(a.largest_bound_of_value, b.largest_bound_of_value),
            std::max(a.largest_refused_bound, b.largest_refused_bound)};
}

CompressionRecord together(std::span<const CompressionRecord> records) noexcept {
    CompressionRecord all;
    for (const CompressionRecord& record : records) {
        all = together(all, record);
    }
    return all;
}

}  // namespace skein
