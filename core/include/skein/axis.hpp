// Axes of a sweep as text: "learning_rate[1]=log10:0.1:1000:512", "seed=values:1:2:3:mean".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skein/sweep.hpp"

namespace skein::app {

/// What every --help that takes an axis says about it.
extern const std::string_view kAxisHelp;

enum class AxisScale : std::uint8_t { linear, log10, values };
inline constexpr std::array<std::string_view, 3> kAxisScaleNames{"linear", "log10", "values"};

/// How the points along an axis become one for pictures; `none`: a picture for each.
enum class Reduction : std::uint8_t { none, mean, median };
inline constexpr std::array<std::string_view, 3> kReductionNames{"none", "mean", "median"};

struct Axis {
    SweepParameter parameter;
    AxisScale scale = AxisScale::linear;
    double from = 0.0;
    double to = 0.0;
    std::size_t num_points = 0;
    std::vector<double> values;  // of AxisScale::values
    Reduction reduction = Reduction::none;

    /// As the command line would have it.
    std::string text() const;
    SweepAxis for_sweep() const;
};

/// Throws std::invalid_argument for what it is not.
Axis parse_axis(std::string_view text);

/// "PARAMETER=FROM:TO" narrows that axis. Throws std::invalid_argument for an axis that is not there, or has values.
void narrow(std::vector<Axis>& axes, std::string_view window);

}  // namespace skein::app
