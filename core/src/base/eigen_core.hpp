// Eigen as core's own: renamed, so that no Eigen symbol of ours can be merged with one of a consumer who compiles with
// other flags (core/docs/numerics.md, "Eigen and the library boundary"). Core includes Eigen through this header only.
#pragma once

#define EIGEN_MAX_ALIGN_BYTES 64  // a cache line, whatever flags core is compiled with
#define Eigen skein_eigen_core
#include <Eigen/Core>
#include <cstddef>

namespace skein::internal {

template <class Scalar>
using Column = Eigen::Array<Scalar, Eigen::Dynamic, 1>;
/// [lanes x layers], column-major: a layer is one contiguous run.
template <class Scalar>
using Columns = Eigen::Array<Scalar, Eigen::Dynamic, Eigen::Dynamic>;

constexpr Eigen::Index to_index(std::size_t count) noexcept { return static_cast<Eigen::Index>(count); }

}  // namespace skein::internal
