/// What training on a compressed data set (skein/compressed_dataset.hpp) is held to, and what it met.
#pragma once

#include <cstdint>
#include <span>

namespace skein {

/// Of a loss relative to mean(y^2), of a gradient to rms(y) max |df_L/dw| (over the data and the weights): scales that
/// do not vanish where loss and gradient do. (One that is 0 all the same, since y or every derivative is, counts as 1.)
/// It is what interpolation may err by; what rounding may add is told beside it.
inline constexpr double kDefaultCompressionTolerance = 1e-10;

struct CompressionRecord {
    std::uint64_t num_compressed = 0;  ///< gradients and losses from the compressed data set
    std::uint64_t num_exact = 0;       ///< from the samples themselves, where its bound was beyond the tolerance
    /// The largest bound of those from the compressed data set, relative like the tolerance; rounding included, of which
    /// there may be more than the tolerance.
    double largest_bound = 0.0;
    /// The largest that a bound was of the loss itself, or of the gradient's largest component: infinite where these are 0.
    double largest_bound_of_value = 0.0;
    /// The largest bound that was beyond the tolerance, so that the samples served or the run stopped; 0 if none was.
    double largest_refused_bound = 0.0;
    bool operator==(const CompressionRecord&) const = default;
};

CompressionRecord together(const CompressionRecord& a, const CompressionRecord& b) noexcept;
CompressionRecord together(std::span<const CompressionRecord> records) noexcept;

}  // namespace skein
