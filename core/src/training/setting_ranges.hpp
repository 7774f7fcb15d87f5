// What the settings that lanes may have of their own must be.
#pragma once

#include <cmath>

namespace skein::internal {

// Settings are rounded to the run's precision: in float 1e-46 is 0, 1e39 is infinite, and 1 - 1e-9 is 1.
template <class Scalar>
bool is_fraction(double value) noexcept {
    return value >= 0.0 && static_cast<Scalar>(value) < Scalar(1);
}
template <class Scalar>
bool is_positive_number(double value) noexcept {
    const Scalar rounded = static_cast<Scalar>(value);
    return std::isfinite(rounded) && rounded > 0;
}

template <class Scalar>
bool is_learning_rate(double value) noexcept {
    return is_positive_number<Scalar>(value);
}
template <class Scalar>
bool is_momentum(double value) noexcept {
    return is_fraction<Scalar>(value);
}
template <class Scalar>
bool is_weight_decay(double value) noexcept {
    return value == 0.0 || is_positive_number<Scalar>(value);
}
template <class Scalar>
bool is_schedule_scale(double value) noexcept {
    return is_positive_number<Scalar>(value);
}

}  // namespace skein::internal
