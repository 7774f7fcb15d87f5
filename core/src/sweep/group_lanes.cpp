#include "sweep/group_lanes.hpp"

#include <algorithm>
#include <functional>

#include "base/parallel.hpp"
#include "base/round_up.hpp"
#include "sweep/axis_checks.hpp"

namespace skein::internal {
namespace {

using Kind = SweepParameter::Kind;

bool has_rate_per_layer(const SweepSettings& settings) {
    return settings.training.learning_rates.size() > 1 || std::ranges::any_of(settings.axes, [](const SweepAxis& axis) {
               return axis.parameter.kind == Kind::learning_rate && !axis.parameter.layers.empty();
           });
}

bool varies_layer(const SweepParameter& parameter, std::size_t layer) {
    return parameter.layers.empty() || std::ranges::find(parameter.layers, layer) != parameter.layers.end();
}

/// What the lanes of a group have in common; the columns have room for what axes vary; otherwise they are empty.
EnsembleSettings settings_of(const SweepSettings& sweep, const PointGroup& group) {
    const std::size_t num_lanes = group.points.size();
    const auto size = [&](Kind kind) { return varies(sweep, kind) ? num_lanes : 0; };
    EnsembleSettings settings;
    settings.common = sweep.training;
    settings.common.batch_size = group.batch_size;
    static_cast<OutcomeSelection&>(settings) = sweep;
    if (varies(sweep, Kind::learning_rate)) {
        const std::vector<double>& common = sweep.training.learning_rates;
        for (std::size_t rate = 0; rate < (has_rate_per_layer(sweep) ? group.num_layers : 1); ++rate) {
            settings.learning_rates.insert(settings.learning_rates.end(), num_lanes,
                                           common[common.size() == 1 ? 0 : rate]);
        }
    }
    settings.momentum.resize(size(Kind::momentum));
    settings.weight_decay.resize(size(Kind::weight_decay));
    settings.schedule_scale.resize(size(Kind::schedule_scale));
    settings.seeds.resize(size(Kind::seed));
    return settings;
}

/// Whether lanes draw weights of their own to start from.
bool draws_weights(const SweepSettings& settings) {
    return settings.weights.empty() && (varies(settings, Kind::seed) || varies(settings, Kind::weight_scale));
}

template <class Scalar>
std::vector<Scalar> common_weights(const SweepSettings& settings, std::size_t num_layers) {
    if (!settings.weights.empty()) {
        return {settings.weights.begin(), settings.weights.end()};
    }
    return initial_weights<Scalar>(num_layers, settings.initialization, settings.training.seed);
}

}  // namespace

template <class Scalar>
GroupLanes<Scalar>::GroupLanes(const SweepSettings& sweep, const PointGroup& group, const PointCoordinates& coordinates)
    : sweep_(sweep),
      group_(group),
      coordinates_(coordinates),
      settings_(settings_of(sweep, group)),
      activations_(sweep.activations),
      weight_scales_(varies(sweep, Kind::weight_scale) ? num_lanes() : 0),
      weights_(num_lanes() * group.num_layers) {
    if (activations_.size() == 1) {
        activations_.assign(group.num_layers, sweep.activations[0]);
    }
    if (!draws_weights(sweep)) {
        common_weights_ = common_weights<Scalar>(sweep, group.num_layers);
    }
    constexpr std::size_t kLanesPerChunk = 1024;
    for_each_chunk(divided_up(num_lanes(), kLanesPerChunk), num_threads(sweep.training.execution),
                   [&](std::size_t chunk, int) {
                       fill(chunk * kLanesPerChunk, std::min(num_lanes(), (chunk + 1) * kLanesPerChunk));
                   });
}

/// Weights can only be changed once they are there, and those that are drawn depend on axes.
template <class Scalar>
void GroupLanes<Scalar>::fill(std::size_t begin, std::size_t end) {
    const auto changes_weights = [](const SweepAxis& axis) {
        return axis.parameter.kind == Kind::weight || axis.parameter.kind == Kind::weight_offset;
    };
    for (const bool is_of_weights : {false, true}) {
        for (std::size_t axis = 0; axis < sweep_.axes.size(); ++axis) {
            if (changes_weights(sweep_.axes[axis]) == is_of_weights) {
                fill_axis(axis, begin, end);
            }
        }
        if (!is_of_weights) {
            start(begin, end);
        }
    }
}

template <class Scalar>
void GroupLanes<Scalar>::fill_axis(std::size_t axis, std::size_t begin, std::size_t end) {
    const SweepParameter& parameter = sweep_.axes[axis].parameter;
    const auto put = [&]<class Value>(std::vector<Value>& column, std::size_t at, const auto& change) {
        for (std::size_t lane = begin; lane < end; ++lane) {
            Value& element = column[at * num_lanes() + lane];
            element = static_cast<Value>(change(static_cast<double>(element), coordinate(axis, lane)));
        }
    };
    const auto replaced = [](double, double value) { return value; };
    const auto put_layers = [&](auto& columns, const auto& change) {
        for (std::size_t layer = 0; layer < columns.size() / num_lanes(); ++layer) {
            if (varies_layer(parameter, layer)) put(columns, layer, change);
        }
    };
    switch (parameter.kind) {
        case Kind::learning_rate: put_layers(settings_.learning_rates, replaced); break;
        case Kind::weight: put_layers(weights_, replaced); break;
        case Kind::weight_offset: put_layers(weights_, std::plus<>{}); break;
        case Kind::weight_scale: put(weight_scales_, 0, replaced); break;
        case Kind::momentum: put(settings_.momentum, 0, replaced); break;
        case Kind::weight_decay: put(settings_.weight_decay, 0, replaced); break;
        case Kind::schedule_scale: put(settings_.schedule_scale, 0, replaced); break;
        case Kind::seed: put(settings_.seeds, 0, replaced); break;
        case Kind::layers:  // the same for the whole group
        case Kind::batch:
        case Kind::data_seed:  // generated()
        case Kind::data_noise:
        case Kind::teacher_weight: break;
    }
}

/// The weights that lanes start from, before axes change them.
template <class Scalar>
void GroupLanes<Scalar>::start(std::size_t begin, std::size_t end) {
    const std::size_t num_layers = group_.num_layers;
    for (std::size_t layer = 0; layer < common_weights_.size(); ++layer) {
        std::fill_n(weights_.data() + layer * num_lanes() + begin, end - begin, common_weights_[layer]);
    }
    for (std::size_t lane = begin; common_weights_.empty() && lane < end; ++lane) {
        Initialization initialization = sweep_.initialization;
        if (!weight_scales_.empty()) initialization.scale = weight_scales_[lane];
        const std::vector<Scalar> drawn = initial_weights<Scalar>(
            num_layers, initialization, settings_.seeds.empty() ? sweep_.training.seed : settings_.seeds[lane]);
        for (std::size_t layer = 0; layer < num_layers; ++layer) {
            weights_[layer * num_lanes() + lane] = drawn[layer];
        }
    }
}

template <class Scalar>
Ensemble<Scalar> GroupLanes<Scalar>::ensemble() const {
    return {num_lanes(), weights_, activations_};
}

template <class Scalar>
bool GroupLanes<Scalar>::has_own_data() const noexcept {
    return varies(sweep_, Kind::data_seed) || varies(sweep_, Kind::data_noise) || varies(sweep_, Kind::teacher_weight);
}

template <class Scalar>
std::optional<GeneratedData> GroupLanes<Scalar>::generated(std::size_t lane) const {
    std::optional<GeneratedData> data = sweep_.generated;
    for (std::size_t axis = 0; axis < sweep_.axes.size(); ++axis) {
        const SweepParameter& parameter = sweep_.axes[axis].parameter;
        const double value = coordinate(axis, lane);
        if (parameter.kind == Kind::data_seed) data->seed = static_cast<std::uint64_t>(value);
        if (parameter.kind == Kind::data_noise) data->noise = value;
        if (parameter.kind == Kind::teacher_weight) {
            for (std::size_t layer = 0; layer < data->teacher_weights.size(); ++layer) {
                if (varies_layer(parameter, layer)) data->teacher_weights[layer] = value;
            }
        }
    }
    return data;
}

template <class Scalar>
std::vector<Dataset<Scalar>> GroupLanes<Scalar>::own_data() const {
    std::vector<std::optional<Dataset<Scalar>>> made(num_lanes());
    constexpr std::size_t kLanesPerChunk = 16;
    for_each_chunk(divided_up(num_lanes(), kLanesPerChunk), num_threads(sweep_.training.execution),
                   [&](std::size_t chunk, int) {
                       const std::size_t end = std::min(num_lanes(), (chunk + 1) * kLanesPerChunk);
                       for (std::size_t lane = chunk * kLanesPerChunk; lane < end; ++lane) {
                           made[lane] = generate<Scalar>(*generated(lane));
                       }
                   });
    std::vector<Dataset<Scalar>> data;
    data.reserve(made.size());
    for (std::optional<Dataset<Scalar>>& own : made) {
        data.push_back(*std::move(own));
    }
    return data;
}

template <class Scalar>
EnsembleOutcome GroupLanes<Scalar>::train(Ensemble<Scalar>& ensemble, const TrainingData<Scalar>& data,
                                          EnsembleObserver* observer) const {
    if (!has_own_data()) {
        return skein::train<Scalar>(ensemble, data, settings_, observer);
    }
    return skein::train<Scalar>(ensemble, std::span<const Dataset<Scalar>>(own_data()), settings_, observer);
}

template <class Scalar>
SweepPoint<Scalar> GroupLanes<Scalar>::point(std::size_t lane) const {
    SweepPoint<Scalar> alone{{}, activations_, lane_settings(settings_, lane, num_lanes()), generated(lane)};
    for (std::size_t layer = 0; layer < group_.num_layers; ++layer) {
        alone.weights.push_back(weights_[layer * num_lanes() + lane]);
    }
    return alone;
}

template class GroupLanes<float>;
template class GroupLanes<double>;

}  // namespace skein::internal
