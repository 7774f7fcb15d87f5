/// The formulas of generated samples (skein/generated_data.hpp): y as a function of x, and how x is distributed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace skein {

/// y as a function of x, before noise:
///     teacher        f_L(x) of a teacher chain
///     sine           sin(2 pi frequency x)
///     step           1 if x > 0, else -1
///     random_labels  1 or -1 with equal odds, whatever x is
#define SKEIN_TARGETS(X) X(teacher) X(sine) X(step) X(random_labels)

/// The distribution of x:
///     normal    mean 0, standard deviation input_scale
///     uniform   on [-input_scale, input_scale]
///     constant  always input_scale
#define SKEIN_INPUT_DISTRIBUTIONS(X) X(normal) X(uniform) X(constant)

#define SKEIN_ENUMERATOR(name) name,
#define SKEIN_ONE(name) +1
#define SKEIN_NAME(name) #name,
enum class Target : std::uint8_t { SKEIN_TARGETS(SKEIN_ENUMERATOR) };
inline constexpr std::array<std::string_view, SKEIN_TARGETS(SKEIN_ONE)> kTargetNames{SKEIN_TARGETS(SKEIN_NAME)};

enum class InputDistribution : std::uint8_t { SKEIN_INPUT_DISTRIBUTIONS(SKEIN_ENUMERATOR) };
inline constexpr std::array<std::string_view, SKEIN_INPUT_DISTRIBUTIONS(SKEIN_ONE)> kInputDistributionNames{
    SKEIN_INPUT_DISTRIBUTIONS(SKEIN_NAME)};
#undef SKEIN_NAME
#undef SKEIN_ONE
#undef SKEIN_ENUMERATOR

}  // namespace skein
