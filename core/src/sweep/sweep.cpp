#include "skein/sweep.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <utility>

#include "base/floating_point_environment.hpp"
#include "base/require.hpp"
#include "ensemble/outcome_columns.hpp"
#include "sweep/axis_checks.hpp"
#include "sweep/point_groups.hpp"

namespace skein {

using namespace internal;

namespace {

using Kind = SweepParameter::Kind;

/// Changes some layers, or all.
template <class Values, class Change>
void change_layers(Values& values, const SweepParameter& parameter, const Change& change) {
    for (std::size_t layer = 0; layer < values.size(); ++layer) {
        if (parameter.layers.empty() || std::ranges::find(parameter.layers, layer) != parameter.layers.end()) {
            change(values[layer]);
        }
    }
}

/// What axes change before there are layers.
template <class Scalar>
struct PointDraft {
    SweepPoint<Scalar> point;
    std::size_t num_layers;
    Initialization initialization;
};

template <class Scalar>
void change(PointDraft<Scalar>& draft, const SweepParameter& parameter, double value) {
    SweepPoint<Scalar>& point = draft.point;
    switch (parameter.kind) {
        case Kind::weight_scale: draft.initialization.scale = value; break;
        case Kind::momentum: point.training.optimizer.momentum = value; break;
        case Kind::weight_decay: point.training.optimizer.weight_decay = value; break;
        case Kind::schedule_scale: point.training.schedule.scale = value; break;
        case Kind::layers: draft.num_layers = static_cast<std::size_t>(value); break;
        case Kind::batch: point.training.batch_size = static_cast<std::uint64_t>(value); break;
        case Kind::seed: point.training.seed = static_cast<std::uint64_t>(value); break;
        case Kind::data_seed: point.generated->seed = static_cast<std::uint64_t>(value); break;
        case Kind::data_noise: point.generated->noise = value; break;
        case Kind::teacher_weight:
            change_layers(point.generated->teacher_weights, parameter, [&](double& weight) { weight = value; });
            break;
        case Kind::learning_rate:
        case Kind::weight:
        case Kind::weight_offset: break;
    }
}

/// The parameters of single layers, once there are layers.
template <class Scalar>
void change_layered(SweepPoint<Scalar>& point, const SweepParameter& parameter, double value) {
    if (parameter.kind == Kind::learning_rate) {
        std::vector<double>& rates = point.training.learning_rates;
        if (!parameter.layers.empty() && rates.size() == 1) {
            rates.assign(point.weights.size(), double(rates[0]));
        }
        change_layers(rates, parameter, [&](double& rate) { rate = value; });
    } else if (parameter.kind == Kind::weight) {
        change_layers(point.weights, parameter, [&](Scalar& weight) { weight = static_cast<Scalar>(value); });
    } else if (parameter.kind == Kind::weight_offset) {
        change_layers(point.weights, parameter,
                      [&](Scalar& weight) { weight = static_cast<Scalar>(static_cast<double>(weight) + value); });
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
    SweepPoint<Scalar> first = point(coordinates(0));
    for (const SweepAxis& axis : settings_.axes) {
        if (axis.parameter.kind == Kind::batch) {  // the fewest steps: a schedule's warm-up must fit into them
            first.training.batch_size = static_cast<std::uint64_t>(std::ranges::max(axis.values));
        }
    }
    validated(first.training, first.weights.size(), data_.num_samples());
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
    PointDraft<Scalar> draft{
        {{}, {}, settings_.training, settings_.generated}, settings_.num_layers, settings_.initialization};
    for (std::size_t axis = 0; axis < coordinates.size(); ++axis) {
        change(draft, settings_.axes[axis].parameter, coordinates[axis]);
    }
    SweepPoint<Scalar>& point = draft.point;
    point.activations = settings_.activations;
    if (point.activations.size() == 1) {
        point.activations.assign(draft.num_layers, settings_.activations[0]);
    }
    if (settings_.weights.empty()) {
        point.weights = initial_weights<Scalar>(draft.num_layers, draft.initialization, point.training.seed);
    } else {
        std::ranges::transform(settings_.weights, std::back_inserter(point.weights),
                               [](double weight) { return static_cast<Scalar>(weight); });
    }
    for (std::size_t axis = 0; axis < coordinates.size(); ++axis) {
        change_layered(point, settings_.axes[axis].parameter, coordinates[axis]);
    }
    return std::move(point);
}

template <class Scalar>
SweepOutcome<Scalar> Sweep<Scalar>::run(std::uint64_t first, std::size_t count, EnsembleObserver* observer) const {
    if (first > num_points_ || count > num_points_ - first) {
        throw std::invalid_argument("points " + std::to_string(first) + " to " + std::to_string(first + count) +
                                    " of a sweep of " + std::to_string(num_points_) + ": expected points that it has");
    }
    std::vector<double> all;
    all.reserve(count * num_axes());
    for (std::uint64_t index = first; index < first + count; ++index) {
        const std::vector<double> values = coordinates(index);
        all.insert(all.end(), values.begin(), values.end());
    }
    return run_at(all, count, observer);
}

template <class Scalar>
SweepOutcome<Scalar> Sweep<Scalar>::run(std::span<const double> coordinates, EnsembleObserver* observer) const {
    require(num_axes() != 0 && coordinates.size() % num_axes() == 0, "the number of coordinates", coordinates.size(),
            "as many per point as there are axes");
    return run_at(coordinates, coordinates.size() / num_axes(), observer);
}

template <class Scalar>
SweepOutcome<Scalar> Sweep<Scalar>::run_at(std::span<const double> coordinates, std::size_t num_points,
                                           EnsembleObserver* observer) const {
    const FloatingPointEnvironment environment;
    SweepOutcome<Scalar> outcome;
    begin_outcome(outcome.points, num_points, settings_, data_.compressed() != nullptr);
    outcome.weights.assign(num_points * max_layers_, std::numeric_limits<Scalar>::quiet_NaN());
    for (const PointGroup& group : group_points(settings_, coordinates, num_points)) {
        train_group(*this, group, coordinates, observer, outcome);
    }
    return outcome;
}

template class Sweep<float>;
template class Sweep<double>;

}  // namespace skein
