// The coordinates of points, axis by axis.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "skein/sweep.hpp"

namespace skein::internal {

class PointCoordinates {
public:
    /// Of the points [first, first + num_points) of the grid.
    PointCoordinates(const std::vector<SweepAxis>& axes, std::uint64_t first, std::size_t num_points);
    /// `points` are [points x axes], a point after the other. Without axes there is one point.
    PointCoordinates(std::span<const double> points, std::size_t num_axes);

    std::size_t num_points() const noexcept { return num_points_; }
    /// The value of an axis at each point, [points].
    std::span<const double> of_axis(std::size_t axis) const noexcept {
        return std::span<const double>(values_).subspan(axis * num_points_, num_points_);
    }

private:
    std::size_t num_points_;
    std::vector<double> values_;  // [points x axes], an axis after the other
};

}  // namespace skein::internal
