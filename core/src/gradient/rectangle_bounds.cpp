#include "gradient/rectangle_bounds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/kernel_table.hpp"
#include "kernels/row_lanes.hpp"

namespace skein::internal {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kPi = 3.141592653589793;

/// Thrice atan u = 2 atan(u / (1 + sqrt(1 + u^2))), then the series of J. Gregory.
double arc_tangent(double u) {
    if (u > 0x1p500) {
        return 0.5 * kPi;
    }
    for (int halving = 0; halving < 3; ++halving) {
        u /= 1.0 + std::sqrt(1.0 + u * u);
    }
    const double square = u * u;
    double sum = 0.0;
    for (int degree = 15; degree >= 1; degree -= 2) {
        sum = ((degree % 4 == 1) ? 1.0 : -1.0) / degree + square * sum;
    }
    return 8.0 * u * sum;
}

}  // namespace

RectangleBounds::RectangleBounds(std::span<const Activation> activations, std::size_t max_rectangles)
    : activations_(activations),
      stride_((max_rectangles + kernels::kRowLanes - 1) / kernels::kRowLanes * kernels::kRowLanes),
      moduli_(stride_ * (activations.size() + 1)),
      slopes_(stride_ * activations.size()) {
    for (std::vector<double>* const column : {&re_min_, &re_max_, &im_}) {
        column->resize(stride_);
    }
}

std::size_t RectangleBounds::add(double re_min, double re_max, double im) {
    re_min_[num_rectangles_] = re_min;
    re_max_[num_rectangles_] = re_max;
    im_[num_rectangles_] = im;
    return num_rectangles_++;
}

void RectangleBounds::compute(std::span<const double> weights) {
    kernels::kernel_table().bound_rectangles({{weights.data(), activations_.data(), weights.size()},
                                              re_min_.data(),
                                              re_max_.data(),
                                              im_.data(),
                                              moduli_.data(),
                                              slopes_.data(),
                                              num_rectangles_,
                                              stride_});
}

double strip_half_width(std::span<const Activation> activations, std::span<const double> weights) noexcept {
    double allowed = kInfinity;  // how large |Im f_i| may get
    for (std::size_t layer = weights.size(); layer-- > 0;) {
        const ActivationTraits& traits = activation_traits(activations[layer]);
        const double z = traits.strip_scale != 0.0  // and |Im z_i|
                             ? traits.strip_scale * arc_tangent(traits.strip_scale * allowed)
                             : std::min(allowed, traits.strip_limit);
        allowed = weights[layer] == 0.0 ? kInfinity : z / std::abs(weights[layer]);
    }
    return allowed;
}

}  // namespace skein::internal
