// What the settings that lanes may have of their own must be.
#pragma once

#include <cmath>

namespace skein::internal {

inline bool is_fraction(double value) noexcept { return value >= 0.0 && value < 1.0; }
inline bool is_positive_number(double value) noexcept { return std::isfinite(value) && value > 0.0; }

inline bool is_learning_rate(double value) noexcept { return is_positive_number(value); }
inline bool is_momentum(double value) noexcept { return is_fraction(value); }
inline bool is_weight_decay(double value) noexcept { return std::isfinite(value) && value >= 0.0; }
inline bool is_schedule_scale(double value) noexcept { return is_positive_number(value); }

}  // namespace skein::internal
