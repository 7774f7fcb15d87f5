// Points of a sweep that are trained as one ensemble: chains of one depth and batch size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "skein/sweep.hpp"

namespace skein::internal {

struct PointGroup {
    std::size_t num_layers;
    std::uint64_t batch_size;
    std::vector<std::size_t> points;  ///< their numbers, ascending
};

/// `coordinates` are [points x axes], a point after the other.
std::vector<PointGroup> group_points(const SweepSettings& settings, std::span<const double> coordinates,
                                     std::size_t num_points);

/// Trains the points of a group, and puts their outcomes and weights into the places of `outcome`.
template <class Scalar>
void train_group(const Sweep<Scalar>& sweep, const PointGroup& group, std::span<const double> coordinates,
                 EnsembleObserver* observer, SweepOutcome<Scalar>& outcome);

}  // namespace skein::internal
