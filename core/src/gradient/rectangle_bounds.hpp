// How large a chain's values can be for x in rectangles of the complex plane (kernels/rectangle_kernels.hpp).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "skein/activation.hpp"

namespace skein::internal {

class RectangleBounds {
public:
    /// For chains of these activations, all of them analytic.
    RectangleBounds(std::span<const Activation> activations, std::size_t max_rectangles);

    void clear() noexcept { num_rectangles_ = 0; }
    /// Adds [re_min, re_max] + i [-im, im]. Returns its index: 0, 1, ...
    std::size_t add(double re_min, double re_max, double im);
    void compute(std::span<const double> weights);

    /// [rectangles]: |f_i|, i from 0 to the number of layers, and |f'(z)| of a layer; infinite if there may be a pole.
    const double* moduli(std::size_t i) const noexcept { return moduli_.data() + i * stride_; }
    const double* slopes(std::size_t layer) const noexcept { return slopes_.data() + layer * stride_; }

private:
    std::span<const Activation> activations_;
    std::size_t stride_, num_rectangles_ = 0;
    std::vector<double> re_min_, re_max_, im_;  // [stride]
    std::vector<double> moduli_, slopes_;       // [stride x (layers + 1)], [stride x layers]
};

/// About the half-width of the strip |Im x| < s in which the chain is analytic: going inward from the last layer that
/// bends, |Im f_i| is at most |Im z_{i+1}| / |w_{i+1}|; |Im tanh z| <= tan|Im z| below pi / 2; sigmoid z = (1 + tanh(z
/// / 2)) / 2; |Im softplus z| <= |Im z| below pi. Infinite if none bends.
double strip_half_width(std::span<const Activation> activations, std::span<const double> weights) noexcept;

}  // namespace skein::internal
