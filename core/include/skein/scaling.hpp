/// Units that suit a chain: x and y moved and stretched before training, and back again in predictions.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "skein/data_summary.hpp"
#include "skein/dataset.hpp"

namespace skein {

enum class ScalingKind : std::uint8_t {
    none,
    standard,  ///< mean 0 and standard deviation 1
    range,     ///< x from -1 to 1; y in the inner 0.9 of the range of the last layer
};
inline constexpr std::array<std::string_view, 3> kScalingNames{"none", "standard", "range"};

/// number = offset + factor * scaled
struct AffineMap {
    double offset = 0.0;
    double factor = 1.0;  ///< positive

    double scaled(double number) const noexcept;
    double unscaled(double number) const noexcept;
    bool operator==(const AffineMap& other) const noexcept;
};

/// What a chain sees in place of x and y.
struct Scaling {
    AffineMap x, y;

    bool is_none() const noexcept;
    /// A loss in units of y is this times the loss that the chain sees.
    double loss_factor() const noexcept;
    bool operator==(const Scaling& other) const noexcept;
};

/// The scaling of that kind for these data and a last layer with this range. (If the range has one end only, 2 beyond it
/// counts as the other; if it has none, -1 and 1 do.) A column of equal numbers is moved and not stretched.
/// Throws std::invalid_argument if a mean or a variance of the data has overflowed.
[[nodiscard]] Scaling make_scaling(ScalingKind kind, const DataSummary& data, const OutputRange& range = {});

/// The same samples in other units: computed in double, rounded once to Scalar. The result shares the memory of `data`.
template <class Scalar>
[[nodiscard]] Dataset<Scalar> scaled(const Dataset<Scalar>& data, const Scaling& scaling);

/// Turns a summary of scaled data into one of the data as they came.
[[nodiscard]] DataSummary unscaled(const DataSummary& summary, const Scaling& scaling) noexcept;

}  // namespace skein
