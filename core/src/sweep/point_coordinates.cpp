#include "sweep/point_coordinates.hpp"

namespace skein::internal {
namespace {

/// The values of an axis at neighbouring points: each is held for `distance` points.
void fill_axis(const std::vector<double>& values, std::uint64_t distance, std::uint64_t first, std::span<double> to) {
    auto value = static_cast<std::size_t>(first / distance % values.size());
    std::uint64_t left = distance - first % distance;
    for (double& element : to) {
        element = values[value];
        if (--left == 0) {
            left = distance;
            value = value + 1 == values.size() ? 0 : value + 1;
        }
    }
}

}  // namespace

PointCoordinates::PointCoordinates(const std::vector<SweepAxis>& axes, std::uint64_t first, std::size_t num_points)
    : num_points_(num_points), values_(num_points * axes.size()) {
    std::uint64_t distance = 1;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
        fill_axis(axes[axis].values, distance, first, std::span(values_).subspan(axis * num_points, num_points));
        distance *= axes[axis].values.size();
    }
}

PointCoordinates::PointCoordinates(std::span<const double> points, std::size_t num_axes)
    : num_points_(num_axes == 0 ? 1 : points.size() / num_axes), values_(points.size()) {
    for (std::size_t point = 0; point < num_points_; ++point) {
        for (std::size_t axis = 0; axis < num_axes; ++axis) {
            values_[axis * num_points_ + point] = points[point * num_axes + axis];
        }
    }
}

}  // namespace skein::internal
