/// How accurate results from compressed data were.
#pragma once

#include <cstdint>
#include <span>

namespace skein {

/// Gradients and losses that were asked for, and the bounds of their errors. Relative bounds are relative to the scales
/// of the tolerance (skein/training_data.hpp) and include rounding, which the tolerance does not limit.
struct CompressionRecord {
    std::uint64_t num_compressed = 0;  ///< gradients and losses from the compressed data
    std::uint64_t num_exact = 0;       ///< from the samples, because the bound was beyond the tolerance
    double largest_bound = 0.0;        ///< largest relative bound of those from the compressed data
    /// Largest ratio of bound to loss, or of bound to largest gradient component; infinite if that is 0.
    double largest_bound_of_value = 0.0;
    /// Largest relative bound that exceeded the tolerance; that step used the samples, or the run stopped. 0 if none
    /// did.
    double largest_refused_bound = 0.0;

    /// Counts add up; of bounds the larger one stays.
    CompressionRecord& operator+=(const CompressionRecord& other) noexcept;
    /// All records together.
    [[nodiscard]] static CompressionRecord sum(std::span<const CompressionRecord> records) noexcept;

    bool operator==(const CompressionRecord&) const = default;
};

}  // namespace skein
