// How large a chain's values can be where x lies in a rectangle of the complex plane: layer by layer a rectangle that
// holds all z_i, one that holds all f_i, and the largest |f'(z_i)|.
//
// With T = tanh r and t = tan y,
//
//     tanh(r + i y) = (T (1 + t^2) + i t (1 - T^2)) / (1 + T^2 t^2)
//     |tanh|^2 = (T^2 + t^2) / (1 + T^2 t^2),    |tanh'| = (1 - T^2) (1 + t^2) / (1 + T^2 t^2)
//
// each of which is monotone in T or in t, or has one maximum (noted where it is used). Poles lie at r = 0, |y| = pi / 2
// and beyond: a rectangle that keeps away from r = 0 may be as high as it likes. sigmoid z = (1 + tanh(z / 2)) / 2;
// softplus' = sigmoid.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "skein/activation.hpp"

namespace skein {

class RectangleBounds {
public:
    /// For chains of these activations, none of them relu.
    RectangleBounds(std::span<const Activation> activations, std::size_t max_rectangles);

    void clear() noexcept { num_rectangles_ = 0; }
    /// x in [re_min, re_max] + i [-im, im]. Returns its index.
    std::size_t add(double re_min, double re_max, double im);
    void compute(std::span<const double> weights);

    /// |f_i|, i from 0 to the number of layers, and |f'(z)| of a layer; infinite where there may be a pole.
    double modulus(std::size_t i, std::size_t rectangle) const noexcept { return moduli_[i * capacity_ + rectangle]; }
    double slope(std::size_t layer, std::size_t rectangle) const noexcept {
        return slopes_[layer * capacity_ + rectangle];
    }

private:
    void multiply(double weight);
    void tanh_layer(double* moduli, double* slopes);
    void sigmoid_layer(double* moduli, double* slopes);
    void softplus_layer(double* moduli, double* slopes);
    void identity_layer(double* moduli, double* slopes);

    std::span<const Activation> activations_;
    std::size_t capacity_, num_rectangles_ = 0;
    std::vector<double> re_min_, re_max_, im_;  // [rectangles]: of f_i
    std::vector<double> lower_, upper_;         // [rectangles]: scratch
    std::vector<double> moduli_, slopes_;       // [rectangles x (layers + 1)], [rectangles x layers]
};

/// About the half-width of the strip |Im x| < s in which the chain is analytic: going inward from the last layer that
/// bends, |Im f_i| is at most |Im z_{i+1}| / |w_{i+1}|; |Im tanh z| <= tan|Im z| below pi / 2; sigmoid as above;
/// |Im softplus z| <= |Im z| below pi. Infinite if none bends.
double strip_half_width(std::span<const Activation> activations, std::span<const double> weights) noexcept;

}  // namespace skein
