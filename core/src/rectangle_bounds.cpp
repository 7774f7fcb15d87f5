#include "rectangle_bounds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/kernel_table.hpp"

namespace skein {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Cover the rounding of the few operations between a layer's rectangle and the next, errors of tanh (4 ULP) and of
/// tan (below).
constexpr double kUp = 1.0 + 0x1p-32, kDown = 1.0 - 0x1p-40;
constexpr double kHalfPi = 1.5707963267948966;  // below pi / 2

/// At least the tangent of y >= 0, from J. H. Lambert's continued fraction at y / 8 < 0.2, where what is left out is below
/// 3e-17, and three doublings, which near the pole multiply its error by the tangent. From 1.5707 on (10,381 there)
/// infinite.
double tangent(double y) {
    if (!(y < 1.5707)) {
        return kInfinity;
    }
    y *= 0.125;
    const double square = y * y;
    double fraction = 11.0;
    for (double odd = 9.0; odd > 0.0; odd -= 2.0) {
        fraction = odd - square / fraction;
    }
    double t = y / fraction;
    for (int doubling = 0; doubling < 3; ++doubling) {
        t = 2.0 * t / (1.0 - t * t);
    }
    return t * kUp;
}

/// At most the arc tangent of u >= 0, and close to it: thrice atan u = 2 atan(u / (1 + sqrt(1 + u^2))), then the series
/// of J. Gregory up to a term that is subtracted, which leaves it below.
double arc_tangent(double u) {
    if (u > 0x1p500) {
        return kHalfPi;
    }
    for (int halving = 0; halving < 3; ++halving) {
        u /= 1.0 + std::sqrt(1.0 + u * u);
    }
    const double square = u * u;
    double sum = 0.0;
    for (int degree = 15; degree >= 1; degree -= 2) {
        sum = ((degree % 4 == 1) ? 1.0 : -1.0) / degree + square * sum;
    }
    return 8.0 * u * sum * kDown;
}

/// tanh of a rectangle.
struct TanhBounds {
    double re_min, re_max, im, modulus, slope;
};

/// From tanh of the rectangle's ends, and at least the tangent of its height.
TanhBounds tanh_bounds(double tanh_min, double tanh_max, double t) {
    const bool has_zero = tanh_min <= 0.0 && tanh_max >= 0.0;
    const double least = has_zero ? 0.0 : std::min(std::abs(tanh_min), std::abs(tanh_max)) * kDown;
    const double most = std::min(1.0, std::max(std::abs(tanh_min), std::abs(tanh_max)) * kUp);
    const double least_2 = least * least, t_2 = t * t;
    TanhBounds bounds;
    double re;
    if (t == kInfinity) {
        if (least == 0.0) {
            return {-kInfinity, kInfinity, kInfinity, kInfinity, kInfinity};
        }
        re = kUp / least;
        bounds.im = kUp * (1.0 - least_2) / (2.0 * least);
        bounds.modulus = re;
        bounds.slope = kUp * (1.0 - least_2) / least_2;
    } else {
        // Falls with T, has its maximum over t at 1 / T.
        const double t_of_im = least * t > 1.0 ? 1.0 / least : t;
        bounds.im = kUp * t_of_im * (1.0 - least_2) / (1.0 + least_2 * t_of_im * t_of_im);
        // Falls with T, grows with t.
        bounds.slope = kUp * (1.0 - least_2) * (1.0 + t_2) / (1.0 + least_2 * t_2);
        // Grows with t; with T if t < 1, else falls.
        const double of_modulus = t < 1.0 ? most * most : least_2;
        bounds.modulus = kUp * std::sqrt((of_modulus + t_2) / (1.0 + of_modulus * t_2));
        // Grows with t, has its maximum over T at 1 / t.
        const double of_re = std::clamp(t > 1.0 ? 1.0 / t : 1.0, least, most);
        re = kUp * of_re * (1.0 + t_2) / (1.0 + of_re * of_re * t_2);
    }
    bounds.re_min = tanh_min > 0.0 ? least : -re;  // grows with t: tanh of the nearer end
    bounds.re_max = tanh_max < 0.0 ? -least : re;
    return bounds;
}

double modulus_of(double re_min, double re_max, double im) {
    const double re = std::max(std::abs(re_min), std::abs(re_max));
    return kUp * std::sqrt(re * re + im * im);
}

}  // namespace

RectangleBounds::RectangleBounds(std::span<const Activation> activations, std::size_t max_rectangles)
    : activations_(activations),
      capacity_(max_rectangles),
      moduli_(max_rectangles * (activations.size() + 1)),
      slopes_(max_rectangles * activations.size()) {
    for (std::vector<double>* const column : {&re_min_, &re_max_, &im_, &lower_, &upper_}) {
        column->resize(max_rectangles);
    }
}

std::size_t RectangleBounds::add(double re_min, double re_max, double im) {
    re_min_[num_rectangles_] = re_min;
    re_max_[num_rectangles_] = re_max;
    im_[num_rectangles_] = im;
    return num_rectangles_++;
}

void RectangleBounds::compute(std::span<const double> weights) {
    for (std::size_t index = 0; index < num_rectangles_; ++index) {
        moduli_[index] = modulus_of(re_min_[index], re_max_[index], im_[index]);
    }
    for (std::size_t layer = 0; layer < weights.size(); ++layer) {
        multiply(weights[layer]);
        double* const moduli = moduli_.data() + (layer + 1) * capacity_;
        double* const slopes = slopes_.data() + layer * capacity_;
        switch (activations_[layer]) {
            case Activation::tanh: tanh_layer(moduli, slopes); break;
            case Activation::sigmoid: sigmoid_layer(moduli, slopes); break;
            case Activation::softplus: softplus_layer(moduli, slopes); break;
            case Activation::identity:
            case Activation::relu: identity_layer(moduli, slopes); break;
        }
    }
}

