/// Back-propagation on one sample, with every intermediate value: a plain transcription of the formulas.
///
///     delta_L = 2 (f_L - y) f'(z_L)        delta_i = f'(z_i) w_{i+1} delta_{i+1}         dloss/dw_i = f_{i-1} delta_i
///
/// The kernels give the same bits, thousands of samples at a time (skein/gradient.hpp); this one is for reading,
/// teaching and testing.
#pragma once

#include <vector>

#include "skein/chain.hpp"

namespace skein {

/// All vectors are [layers]; entry i - 1 belongs to layer i.
template <class Scalar>
struct BackPropagation {
    std::vector<Scalar> pre_activations;   // z_i
    std::vector<Scalar> activations;       // f_i
    std::vector<Scalar> slopes;            // f'(z_i), from f_i
    std::vector<Scalar> deltas;            // dloss/dz_i
    std::vector<Scalar> weight_gradients;  // dloss/dw_i
    Scalar loss = 0;                       // (y - f_L)^2
};

template <class Scalar>
[[nodiscard]] BackPropagation<Scalar> back_propagate(const Chain<Scalar>& chain, Scalar x, Scalar y);

/// The factors of the unrolled product dloss/dw_1 = x f'(z_1)...f'(z_L) w_2...w_L 2 (f_L - y), in that order.
template <class Scalar>
[[nodiscard]] std::vector<Scalar> unrolled_factors(const Chain<Scalar>& chain, Scalar x, Scalar y);

}  // namespace skein
