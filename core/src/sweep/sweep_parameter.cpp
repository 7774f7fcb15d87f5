#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <string>

#include "base/floating_point_environment.hpp"
#include "base/require.hpp"
#include "skein/elementary.hpp"
#include "skein/names.hpp"
#include "skein/sweep.hpp"

namespace skein {

using namespace internal;

namespace {

using Kind = SweepParameter::Kind;

bool has_layers(Kind kind) {
    return kind == Kind::learning_rate || kind == Kind::weight || kind == Kind::weight_offset ||
           kind == Kind::teacher_weight;
}

void check_bounds(double from, double to, std::size_t count) {
    require(count > 0, "the number of values", count, "at least 1");
    require(std::isfinite(from), "the first value", from, "a finite number");
    require(std::isfinite(to), "the last value", to, "a finite number");
    require(count > 1 || from == to, "the number of values", count, "at least 2 from two different bounds");
}

/// The number of at most ten digits that lies next to the value, if rounding explains the distance; else the value. So
/// 0.10000000000000005 on an axis from 0.01 to 1000 is 0.1. The logarithms have relative errors of 3 x 2^-53, which 10^x
/// multiplies by up to 308 x 2.3: 2.4e-13. By chance, one value in 200 is as close to such a number.
double without_rounding(double value) {
    constexpr double kMostRounding = 2.5e-13;
    std::array<char, 32> text;
    const auto [end, error] =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific, 9);
    double decimal = value;
    std::from_chars(text.data(), end, decimal);
    return std::abs(decimal - value) <= kMostRounding * value ? decimal : value;
}

}  // namespace

std::string SweepParameter::name() const {
    std::string text;
    for (const std::size_t layer : layers) {
        text += (text.empty() ? "[" : "+") + std::to_string(layer + 1);
    }
    return std::string(kSweepParameterNames[static_cast<std::size_t>(kind)]) + text + (text.empty() ? "" : "]");
}

SweepParameter parse_sweep_parameter(std::string_view name) {
    const std::size_t bracket = name.find('[');
    SweepParameter parameter;
    parameter.kind = static_cast<Kind>(parse_word("parameter", name.substr(0, bracket), kSweepParameterNames));
    if (bracket == std::string_view::npos) {
        return parameter;
    }
    if (!has_layers(parameter.kind)) {
        throw std::invalid_argument("the parameter '" + std::string(name) + "' has no layers: expected '" +
                                    std::string(name.substr(0, bracket)) + "'");
    }
    const char* const end = name.data() + name.size();
    const char* at = name.data() + bracket;
    do {
        std::size_t layer = 0;
        const auto [after, error] = std::from_chars(at + 1, end, layer);
        if (error != std::errc() || layer == 0 || after == end || (*after != '+' && *after != ']')) {
            break;
        }
        parameter.layers.push_back(layer - 1);
        at = after;
    } while (*at == '+');
    if (parameter.layers.empty() || *at != ']' || at + 1 != end) {
        throw std::invalid_argument("the parameter '" + std::string(name) +
                                    "' has no layer number: expected [1], [2], ..., as in w_1, w_2, or [1+3]");
    }
    return parameter;
}

std::vector<double> linear_values(double from, double to, std::size_t count) {
    check_bounds(from, to, count);
    const FloatingPointEnvironment environment;
    std::vector<double> values(count, to);
    for (std::size_t index = 0; index + 1 < count; ++index) {
        // Multiply first: whole numbers in whole steps stay whole. If that overflows, the bounds are too far apart for
        // this to matter.
        const double way = (to - from) * static_cast<double>(index);
        const double part = static_cast<double>(index) / static_cast<double>(count - 1);
        values[index] =
            std::isfinite(way) ? from + way / static_cast<double>(count - 1) : from * (1.0 - part) + to * part;
    }
    values[0] = from;
    return values;
}

std::vector<double> log10_values(double from, double to, std::size_t count) {
    check_bounds(from, to, count);
    require(from > 0, "the first value of a logarithmic axis", from, "a positive number");
    require(to > 0, "the last value of a logarithmic axis", to, "a positive number");
    constexpr double kLog10OfE = 0.43429448190325182765;
    std::vector<double> values =
        linear_values(elementary::log(from) * kLog10OfE, elementary::log(to) * kLog10OfE, count);
    std::ranges::transform(values, values.begin(),
                           [](double value) { return without_rounding(elementary::exp10(value)); });
    values.back() = to;
    values.front() = from;
    return values;
}

}  // namespace skein
