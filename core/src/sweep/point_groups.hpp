// Points of a sweep that are trained as one ensemble: chains of one depth and batch size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "skein/sweep.hpp"
#include "sweep/point_coordinates.hpp"

namespace skein::internal {

struct PointGroup {
    std::size_t num_layers;
    std::uint64_t batch_size;
    std::vector<std::size_t> points;  ///< their numbers, ascending
};

std::vector<PointGroup> group_points(const SweepSettings& settings, const PointCoordinates& coordinates);

}  // namespace skein::internal
