/// Data sets made by a function: sample i is a function of (seed, i) alone, so a billion samples need no memory.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "skein/activation.hpp"
#include "skein/dataset.hpp"

namespace skein {

/// y as a function of x, plus noise.
enum class Target : std::uint8_t {
    teacher,        ///< y = f_L(x) of a teacher chain
    sine,           ///< y = sin(2 pi frequency x)
    step,           ///< y = 1 where x > 0, else -1
    random_labels,  ///< y = 1 or -1 with equal odds, whatever x is
};
inline constexpr std::array<std::string_view, 4> kTargetNames{"teacher", "sine", "step", "random_labels"};

enum class InputDistribution : std::uint8_t {
    normal,    ///< mean 0, standard deviation input_scale
    uniform,   ///< on [-input_scale, input_scale]
    constant,  ///< input_scale
};
inline constexpr std::array<std::string_view, 3> kInputDistributionNames{"normal", "uniform", "constant"};

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

/// Throws std::invalid_argument for no samples, scales that are not positive, negative noise, numbers that are not
/// finite, and a teacher without weights. float data are made in float, not rounded from double.
template <class Scalar>
Dataset<Scalar> generate(const GeneratedData& settings);

}  // namespace skein
