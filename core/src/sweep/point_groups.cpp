#include "sweep/point_groups.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/parallel.hpp"
#include "base/round_up.hpp"
#include "ensemble/outcome_columns.hpp"
#include "sweep/axis_checks.hpp"

namespace skein::internal {
namespace {

using Kind = SweepParameter::Kind;

bool has_rate_per_layer(const SweepSettings& settings) {
    return settings.training.learning_rates.size() > 1 || std::ranges::any_of(settings.axes, [](const SweepAxis& axis) {
               return axis.parameter.kind == Kind::learning_rate && !axis.parameter.layers.empty();
           });
}

/// What the points of a group have in common; the columns have room for what axes vary, and are empty else.
EnsembleSettings settings_of(const SweepSettings& sweep, const PointGroup& group) {
    const std::size_t num_lanes = group.points.size();
    const auto size = [&](Kind kind, std::size_t per_lane) { return varies(sweep, kind) ? num_lanes * per_lane : 0; };
    EnsembleSettings settings;
    settings.common = sweep.training;
    settings.common.batch_size = group.batch_size;
    static_cast<OutcomeSelection&>(settings) = sweep;
    settings.learning_rates.resize(size(Kind::learning_rate, has_rate_per_layer(sweep) ? group.num_layers : 1));
    settings.momentum.resize(size(Kind::momentum, 1));
    settings.weight_decay.resize(size(Kind::weight_decay, 1));
    settings.schedule_scale.resize(size(Kind::schedule_scale, 1));
    settings.seeds.resize(size(Kind::seed, 1));
    return settings;
}

std::vector<Activation> activations_of(const SweepSettings& settings, std::size_t num_layers) {
    return settings.activations.size() == 1 ? std::vector<Activation>(num_layers, settings.activations[0])
                                            : settings.activations;
}

/// A group as an ensemble: lanes are its points, in their order.
template <class Scalar>
class GroupLanes {
public:
    GroupLanes(const Sweep<Scalar>& sweep, const PointGroup& group, std::span<const double> coordinates)
        : sweep_(sweep),
          num_lanes_(group.points.size()),
          settings_(settings_of(sweep.settings(), group)),
          weights_(num_lanes_ * group.num_layers),
          own_data_(has_own_data() ? num_lanes_ : 0) {
        constexpr std::size_t kLanesPerChunk = 256;
        const std::size_t num_axes = sweep.num_axes();
        for_each_chunk(divided_up(num_lanes_, kLanesPerChunk),
                       resolve_num_threads(settings_.common.execution.num_threads), [&](std::size_t chunk, int) {
                           const std::size_t end = std::min(num_lanes_, (chunk + 1) * kLanesPerChunk);
                           for (std::size_t lane = chunk * kLanesPerChunk; lane < end; ++lane) {
                               fill(lane, sweep.point(coordinates.subspan(group.points[lane] * num_axes, num_axes)));
                           }
                       });
    }

    Ensemble<Scalar> ensemble() const {
        return {num_lanes_, weights_, activations_of(sweep_.settings(), weights_.size() / num_lanes_)};
    }
    EnsembleOutcome train(Ensemble<Scalar>& ensemble, EnsembleObserver* observer) const {
        if (own_data_.empty()) {
            return skein::train<Scalar>(ensemble, sweep_.data(), settings_, observer);
        }
        std::vector<Dataset<Scalar>> data;
        for (const std::optional<Dataset<Scalar>>& own : own_data_) {
            data.push_back(*own);
        }
        return skein::train<Scalar>(ensemble, std::span<const Dataset<Scalar>>(data), settings_, observer);
    }

private:
    bool has_own_data() const {
        const SweepSettings& settings = sweep_.settings();
        return varies(settings, Kind::data_seed) || varies(settings, Kind::data_noise) ||
               varies(settings, Kind::teacher_weight);
    }
    template <class Value>
    static void put(std::vector<Value>& column, std::size_t at, Value value) {
        if (!column.empty()) {
            column[at] = value;
        }
    }
    void fill(std::size_t lane, const SweepPoint<Scalar>& chain) {
        for (std::size_t layer = 0; layer < chain.weights.size(); ++layer) {
            weights_[layer * num_lanes_ + lane] = chain.weights[layer];
        }
        for (std::size_t rate = 0; rate < settings_.learning_rates.size() / num_lanes_; ++rate) {
            settings_.learning_rates[rate * num_lanes_ + lane] = chain.training.learning_rates[rate];
        }
        put(settings_.momentum, lane, chain.training.optimizer.momentum_or_default());
        put(settings_.weight_decay, lane, chain.training.optimizer.weight_decay);
        put(settings_.schedule_scale, lane, chain.training.schedule.scale);
        put(settings_.seeds, lane, chain.training.seed);
        if (!own_data_.empty()) {
            own_data_[lane] = generate<Scalar>(*chain.generated);
        }
    }

    const Sweep<Scalar>& sweep_;
    std::size_t num_lanes_;
    EnsembleSettings settings_;
    std::vector<Scalar> weights_;                           // [lanes x layers]
    std::vector<std::optional<Dataset<Scalar>>> own_data_;  // [lanes], or none
};

}  // namespace

std::vector<PointGroup> group_points(const SweepSettings& settings, std::span<const double> coordinates,
                                     std::size_t num_points) {
    const std::size_t num_axes = settings.axes.size();
    std::map<std::pair<std::size_t, std::uint64_t>, std::vector<std::size_t>> points_of;
    for (std::size_t point = 0; point < num_points; ++point) {
        std::size_t num_layers = settings.num_layers;
        std::uint64_t batch_size = settings.training.batch_size;
        for (std::size_t axis = 0; axis < num_axes; ++axis) {
            const double value = coordinates[point * num_axes + axis];
            if (settings.axes[axis].parameter.kind == Kind::layers) num_layers = static_cast<std::size_t>(value);
            if (settings.axes[axis].parameter.kind == Kind::batch) batch_size = static_cast<std::uint64_t>(value);
        }
        points_of[{num_layers, batch_size}].push_back(point);
    }
    std::vector<PointGroup> groups;
    for (auto& [key, points] : points_of) {
        groups.push_back({key.first, key.second, std::move(points)});
    }
    return groups;
}

template <class Scalar>
void train_group(const Sweep<Scalar>& sweep, const PointGroup& group, std::span<const double> coordinates,
                 EnsembleObserver* observer, SweepOutcome<Scalar>& outcome) {
    const GroupLanes<Scalar> lanes(sweep, group, coordinates);
    Ensemble<Scalar> ensemble = lanes.ensemble();
    scatter(lanes.train(ensemble, observer), group.points, outcome.points);
    for (std::size_t layer = 0; layer < group.num_layers; ++layer) {
        const std::span<const Scalar> column = std::as_const(ensemble).layer(layer);
        for (std::size_t lane = 0; lane < group.points.size(); ++lane) {
            outcome.weights[group.points[lane] * sweep.max_layers() + layer] = column[lane];
        }
    }
}

template void train_group(const Sweep<float>&, const PointGroup&, std::span<const double>, EnsembleObserver*,
                          SweepOutcome<float>&);
template void train_group(const Sweep<double>&, const PointGroup&, std::span<const double>, EnsembleObserver*,
                          SweepOutcome<double>&);

}  // namespace skein::internal
