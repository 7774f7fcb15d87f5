#include "skein/sweep.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "base/floating_point_environment.hpp"
#include "base/require.hpp"
#include "ensemble/outcome_columns.hpp"
#include "sweep/axis_checks.hpp"
#include "sweep/group_lanes.hpp"
#include "sweep/point_coordinates.hpp"
#include "sweep/point_groups.hpp"

namespace skein {

using namespace internal;

namespace {

using Kind = SweepParameter::Kind;

/// Puts the weights of a group's lanes into the places of its points. `weights` are [points x max_layers], a point
/// after the other.
template <class Scalar>
void put_weights(const Ensemble<Scalar>& ensemble, const PointGroup& group, std::size_t max_layers,
                 std::vector<Scalar>& weights) {
    for (std::size_t layer = 0; layer < ensemble.num_layers(); ++layer) {
        const std::span<const Scalar> column = ensemble.layer(layer);
        for (std::size_t lane = 0; lane < column.size(); ++lane) {
            weights[group.points[lane] * max_layers + layer] = column[lane];
        }
    }
}

}  // namespace

template <class Scalar>
Sweep<Scalar>::Sweep(SweepSettings settings, TrainingData<Scalar> data)
    : settings_(std::move(settings)), data_(std::move(data)) {
    if (!settings_.weights.empty()) {
        settings_.num_layers = settings_.weights.size();
    }
    max_layers_ = settings_.num_layers;
    for (const SweepAxis& axis : settings_.axes) {
        check_values<Scalar>(axis, data_.num_samples(), data_.compressed() != nullptr);
        if (num_points_ > std::numeric_limits<std::uint64_t>::max() / 16 / axis.values.size()) {
            throw std::invalid_argument("the sweep has too many points: expected less than 2^60");
        }
        num_points_ *= axis.values.size();
        if (axis.parameter.kind == Kind::layers) {
            max_layers_ = static_cast<std::size_t>(std::ranges::max(axis.values));
        }
    }
    check_axes(settings_);
    TrainingSettings common = settings_.training;
    for (const SweepAxis& axis : settings_.axes) {
        if (axis.parameter.kind == Kind::batch) {  // the fewest steps: a schedule's warm-up must fit into them
            common.batch_size = static_cast<std::uint64_t>(std::ranges::max(axis.values));
        }
    }
    validated<Scalar>(common, std::max<std::size_t>(1, settings_.num_layers), data_.num_samples());
    const SweepPoint<Scalar> first = point(coordinates(0));
    Chain<Scalar>(first.weights, first.activations);
}

template <class Scalar>
double Sweep<Scalar>::work_per_point() const noexcept {
    const TrainingSettings& training = settings_.training;
    const CompressedData<Scalar>* const compressed = data_.compressed();
    const double num_samples =
        compressed != nullptr ? static_cast<double>(compressed->sums().num_panels() * compressed->sums().num_nodes())
                              : static_cast<double>(data_.num_samples());
    double batch_size = training.batch_size == 0 ? num_samples : static_cast<double>(training.batch_size);
    for (const SweepAxis& axis : settings_.axes) {
        if (axis.parameter.kind == Kind::batch) {
            batch_size = std::ranges::max(axis.values);
        }
    }
    double samples = std::numeric_limits<double>::infinity();
    if (training.stop.max_steps) {
        samples = static_cast<double>(*training.stop.max_steps) * batch_size;
    }
    if (training.stop.max_epochs) {
        samples = std::min(samples, static_cast<double>(*training.stop.max_epochs) * num_samples);
    }
    return (samples + num_samples) * static_cast<double>(max_layers_);
}

template <class Scalar>
std::vector<double> Sweep<Scalar>::coordinates(std::uint64_t index) const {
    std::vector<double> values;
    values.reserve(settings_.axes.size());
    for (const SweepAxis& axis : settings_.axes) {
        values.push_back(axis.values[static_cast<std::size_t>(index % axis.values.size())]);
        index /= axis.values.size();
    }
    return values;
}

template <class Scalar>
SweepPoint<Scalar> Sweep<Scalar>::point(std::span<const double> coordinates) const {
    require(coordinates.size() == num_axes(), "the number of coordinates", coordinates.size(), "one per axis");
    const PointCoordinates one(coordinates, num_axes());
    const std::vector<PointGroup> groups = group_points(settings_, one);
    return GroupLanes<Scalar>(settings_, groups.at(0), one).point(0);
}

template <class Scalar>
SweepOutcome<Scalar> Sweep<Scalar>::run(std::uint64_t first, std::size_t count, EnsembleObserver* observer) const {
    if (first > num_points_ || count > num_points_ - first) {
        throw std::invalid_argument("points " + std::to_string(first) + " to " + std::to_string(first + count) +
                                    " of a sweep of " + std::to_string(num_points_) + ": expected points that it has");
    }
    return run_at(PointCoordinates(settings_.axes, first, count), observer);
}

template <class Scalar>
SweepOutcome<Scalar> Sweep<Scalar>::run(std::span<const double> coordinates, EnsembleObserver* observer) const {
    require(num_axes() != 0 && coordinates.size() % num_axes() == 0, "the number of coordinates", coordinates.size(),
            "as many per point as there are axes");
    return run_at(PointCoordinates(coordinates, num_axes()), observer);
}

template <class Scalar>
SweepOutcome<Scalar> Sweep<Scalar>::run_at(const PointCoordinates& coordinates, EnsembleObserver* observer) const {
    const FloatingPointEnvironment environment;
    const std::size_t num_points = coordinates.num_points();
    const std::vector<PointGroup> groups = group_points(settings_, coordinates);
    SweepOutcome<Scalar> outcome;
    outcome.weights.assign(num_points * max_layers_, std::numeric_limits<Scalar>::quiet_NaN());
    if (groups.size() != 1) {
        begin_outcome(outcome.points, num_points, settings_, data_.compressed() != nullptr);
    }
    for (const PointGroup& group : groups) {
        const GroupLanes<Scalar> lanes(settings_, group, coordinates);
        Ensemble<Scalar> ensemble = lanes.ensemble();
        EnsembleOutcome trained = lanes.train(ensemble, data_, observer);
        put_weights(std::as_const(ensemble), group, max_layers_, outcome.weights);
        if (groups.size() == 1) {  // all points, in their order
            outcome.points = std::move(trained);
        } else {
            scatter(trained, group.points, outcome.points);
        }
    }
    return outcome;
}

template class Sweep<float>;
template class Sweep<double>;

}  // namespace skein