void RectangleBounds::multiply(double weight) {
    const double size = std::abs(weight) * kUp;
    if (size == 0.0) {  // whatever comes before, infinite or not
        for (std::vector<double>* const column : {&re_min_, &re_max_, &im_}) {
            std::ranges::fill(*column, 0.0);
        }
        return;
    }
    for (std::size_t index = 0; index < num_rectangles_; ++index) {
        const double one = weight * re_min_[index], other = weight * re_max_[index];
        re_min_[index] = std::min(one, other);
        re_max_[index] = std::max(one, other);
        im_[index] *= size;
    }
}

void RectangleBounds::tanh_layer(double* moduli, double* slopes) {
    const auto& kernels = kernels::kernels<double>();
    kernels.activate(Activation::tanh, re_min_.data(), re_min_.data(), num_rectangles_);
    kernels.activate(Activation::tanh, re_max_.data(), re_max_.data(), num_rectangles_);
    for (std::size_t index = 0; index < num_rectangles_; ++index) {
        const TanhBounds bounds = tanh_bounds(re_min_[index], re_max_[index], tangent(im_[index]));
        re_min_[index] = bounds.re_min;
        re_max_[index] = bounds.re_max;
        im_[index] = bounds.im;
        moduli[index] = bounds.modulus;
        slopes[index] = bounds.slope;
    }
}

void RectangleBounds::sigmoid_layer(double* moduli, double* slopes) {
    const auto& kernels = kernels::kernels<double>();
    for (std::size_t index = 0; index < num_rectangles_; ++index) {
        re_min_[index] *= 0.5;
        re_max_[index] *= 0.5;
    }
    kernels.activate(Activation::tanh, re_min_.data(), re_min_.data(), num_rectangles_);
    kernels.activate(Activation::tanh, re_max_.data(), re_max_.data(), num_rectangles_);
    for (std::size_t index = 0; index < num_rectangles_; ++index) {
        const TanhBounds bounds = tanh_bounds(re_min_[index], re_max_[index], tangent(0.5 * im_[index]));
        re_min_[index] = 0.5 + 0.5 * bounds.re_min - 0x1p-40;  // both ends are of the size of 1
        re_max_[index] = 0.5 + 0.5 * bounds.re_max + 0x1p-40;
        im_[index] = 0.5 * bounds.im;
        moduli[index] = modulus_of(re_min_[index], re_max_[index], im_[index]);
        slopes[index] = 0.25 * bounds.slope;
    }
}

/// Upwards from the real line softplus moves by the integral of i sigmoid.
void RectangleBounds::softplus_layer(double* moduli, double* slopes) {
    const auto& kernels = kernels::kernels<double>();
    for (std::size_t index = 0; index < num_rectangles_; ++index) {
        lower_[index] = 0.5 * re_min_[index];
        upper_[index] = 0.5 * re_max_[index];
    }
    kernels.activate(Activation::tanh, lower_.data(), lower_.data(), num_rectangles_);
    kernels.activate(Activation::tanh, upper_.data(), upper_.data(), num_rectangles_);
    kernels.activate(Activation::softplus, re_min_.data(), re_min_.data(), num_rectangles_);
    kernels.activate(Activation::softplus, re_max_.data(), re_max_.data(), num_rectangles_);
    for (std::size_t index = 0; index < num_rectangles_; ++index) {
        const double height = im_[index], t = tangent(0.5 * height);
        if (t == kInfinity) {  // the logarithm may be on another sheet
            re_min_[index] = -kInfinity;
            re_max_[index] = im_[index] = moduli[index] = slopes[index] = kInfinity;
            continue;
        }
        const TanhBounds bounds = tanh_bounds(lower_[index], upper_[index], t);
        slopes[index] =
            modulus_of(0.5 + 0.5 * bounds.re_min - 0x1p-40, 0.5 + 0.5 * bounds.re_max + 0x1p-40, 0.5 * bounds.im);
        im_[index] = kUp * height * std::min(1.0, slopes[index]);
        re_min_[index] = re_min_[index] * kDown - kUp * height * 0.5 * bounds.im;
        re_max_[index] *= kUp;
        moduli[index] = modulus_of(re_min_[index], re_max_[index], im_[index]);
    }
}

void RectangleBounds::identity_layer(double* moduli, double* slopes) {
    for (std::size_t index = 0; index < num_rectangles_; ++index) {
        moduli[index] = modulus_of(re_min_[index], re_max_[index], im_[index]);
        slopes[index] = 1.0;
    }
}

double strip_half_width(std::span<const Activation> activations, std::span<const double> weights) noexcept {
    double allowed = kInfinity;  // how large |Im f_i| may get
    for (std::size_t layer = weights.size(); layer-- > 0;) {
        double z = allowed;  // and |Im z_i|
        switch (activations[layer]) {
            case Activation::tanh: z = arc_tangent(allowed); break;
            case Activation::sigmoid: z = 2.0 * arc_tangent(2.0 * allowed); break;
            case Activation::softplus: z = std::min(allowed, 2.0 * kHalfPi); break;
            case Activation::identity:
            case Activation::relu: break;
        }
        allowed = weights[layer] == 0.0 ? kInfinity : z / std::abs(weights[layer]);
    }
    return allowed;
}

}  // namespace skein
