/// Means and spreads of training data: what a fit is judged by.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>

#include "skein/activation.hpp"
#include "skein/execution.hpp"
#include "skein/training_data.hpp"

namespace skein {

/// Numbers that a chain can output: from `lowest` to `highest`.
struct OutputRange {
    double lowest = -std::numeric_limits<double>::infinity();
    double highest = std::numeric_limits<double>::infinity();
};

/// Of a chain whose last layer has this activation.
[[nodiscard]] constexpr OutputRange output_range_of(Activation last) noexcept {
    return {activation_traits(last).lowest, activation_traits(last).highest};
}

/// Of all samples. A sample of weight m counts m times; means are over the sum of the weights, and the unit of the
/// weights does not matter. Numbers that overflow are infinite or NaN.
struct DataSummary {
    std::uint64_t num_samples = 0;
    bool is_weighted = false;
    double x_min = 0.0, x_max = 0.0;
    double y_min = 0.0, y_max = 0.0;  ///< NaN for compressed data
    double mean_x = 0.0, mean_y = 0.0;
    double variance_x = 0.0, variance_y = 0.0;  ///< over N, not N - 1
    double covariance = 0.0;
    /// The mean of the squared distance from y to the range: no chain with this range has a smaller loss. NaN for
    /// compressed data.
    double mean_square_beyond_range = 0.0;

    /// The loss of the best constant, mean(y).
    double constant_loss() const noexcept { return variance_y; }
    /// The loss of the best line through 0, (mean(x y) / mean(x^2)) x.
    double line_loss() const noexcept;
};

/// 1 - loss / constant_loss: 1 for a perfect fit, 0 for one no better than the mean of y, negative for a worse one. NaN
/// if every y is the same, or a number is not finite.
[[nodiscard]] double r_squared(double loss, const DataSummary& data) noexcept;

/// One pass over the data; the same bits for any number of threads. Nothing if a stop was requested
/// (execution.stop_request). Throws what the source of the samples throws.
template <class Scalar>
[[nodiscard]] std::optional<DataSummary> summarise(const std::type_identity_t<TrainingData<Scalar>>& data,
                                                   const OutputRange& range = {}, const Execution& execution = {});

}  // namespace skein
