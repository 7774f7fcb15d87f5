// The points of a group as the lanes of an ensemble.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "skein/sweep.hpp"
#include "sweep/point_coordinates.hpp"
#include "sweep/point_groups.hpp"

namespace skein::internal {

/// Lanes are the points of the group, in their order. Their settings and the weights that they start from are columns,
/// filled axis by axis: what a point is, is said here alone. The arguments outlive the lanes.
template <class Scalar>
class GroupLanes {
public:
    GroupLanes(const SweepSettings& sweep, const PointGroup& group, const PointCoordinates& coordinates);

    Ensemble<Scalar> ensemble() const;
    /// Trains them on `data`, or on data of their own if axes vary those.
    EnsembleOutcome train(Ensemble<Scalar>& ensemble, const TrainingData<Scalar>& data,
                          EnsembleObserver* observer) const;
    /// One of them as a chain alone.
    SweepPoint<Scalar> point(std::size_t lane) const;

private:
    std::size_t num_lanes() const noexcept { return group_.points.size(); }
    double coordinate(std::size_t axis, std::size_t lane) const noexcept {
        return coordinates_.of_axis(axis)[group_.points[lane]];
    }
    void fill(std::size_t begin, std::size_t end);
    void fill_axis(std::size_t axis, std::size_t begin, std::size_t end);
    void start(std::size_t begin, std::size_t end);
    bool has_own_data() const noexcept;
    std::optional<GeneratedData> generated(std::size_t lane) const;
    std::vector<Dataset<Scalar>> own_data() const;

    const SweepSettings& sweep_;
    const PointGroup& group_;
    const PointCoordinates& coordinates_;
    EnsembleSettings settings_;
    std::vector<Activation> activations_;  // [layers]
    std::vector<double> weight_scales_;    // [lanes], or none
    std::vector<Scalar> weights_;          // [lanes x layers]
    std::vector<Scalar> common_weights_;   // [layers]: those of all lanes at first; or none, if lanes draw their own
};

}  // namespace skein::internal
