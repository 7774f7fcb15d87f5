// How far rounding moves a chain's output f and df/dw_k, as computed for x in a panel: to first order, doubled to cover
// higher orders.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "gradient/rectangle_bounds.hpp"
#include "skein/activation.hpp"

namespace skein::internal {

/// The largest relative error of one rounding of a double: 2^-53.
inline constexpr double kUnitRoundoff = std::numeric_limits<double>::epsilon() / 2;

class RoundingBound {
public:
    explicit RoundingBound(std::span<const Activation> activations);

    /// `rectangles`[panel] is the panel itself, on the real line; `weights` are absolute values.
    void set_panel(std::span<const double> weights, const RectangleBounds& rectangles, std::size_t panel);

    double of_output() const noexcept { return of_output_; }
    /// [layers]
    std::span<const double> of_derivatives() const noexcept { return of_derivatives_; }

private:
    std::span<const Activation> activations_;
    std::vector<double> moved_;  // [layers + 1]: what rounding does to f_i
    std::vector<double> of_derivatives_;
    double of_output_ = 0.0;
};

}  // namespace skein::internal
