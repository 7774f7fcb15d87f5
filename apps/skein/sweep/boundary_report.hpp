// What `skein boundary` reports.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "console/json.hpp"
#include "skein/boundary.hpp"
#include "skein/box_counting.hpp"
#include "sweep/sweep_job.hpp"

namespace skein::app {

/// The changes along an axis.
template <class Scalar>
Json changes_json(const SweepJob<Scalar>& job, const BoundarySettings& settings, const BoundaryOutcome& outcome);
template <class Scalar>
std::string changes_text(const SweepJob<Scalar>& job, const BoundarySettings& settings, const BoundaryOutcome& outcome);

/// The classes of a plane, counted in boxes.
struct PlaneReport {
    std::uint64_t num_points;
    std::vector<BoxCount> counts;
    Dimension dimension;
    std::optional<CompressionRecord> compression;  // of all chains, if the data are compressed
};

template <class Scalar>
Json plane_json(const SweepJob<Scalar>& job, const PlaneReport& report);
std::string plane_text(const PlaneReport& report);

}  // namespace skein::app
