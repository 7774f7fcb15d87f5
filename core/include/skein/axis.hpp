/// Axes of a sweep as text: "learning_rate[1]=log10:0.1:1000:512", "seed=values:1:2:3:mean".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "skein/sweep.hpp"

namespace skein {

/// The help for options that take an axis.
extern const std::string_view kAxisHelp;

enum class AxisScale : std::uint8_t { linear, log10, values };
inline constexpr std::array<std::string_view, 3> kAxisScaleNames{"linear", "log10", "values"};

/// How pictures combine the points along an axis; `none`: a picture for each point.
enum class Reduction : std::uint8_t { none, mean, median };
inline constexpr std::array<std::string_view, 3> kReductionNames{"none", "mean", "median"};

struct Axis {
    SweepParameter parameter;
    AxisScale scale = AxisScale::linear;
    double from = 0.0;
    double to = 0.0;
    std::size_t num_points = 0;
    std::vector<double> values;  ///< of AxisScale::values
    Reduction reduction = Reduction::none;

    /// The text that parse_axis() reads as this axis, to the bit.
    [[nodiscard]] std::string text() const;
    /// Throws std::invalid_argument as linear_values() and log10_values() do.
    [[nodiscard]] SweepAxis for_sweep() const;
};

/// "PARAMETER=SCALE:FROM:TO:POINTS[:REDUCTION]" or "PARAMETER=values:V:V:...[:REDUCTION]". Throws
/// std::invalid_argument, with the nearest right word, for anything else.
[[nodiscard]] Axis parse_axis(std::string_view text);

/// "PARAMETER=FROM:TO" gives that axis other bounds. Throws std::invalid_argument for an axis that is not among `axes`,
/// or is a list of values.
void narrow(std::vector<Axis>& axes, std::string_view window);

}  // namespace skein
