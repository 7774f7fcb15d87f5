#include "skein/axis.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/text.hpp"
#include "skein/names.hpp"
#include "skein/numbers.hpp"

namespace skein {

using namespace internal;

namespace {

template <class... Parts>
[[noreturn]] void fail_axis(std::string_view text, const Parts&... message) {
    throw std::invalid_argument(to_text("axis '", text, "': ", message...));
}

double number_of(std::string_view axis, const std::string& text) {
    const std::optional<double> value = parse_number<double>(text);
    if (!value) {
        fail_axis(axis, number_fault<double>(text));
    }
    return *value;
}

/// Whether a text is meant as a number, even if it is none: 1e-400, -inf, 2x.
bool is_like_number(std::string_view part) {
    constexpr std::string_view kBegins = "0123456789+-.";
    return part.empty() || kBegins.find(part[0]) != std::string_view::npos || part == "inf" || part == "nan";
}

/// Removes the first part, which names the scale.
AxisScale take_scale(std::string_view text, std::vector<std::string>& parts) {
    const auto found = std::ranges::find(kAxisScaleNames, parts[0]);
    if (found == kAxisScaleNames.end()) {
        fail_axis(text, unknown_word("scale", parts[0], kAxisScaleNames));
    }
    parts.erase(parts.begin());
    return static_cast<AxisScale>(found - kAxisScaleNames.begin());
}

/// Removes the last part if it names a reduction.
Reduction take_reduction(std::string_view text, std::vector<std::string>& parts) {
    if (parts.empty() || is_like_number(parts.back())) {
        return Reduction::none;
    }
    const auto found = std::ranges::find(kReductionNames, parts.back());
    if (found == kReductionNames.end()) {
        fail_axis(text, unknown_word("reduction", parts.back(), kReductionNames));
    }
    parts.pop_back();
    return static_cast<Reduction>(found - kReductionNames.begin());
}

void read_bounds(std::string_view text, const std::vector<std::string>& parts, Axis& axis) {
    if (parts.size() != 3) {
        fail_axis(text, "expected PARAMETER=", kAxisScaleNames[static_cast<std::size_t>(axis.scale)],
                  ":FROM:TO:POINTS");
    }
    constexpr std::uint64_t kMaxPoints = std::uint64_t{1} << 32;
    axis.from = number_of(text, parts[0]);
    axis.to = number_of(text, parts[1]);
    const std::optional<std::uint64_t> count = parse_count(parts[2]);
    if (!count || *count < 1 || *count > kMaxPoints) {
        fail_axis(text, "points: ", count_fault(parts[2], 1, kMaxPoints));
    }
    axis.num_points = static_cast<std::size_t>(*count);
}

void check_bounds(std::string_view text, const Axis& axis) {
    if (axis.scale == AxisScale::values) {
        return;
    }
    if (axis.from > axis.to) {
        fail_axis(text, "reversed, from ", axis.from, " to ", axis.to, ": expected the smaller bound first");
    }
    if (axis.from == axis.to && axis.num_points > 1) {
        fail_axis(text, "empty, from ", axis.from, " to itself: expected two different bounds");
    }
    if (axis.num_points == 1 && axis.from != axis.to) {
        fail_axis(text, "1 point: expected at least 2 from two different bounds");
    }
    if (axis.scale == AxisScale::log10 && axis.from <= 0) {
        fail_axis(text, "logarithmic from ", axis.from, ": expected positive bounds");
    }
}

}  // namespace

const std::string_view kAxisHelp =
    R"(AXIS, in a file a table [[axis]] with these keys, is one of
  PARAMETER=linear:FROM:TO:POINTS[:REDUCTION]    parameter, scale = "linear", from, to, points, reduction
  PARAMETER=log10:FROM:TO:POINTS[:REDUCTION]     likewise, evenly spaced logarithms
  PARAMETER=values:V:V:...[:REDUCTION]           parameter, values = [V, V, ...], reduction
PARAMETER is one of
  learning_rate, learning_rate[I]   of all layers, or of layer I = 1, 2, ...
  weight, weight[I]                 to start from; weight_offset, weight_offset[I]: added to it
  weight_scale                      --init-scale
  momentum, weight_decay, schedule_scale, layers, batch, seed
  data_seed, data_noise, teacher_weight, teacher_weight[I]   of generated data
The first axis of a picture runs to the right, the second upwards. Of more axes there is a picture for each of their
points, or, with a REDUCTION (mean or median), one over all.
)";

std::string Axis::text() const {
    std::string text = to_text(parameter.name(), '=', kAxisScaleNames[static_cast<std::size_t>(scale)]);
    if (scale == AxisScale::values) {
        for (const double value : values) {
            text += to_text(':', value);
        }
    } else {
        text += to_text(':', from, ':', to, ':', num_points);
    }
    return reduction == Reduction::none ? text
                                        : to_text(text, ':', kReductionNames[static_cast<std::size_t>(reduction)]);
}

SweepAxis Axis::for_sweep() const {
    switch (scale) {
        case AxisScale::linear: return {parameter, linear_values(from, to, num_points)};
        case AxisScale::log10: return {parameter, log10_values(from, to, num_points)};
        case AxisScale::values: break;
    }
    return {parameter, values};
}

Axis parse_axis(std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) {
        fail_axis(text, "expected PARAMETER=SCALE:..., as in learning_rate=log10:0.01:10:100");
    }
    Axis axis;
    try {
        axis.parameter = parse_sweep_parameter(text.substr(0, equals));
    } catch (const std::invalid_argument& error) {
        fail_axis(text, error.what());
    }
    std::vector<std::string> parts = split(text.substr(equals + 1), ':');
    axis.scale = take_scale(text, parts);
    axis.reduction = take_reduction(text, parts);
    if (axis.scale != AxisScale::values) {
        read_bounds(text, parts, axis);
        check_bounds(text, axis);
        return axis;
    }
    for (const std::string& part : parts) {
        axis.values.push_back(number_of(text, part));
    }
    axis.num_points = axis.values.size();
    if (axis.values.empty()) {
        fail_axis(text, "empty: expected at least one value");
    }
    return axis;
}

void narrow(std::vector<Axis>& axes, std::string_view window) {
    const std::size_t equals = window.find('=');
    const std::vector<std::string> bounds =
        equals == std::string_view::npos ? std::vector<std::string>() : split(window.substr(equals + 1), ':');
    if (bounds.size() != 2) {
        throw std::invalid_argument(to_text("window '", window, "': expected PARAMETER=FROM:TO"));
    }
    const std::string_view name = window.substr(0, equals);
    std::vector<std::string> names;
    std::ranges::transform(axes, std::back_inserter(names), [](const Axis& axis) { return axis.parameter.name(); });
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) {
        throw std::invalid_argument(
            unknown_word("axis of a window", name, std::vector<std::string_view>(names.begin(), names.end())));
    }
    Axis& axis = axes[static_cast<std::size_t>(found - names.begin())];
    if (axis.scale == AxisScale::values) {
        throw std::invalid_argument(to_text("window '", window, "': this axis is a list of values"));
    }
    axis.from = number_of(window, bounds[0]);
    axis.to = number_of(window, bounds[1]);
    check_bounds(window, axis);
}

}  // namespace skein
