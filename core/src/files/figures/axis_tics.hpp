/// The tics of an axis: where they stand, and what they are called.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace skein::internal::files {

/// floor(log10(value)) of a positive value, from its decimals, since core does not use libm's logarithm.
int decade_of(double value);

struct Tic {
    double at = 0.0;   // see AxisTics
    std::string name;  // in gnuplot's enhanced mode; a minor tic has none
};

struct AxisTics {
    std::vector<Tic> tics;
    bool is_log = false;  // true: tics stand at values of a logarithmic axis; false: at fractions of the axis, 0 to 1
    std::string unit;     // to append to the label of the axis: " − 0.123456, in 1e-09"; usually empty
};

/// Tics of an axis with finite `from` < `to`, both positive if it is logarithmic. All names differ, however small the
/// range: what all its values have in common moves to the unit. A logarithmic axis over less than 0.1 % gets the tics
/// of a linear one.
AxisTics axis_tics(double from, double to, bool is_log);

/// The smallest range that holds the positive range and begins and ends at 1, 2 or 5 times a power of ten, or, from a
/// factor of 1,000 on, at a power of ten.
std::pair<double, double> round_log_range(double from, double to);

/// gnuplot's commands for such an axis: "set logscale y\nset yrange [...]\nset ytics (...)\n". `name` is x, y or y2.
std::string axis_commands(std::string_view name, double from, double to, const AxisTics& axis);

}  // namespace skein::internal::files
