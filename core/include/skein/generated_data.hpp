/// Data sets made by a formula: sample i is a function of (seed, i) alone, so a billion samples need no memory.
#pragma once

#include <cstdint>
#include <vector>

#include "skein/activation.hpp"
#include "skein/dataset.hpp"
#include "skein/sample_formula.hpp"

namespace skein {

struct GeneratedData {
    Target target = Target::teacher;
    std::uint64_t num_samples = 0;
    std::uint64_t seed = 0;
    InputDistribution input = InputDistribution::normal;
    double input_scale = 1.0;
    /// Standard deviation of the normal noise added to y.
    double noise = 0.0;
    /// Target::teacher only: weights and activation of its layers.
    std::vector<double> teacher_weights;
    Activation teacher_activation = Activation::tanh;
    /// Target::sine only: periods per unit of x.
    double frequency = 1.0;
};

/// The data set of these settings. For float the samples are computed in float, not rounded from double.
/// Throws std::invalid_argument for no samples, scales that are not positive, negative noise, numbers that are not
/// finite, a frequency beyond 65,536 periods in one input scale, and a teacher without weights.
template <class Scalar>
[[nodiscard]] Dataset<Scalar> generate(const GeneratedData& settings);

}  // namespace skein
