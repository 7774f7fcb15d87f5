/// Where an axis has tics, and what they are called.
#pragma once

#include <string>
#include <vector>

namespace skein::internal::files {

/// floor(log10(value)) of a positive value, from its decimals: libm's logarithm is kept out of core.
int decade_of(double value);

struct Tic {
    double at = 0.0;   // as AxisTics says
    std::string name;  // in gnuplot's enhanced mode; a minor tic has none
};

struct AxisTics {
    std::vector<Tic> tics;
    bool is_log = false;  // tics stand at values, on a logarithmic axis; else at fractions of the axis, 0 to 1
    std::string unit;     // what is to follow the axis' label: " − 0.123456, in 1e-09", mostly nothing
};

/// Tics of an axis with a finite `from` < `to`, both positive where it is logarithmic. All names differ, however small
/// the range is: what all values of a small one have in common moves to the unit. A logarithmic axis that would hardly
/// bend has tics of a linear one.
AxisTics axis_tics(double from, double to, bool is_log);

}  // namespace skein::internal::files
