// By how much rounding moves a chain's output f and df/dw_k as they are computed for |x| up to some max_x: to first
// order, doubled for the rest.
#pragma once

#include <span>
#include <vector>

#include "skein/activation.hpp"

namespace skein {

class RoundingBound {
public:
    explicit RoundingBound(std::span<const Activation> activations);
    void set_chain(std::span<const double> weights, double max_x);

    double of_output() const noexcept { return of_output_; }
    /// [layers]
    std::span<const double> of_derivatives() const noexcept { return of_derivatives_; }

private:
    std::span<const Activation> activations_;
    std::vector<double> largest_, moved_;  // [layers + 1]: |f_i|, and what rounding does to it
    std::vector<double> of_derivatives_;
    double of_output_ = 0.0;
};

}  // namespace skein
