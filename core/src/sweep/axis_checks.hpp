// What the axes of a sweep must be.
#pragma once

#include <cstdint>

#include "skein/sweep.hpp"

namespace skein::internal {

/// Whether an axis varies a parameter of this kind.
bool varies(const SweepSettings& settings, SweepParameter::Kind kind) noexcept;

/// Throws std::invalid_argument naming the axis: for no values, a value out of range or not finite in Scalar, an axis
/// that would vary compressed data.
template <class Scalar>
void check_values(const SweepAxis& axis, std::uint64_t num_samples, bool is_compressed);

/// Throws std::invalid_argument naming the axis: for axes that vary the same number, that have no effect with these
/// settings, or that name a layer which some chain does not have.
void check_axes(const SweepSettings& settings);

}  // namespace skein::internal
