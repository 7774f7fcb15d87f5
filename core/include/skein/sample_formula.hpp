/// Names of the formulas that skein/generated_data.hpp makes samples by.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace skein {

/// y as a function of x, plus noise.
enum class Target : std::uint8_t {
    teacher,        ///< y = f_L(x) of a teacher chain
    sine,           ///< y = sin(2 pi frequency x)
    step,           ///< y = 1 if x > 0, else -1
    random_labels,  ///< y = 1 or -1 with equal odds, independent of x
};
inline constexpr std::array<std::string_view, 4> kTargetNames{"teacher", "sine", "step", "random_labels"};

enum class InputDistribution : std::uint8_t {
    normal,    ///< mean 0, standard deviation input_scale
    uniform,   ///< on [-input_scale, input_scale]
    constant,  ///< input_scale
};
inline constexpr std::array<std::string_view, 3> kInputDistributionNames{"normal", "uniform", "constant"};

}  // namespace skein
