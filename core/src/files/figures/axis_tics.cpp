#include "files/figures/axis_tics.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/text.hpp"

namespace skein::internal::files {
namespace {

/// An axis with even steps has from 2.5 times fewer to this many: at least three tics.
constexpr double kMaxSteps = 8.0;
/// If tics are more steps from zero, their common part moves to the unit.
constexpr double kMostStepsFromZero = 1e5;
/// Numbers between these are written without a power of ten.
constexpr int kLowestPlainDecade = -3;
constexpr int kHighestPlainDecade = 5;
constexpr int kHighestPlainUnitDecade = 14;
/// An axis of a smaller ratio bends by less than a quarter of a pixel in a thousand.
constexpr double kSmallestLogRatio = 1.001;
/// Smaller ratios (less than 1,000; less than 10) have names at 1, 2 and 5 times the powers of ten; at even steps.
constexpr double kSmallestDecadeRatio = 999.9;
constexpr double kSmallestOneTwoFiveRatio = 9.999;
constexpr int kMostDecadesNamed = 9;
constexpr std::string_view kMinus = "\u2212";

/// number x 10^decade, exactly.
struct Decimal {
    std::int64_t number = 0;
    int decade = 0;
};

double value_of(const Decimal& decimal) {
    const std::string text = to_text(decimal.number, 'e', decimal.decade);
    double value = 0.0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

double power_of_ten(int decade) { return value_of({1, decade}); }

/// Without a power of ten: "0.25", "-1200". Decimals of one decade have equally many digits after the point.
std::string plain_text(const Decimal& decimal) {
    if (decimal.number == 0) return "0";
    std::string digits = to_text(std::abs(decimal.number));
    if (decimal.decade >= 0) {
        digits.append(static_cast<std::size_t>(decimal.decade), '0');
    } else {
        const auto num_behind = static_cast<std::size_t>(-decimal.decade);
        if (digits.size() <= num_behind) digits.insert(0, num_behind + 1 - digits.size(), '0');
        digits.insert(digits.size() - num_behind, ".");
    }
    return to_text(decimal.number < 0 ? kMinus : "", digits);
}

/// A positive number without trailing zeros; above `highest_plain_decade` with a power of ten.
std::string short_text(Decimal decimal, int highest_plain_decade = kHighestPlainDecade) {
    while (decimal.number % 10 == 0) {
        decimal.number /= 10;
        ++decimal.decade;
    }
    const int top_decade = decimal.decade + static_cast<int>(to_text(decimal.number).size()) - 1;
    if (top_decade >= kLowestPlainDecade && top_decade <= highest_plain_decade) return plain_text(decimal);
    return to_text(plain_text({decimal.number, decimal.decade - top_decade}), 'e', top_decade);
}

/// The step of 1, 2 or 5 times a power of ten that gives at most kMaxSteps.
Decimal step_of(double width) {
    const double least = width / kMaxSteps;
    const int decade = decade_of(least);
    for (const int number : {1, 2, 5}) {
        if (value_of({number, decade}) >= least) return {number, decade};
    }
    return {1, decade + 1};
}

/// What all values of a range have in common: the largest multiple of the power of ten above its width that is at most
/// `from`.
Decimal common_part(double from, double width) {
    const int decade = decade_of(width) + 1;
    return {static_cast<std::int64_t>(std::floor(from / power_of_ten(decade))), decade};
}

std::string unit_of(const Decimal& common, int decade) {
    std::string unit;
    if (common.number != 0) {
        const std::string size = short_text({std::abs(common.number), common.decade}, kHighestPlainUnitDecade);
        unit = to_text(" ", common.number > 0 ? kMinus : "+", " ", size);
    }
    return decade == 0 ? unit : to_text(unit, ", in 1e", decade);
}

/// Even steps. On an axis that stays logarithmic, tics stand at their values.
AxisTics even_tics(double from, double to, bool is_log) {
    const double width = to - from;
    const double size = std::max(std::abs(from), std::abs(to));
    const Decimal step = step_of(width);
    const double step_value = value_of(step);
    const bool has_common = size / step_value >= kMostStepsFromZero;
    const Decimal common = has_common ? common_part(from, width) : Decimal{};
    const int top_decade = decade_of(has_common ? width : size);
    const bool is_plain = top_decade >= kLowestPlainDecade && top_decade <= kHighestPlainDecade;
    const int unit_decade = is_plain ? 0 : top_decade;
    const double start = from - value_of(common);

    AxisTics axis{{}, is_log, unit_of(common, unit_decade)};
    const auto first = static_cast<std::int64_t>(std::ceil(start / step_value - 1e-6));
    const auto last = static_cast<std::int64_t>(std::floor((start + width) / step_value + 1e-6));
    for (std::int64_t index = first; index <= last; ++index) {
        const Decimal offset{index * step.number, step.decade};
        const double at = is_log ? value_of(offset) : (value_of(offset) - start) / width;
        axis.tics.push_back({at, plain_text({offset.number, offset.decade - unit_decade})});
    }
    return axis;
}

/// Tics at 1, ..., 9 times the powers of ten within the range. Only those for which `is_named` holds have a name.
template <class IsNamed, class Name>
AxisTics decade_tics(double from, double to, int step, const IsNamed& is_named, const Name& name) {
    AxisTics axis{{}, true, ""};
    for (int decade = decade_of(from); decade <= decade_of(to) + 1; ++decade) {
        for (int digit = 1; digit <= (step == 1 ? 9 : 1); ++digit) {
            const double value = value_of({digit, decade});
            if (value < from * (1 - 1e-9) || value > to * (1 + 1e-9)) continue;
            axis.tics.push_back({std::clamp(value, from, to), is_named(digit, decade) ? name(digit, decade) : ""});
        }
    }
    return axis;
}

AxisTics log_tics(double from, double to) {
    if (to < kSmallestOneTwoFiveRatio * from) return even_tics(from, to, true);
    if (to < kSmallestDecadeRatio * from) {
        return decade_tics(
            from, to, 1, [](int digit, int) { return digit == 1 || digit == 2 || digit == 5; },
            [](int digit, int decade) {
                return short_text({digit, decade});
            });
    }
    const int num_decades = decade_of(to) - decade_of(from) + 1;
    const int step = (num_decades + kMostDecadesNamed - 1) / kMostDecadesNamed;
    return decade_tics(
        from, to, step, [=](int digit, int decade) { return digit == 1 && decade % step == 0; },
        [](int, int decade) { return to_text("10^{", decade < 0 ? kMinus : "", std::abs(decade), "}"); });
}

}  // namespace

int decade_of(double value) {
    char text[32];
    const char* const end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
    const char* const exponent = std::find(static_cast<const char*>(text), end, 'e') + 1;
    int decade = 0;
    std::from_chars(*exponent == '+' ? exponent + 1 : exponent, end, decade);
    return decade;
}

AxisTics axis_tics(double from, double to, bool is_log) {
    return is_log && to >= kSmallestLogRatio * from ? log_tics(from, to) : even_tics(from, to, false);
}

std::pair<double, double> round_log_range(double from, double to) {
    const bool has_digits = to < kSmallestDecadeRatio * from;
    double low = power_of_ten(decade_of(from));
    double high = power_of_ten(decade_of(to));
    for (const int digit : {2, 5}) {
        if (has_digits && value_of({digit, decade_of(from)}) <= from) low = value_of({digit, decade_of(from)});
        if (has_digits && high < to) high = value_of({digit, decade_of(to)});
    }
    return {low, high < to ? power_of_ten(decade_of(to) + 1) : high};
}

std::string axis_commands(std::string_view name, double from, double to, const AxisTics& axis) {
    // gnuplot rounds the ends of a logarithmic axis, and drops a tic that lies on them or outside.
    constexpr double kInside = 1e-12;
    std::string tics;
    for (const Tic& tic : axis.tics) {
        const double at = axis.is_log ? std::clamp(tic.at, from * (1 + kInside), to * (1 - kInside)) : tic.at;
        tics += to_text(tics.empty() ? "'" : ", '", tic.name, "' ", at, tic.name.empty() ? " 1" : " 0");
    }
    const std::string range = axis.is_log ? to_text(from, ":", to) : "0:1";
    return to_text(axis.is_log ? to_text("set logscale ", name, "\n") : "", "set ", name, "range [", range, "]\nset ",
                   name, "tics (", tics, ")\n");
}

}  // namespace skein::internal::files
