// Numbers as people read them.
#pragma once

#include <string>

#include "skein/numbers.hpp"
#include "skein/text.hpp"

namespace skein::app {

/// For people: `digits` significant ones, without trailing zeros: "1.5", "0.00012", "3.2e-09", "inf", "nan"; -0 is "0".
std::string rounded(double value, int digits = 6);

/// Significant digits with which rounded() tells two values apart: `digits`, or as many more as it takes, and two more
/// to tell how far apart they are, up to 17.
int digits_apart(double one, double other, int digits);

/// "30 us", "45 ms", "12.3 s", "1:23 min", "1:02:03 h".
std::string duration(double seconds);

}  // namespace skein::app
