#include "skein/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>
#include <utility>

#include "base/floating_point_environment.hpp"
#include "base/parallel.hpp"
#include "base/require.hpp"
#include "base/round_up.hpp"
#include "skein/names.hpp"

namespace skein {

using namespace internal;

namespace {

using Kind = SweepParameter::Kind;

/// Beyond this not every whole number is a double.
constexpr double kMaxWhole = 0x1p53;
constexpr double kMaxLayers = 1e6;

bool is_of_data(Kind kind) {
    return kind == Kind::data_seed || kind == Kind::data_noise || kind == Kind::teacher_weight;
}

struct Range {
    bool holds;
    const char* expected;
};

/// What each parameter's values must be.
Range range_of(Kind kind, double value, std::uint64_t num_samples) {
    const bool is_whole = value == std::floor(value) && value >= 0 && value <= kMaxWhole;
    switch (kind) {
        case Kind::learning_rate:
        case Kind::schedule_scale: return {value > 0, "a positive number"};
        case Kind::momentum: return {value >= 0 && value < 1, "at least 0 and less than 1"};
        case Kind::weight_decay:
        case Kind::data_noise: return {value >= 0, "0 or more"};
        case Kind::layers: return {is_whole && value >= 1 && value <= kMaxLayers, "a whole number from 1 to 1000000"};
        case Kind::batch:
            return {is_whole && value >= 1 && value <= static_cast<double>(num_samples),
                    "a whole number from 1 to the number of samples"};
        case Kind::seed:
        case Kind::data_seed: return {is_whole, "a whole number from 0 to 2^53"};
        case Kind::weight:
        case Kind::weight_offset:
        case Kind::weight_scale:
        case Kind::teacher_weight: break;
    }
    return {true, ""};
}

/// Whether both vary the same number.
bool overlap(const SweepParameter& one, const SweepParameter& other) {
    const auto is_of_other = [&](std::size_t layer) {
        return std::ranges::find(other.layers, layer) != other.layers.end();
    };
    return one.kind == other.kind &&
           (one.layers.empty() || other.layers.empty() || std::ranges::any_of(one.layers, is_of_other));
}

/// Changes some layers, or all.
template <class Values, class Change>
void change_layers(Values& values, const SweepParameter& parameter, const Change& change) {
    for (std::size_t layer = 0; layer < values.size(); ++layer) {
        if (parameter.layers.empty() || std::ranges::find(parameter.layers, layer) != parameter.layers.end()) {
            change(values[layer]);
        }
    }
}

template <class Value>
void scatter(const std::vector<Value>& from, std::span<const std::size_t> to, std::vector<Value>& column) {
    for (std::size_t lane = 0; lane < to.size(); ++lane) {
        column[to[lane]] = from[lane];
    }
}

void scatter_outcome(const EnsembleOutcome& from, std::span<const std::size_t> to, EnsembleOutcome& outcome) {
    const std::size_t num_points = outcome.status.size();
    scatter(from.status, to, outcome.status);
    scatter(from.cause, to, outcome.cause);
    scatter(from.steps, to, outcome.steps);
    scatter(from.loss, to, outcome.loss);
    scatter(from.first_loss, to, outcome.first_loss);
    scatter(from.smallest_loss, to, outcome.smallest_loss);
    scatter(from.normalised_loss_sum, to, outcome.normalised_loss_sum);
    scatter(from.inverse_loss_sum, to, outcome.inverse_loss_sum);
    scatter(from.loss_decreased, to, outcome.loss_decreased);
    scatter(from.marked_step, to, outcome.marked_step);
    for (std::size_t at = 0; at < from.recorded_losses.size(); ++at) {
        const std::size_t record = at / to.size();
        outcome.recorded_losses[record * num_points + to[at % to.size()]] = from.recorded_losses[at];
    }
    if (!from.compression.empty()) {
        scatter(from.compression, to, outcome.compression);
    }
    outcome.seconds += from.seconds;
    outcome.sample_layers += from.sample_layers;
}

EnsembleOutcome room_for(std::size_t num_points, std::size_t num_records, bool is_compressed) {
    EnsembleOutcome outcome;
    outcome.status.resize(num_points);
    outcome.cause.resize(num_points);
    outcome.steps.resize(num_points);
    for (std::vector<double>* const column : {&outcome.loss, &outcome.first_loss, &outcome.smallest_loss,
                                              &outcome.normalised_loss_sum, &outcome.inverse_loss_sum}) {
        column->resize(num_points);
    }
    outcome.loss_decreased.resize(num_points);
    outcome.marked_step.resize(num_points);
    outcome.recorded_losses.resize(num_points * num_records);
    outcome.compression.resize(is_compressed ? num_points : 0);
    return outcome;
}

}  // namespace

/// Chains of one depth and batch size, which are trained as one ensemble.
template <class Scalar>
struct Sweep<Scalar>::Group {
    std::size_t num_layers;
    std::uint64_t batch_size;
    std::vector<std::size_t> points;
};

template <class Scalar>
Sweep<Scalar>::Sweep(SweepSettings settings, TrainingData<Scalar> data)
    : settings_(std::move(settings)), data_(std::move(data)) {
    if (!settings_.weights.empty()) {
        settings_.num_layers = settings_.weights.size();
    }
    max_layers_ = settings_.num_layers;
    for (const SweepAxis& axis : settings_.axes) {
        check_axis(axis);
        if (num_points_ > std::numeric_limits<std::uint64_t>::max() / 16 / axis.values.size()) {
            throw std::invalid_argument("the sweep has too many points: expected less than 2^60");
        }
        num_points_ *= axis.values.size();
        if (axis.parameter.kind == Kind::layers) {
            max_layers_ = static_cast<std::size_t>(std::ranges::max(axis.values));
        }
    }
    check_axes();
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
void Sweep<Scalar>::check_axis(const SweepAxis& axis) const {
    const std::string what = "axis " + axis.parameter.name() + ": ";
    require(!axis.values.empty(), what + "the number of values", 0, "at least 1");
    for (const double value : axis.values) {
        require(std::isfinite(value) && std::isfinite(static_cast<Scalar>(value)), what + "a value", value,
                "a finite number");
        if (data_.compressed() != nullptr && (is_of_data(axis.parameter.kind) || axis.parameter.kind == Kind::batch)) {
            throw std::invalid_argument(what +
                                        "the data are compressed: expected an axis that leaves them as they are");
        }
        const Range range = range_of(axis.parameter.kind, value, data_.num_samples());
        require(range.holds, what + "a value", value, range.expected);
    }
}

template <class Scalar>
bool Sweep<Scalar>::varies(Kind kind) const noexcept {
    return std::ranges::any_of(settings_.axes, [&](const SweepAxis& axis) { return axis.parameter.kind == kind; });
}

/// Whether a chain depends on its seed: by the weights that it starts from, or by the order of its samples.
template <class Scalar>
bool Sweep<Scalar>::seed_matters() const noexcept {
    const bool sets_all_weights = std::ranges::any_of(settings_.axes, [](const SweepAxis& axis) {
        return axis.parameter.kind == Kind::weight && axis.parameter.layers.empty();
    });
    const bool draws_weights =
        settings_.weights.empty() && !sets_all_weights && settings_.initialization.kind != Initialization::Kind::equal;
    const bool has_batches = settings_.training.batch_size != 0 || varies(Kind::batch);
    return draws_weights || (has_batches && settings_.training.sampling != Sampling::sequential);
}

/// What axes must be beside each other and beside the settings.
template <class Scalar>
void Sweep<Scalar>::check_axes() const {
    std::size_t min_layers = settings_.num_layers;
    for (const SweepAxis& axis : settings_.axes) {
        if (axis.parameter.kind == Kind::layers) {
            min_layers = static_cast<std::size_t>(std::ranges::min(axis.values));
        }
    }
    const auto fail = [](const SweepAxis& axis, const std::string& message) {
        throw std::invalid_argument("axis " + axis.parameter.name() + ": " + message);
    };
    for (const SweepAxis& axis : settings_.axes) {
        const SweepParameter& parameter = axis.parameter;
        if (std::ranges::count(settings_.axes, parameter, &SweepAxis::parameter) > 1) {
            fail(axis, "is given twice");
        }
        for (const SweepAxis& other : settings_.axes) {
            if (&other != &axis && overlap(parameter, other.parameter)) {
                fail(axis, "axis " + other.parameter.name() +
                               " varies the same layer: expected every layer on one of them alone");
            }
        }
        const bool of_teacher = parameter.kind == Kind::teacher_weight;
        const std::size_t num_layers =
            of_teacher && settings_.generated ? settings_.generated->teacher_weights.size() : min_layers;
        if (std::ranges::any_of(parameter.layers, [&](std::size_t layer) { return layer >= num_layers; })) {
            fail(axis, std::string(of_teacher ? "the teacher" : "a chain") + " has " + std::to_string(num_layers) +
                           (num_layers == 1 ? " layer" : " layers"));
        }
        if (is_of_data(parameter.kind) && !settings_.generated) {
            fail(axis, "the data are not generated: expected generated data to vary");
        }
        if (of_teacher && settings_.generated->target != Target::teacher) {
            fail(axis, "the data have no teacher");
        }
        if ((parameter.kind == Kind::weight_scale || parameter.kind == Kind::layers) && !settings_.weights.empty()) {
            fail(axis, "has no place beside weights to start from");
        }
        if (parameter.kind == Kind::momentum && !optimizer_traits(settings_.training.optimizer.kind).uses_momentum) {
            fail(axis, "has no effect on this optimizer: expected " + joined_words(optimizers_using("momentum")));
        }
        if (parameter.kind == Kind::seed && !seed_matters()) {
            fail(axis,
                 "has no effect on these initial weights and batches: expected weights of init normal or "
                 "uniform, or shuffled mini-batches");
        }
    }
    const bool has_rate_per_layer = settings_.training.learning_rates.size() > 1;
    const bool has_activation_per_layer = settings_.activations.size() > 1;
    if (varies(Kind::layers) && (has_rate_per_layer || has_activation_per_layer)) {
        throw std::invalid_argument(std::string("axis layers: expected one ") +
                                    (has_rate_per_layer ? "learning rate" : "activation") + " for all layers");
    }
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
    SweepPoint<Scalar> point{{}, {}, settings_.training, settings_.generated};
    std::size_t num_layers = settings_.num_layers;
    Initialization initialization = settings_.initialization;
    for (std::size_t axis = 0; axis < coordinates.size(); ++axis) {
        const double value = coordinates[axis];
        const SweepParameter& parameter = settings_.axes[axis].parameter;
        switch (parameter.kind) {
            case Kind::weight_scale: initialization.scale = value; break;
            case Kind::momentum: point.training.optimizer.momentum = value; break;
            case Kind::weight_decay: point.training.optimizer.weight_decay = value; break;
            case Kind::schedule_scale: point.training.schedule.scale = value; break;
            case Kind::layers: num_layers = static_cast<std::size_t>(value); break;
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
    point.activations = settings_.activations;
    if (point.activations.size() == 1) {
        point.activations.assign(num_layers, settings_.activations[0]);
    }
    if (settings_.weights.empty()) {
        point.weights = initial_weights<Scalar>(num_layers, initialization, point.training.seed);
    } else {
        std::ranges::transform(settings_.weights, std::back_inserter(point.weights),
                               [](double weight) { return static_cast<Scalar>(weight); });
    }
    change_layered(coordinates, point);
    return point;
}

/// The parameters that a layer can have for itself, once there are layers.
template <class Scalar>
void Sweep<Scalar>::change_layered(std::span<const double> coordinates, SweepPoint<Scalar>& point) const {
    for (std::size_t axis = 0; axis < coordinates.size(); ++axis) {
        const double value = coordinates[axis];
        const SweepParameter& parameter = settings_.axes[axis].parameter;
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
    std::map<std::pair<std::size_t, std::uint64_t>, Group> groups;
    for (std::size_t index = 0; index < num_points; ++index) {
        std::size_t num_layers = settings_.num_layers;
        std::uint64_t batch_size = settings_.training.batch_size;
        for (std::size_t axis = 0; axis < num_axes(); ++axis) {
            const double value = coordinates[index * num_axes() + axis];
            if (settings_.axes[axis].parameter.kind == Kind::layers) num_layers = static_cast<std::size_t>(value);
            if (settings_.axes[axis].parameter.kind == Kind::batch) batch_size = static_cast<std::uint64_t>(value);
        }
        groups.try_emplace({num_layers, batch_size}, Group{num_layers, batch_size, {}})
            .first->second.points.push_back(index);
    }
    const bool is_compressed = data_.compressed() != nullptr;
    SweepOutcome<Scalar> outcome{room_for(num_points, settings_.recorded_steps.size(), is_compressed), {}};
    outcome.weights.assign(num_points * max_layers_, std::numeric_limits<Scalar>::quiet_NaN());
    for (const auto& [key, group] : groups) {
        train_group(group, coordinates, observer, outcome);
    }
    return outcome;
}

template <class Scalar>
void Sweep<Scalar>::train_group(const Group& group, std::span<const double> coordinates, EnsembleObserver* observer,
                                SweepOutcome<Scalar>& outcome) const {
    const std::size_t num_lanes = group.points.size();
    const bool has_own_data = varies(Kind::data_seed) || varies(Kind::data_noise) || varies(Kind::teacher_weight);
    const bool rate_per_layer =
        settings_.training.learning_rates.size() > 1 || std::ranges::any_of(settings_.axes, [](const SweepAxis& axis) {
            return axis.parameter.kind == Kind::learning_rate && !axis.parameter.layers.empty();
        });
    EnsembleSettings lanes;
    lanes.common = settings_.training;
    lanes.common.batch_size = group.batch_size;
    lanes.marked_loss = settings_.marked_loss;
    lanes.recorded_steps = settings_.recorded_steps;
    const auto resize = [&](auto& column, Kind kind, std::size_t per_lane) {
        column.resize(varies(kind) ? num_lanes * per_lane : 0);
    };
    const std::size_t num_rates = rate_per_layer ? group.num_layers : 1;
    resize(lanes.learning_rates, Kind::learning_rate, num_rates);
    resize(lanes.momentum, Kind::momentum, 1);
    resize(lanes.weight_decay, Kind::weight_decay, 1);
    resize(lanes.schedule_scale, Kind::schedule_scale, 1);
    resize(lanes.seeds, Kind::seed, 1);
    std::vector<Scalar> weights(num_lanes * group.num_layers);
    std::vector<std::optional<Dataset<Scalar>>> own_data(has_own_data ? num_lanes : 0);

    const auto put = [](auto& column, std::size_t at, auto value) {
        if (!column.empty()) {
            column[at] = value;
        }
    };
    const auto fill_lane = [&](std::size_t lane) {
        const SweepPoint<Scalar> chain = point(coordinates.subspan(group.points[lane] * num_axes(), num_axes()));
        for (std::size_t layer = 0; layer < group.num_layers; ++layer) {
            weights[layer * num_lanes + lane] = chain.weights[layer];
        }
        for (std::size_t rate = 0; rate < num_rates; ++rate) {
            put(lanes.learning_rates, rate * num_lanes + lane, chain.training.learning_rates[rate]);
        }
        put(lanes.momentum, lane, chain.training.optimizer.momentum_or_default());
        put(lanes.weight_decay, lane, chain.training.optimizer.weight_decay);
        put(lanes.schedule_scale, lane, chain.training.schedule.scale);
        put(lanes.seeds, lane, chain.training.seed);
        if (has_own_data) {
            own_data[lane] = generate<Scalar>(*chain.generated);
        }
    };
    constexpr std::size_t kLanesPerChunk = 256;
    for_each_chunk(divided_up(num_lanes, kLanesPerChunk), resolve_num_threads(lanes.common.execution.num_threads),
                   [&](std::size_t chunk, int) {
                       const std::size_t end = std::min(num_lanes, (chunk + 1) * kLanesPerChunk);
                       for (std::size_t lane = chunk * kLanesPerChunk; lane < end; ++lane) {
                           fill_lane(lane);
                       }
                   });
    std::vector<Activation> activations = settings_.activations;
    if (activations.size() == 1) {
        activations.assign(group.num_layers, settings_.activations[0]);
    }
    Ensemble<Scalar> ensemble(num_lanes, weights, activations);
    std::vector<Dataset<Scalar>> data;
    for (std::optional<Dataset<Scalar>>& own : own_data) {
        data.push_back(std::move(*own));
    }
    const EnsembleOutcome trained =
        has_own_data ? train<Scalar>(ensemble, std::span<const Dataset<Scalar>>(data), lanes, observer)
                     : train<Scalar>(ensemble, data_, lanes, observer);
    scatter_outcome(trained, group.points, outcome.points);
    for (std::size_t layer = 0; layer < group.num_layers; ++layer) {
        const std::span<const Scalar> column = std::as_const(ensemble).layer(layer);
        for (std::size_t lane = 0; lane < num_lanes; ++lane) {
            outcome.weights[group.points[lane] * max_layers_ + layer] = column[lane];
        }
    }
}

template class Sweep<float>;
template class Sweep<double>;

}  // namespace skein
