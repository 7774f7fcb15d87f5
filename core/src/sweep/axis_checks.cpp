#include "sweep/axis_checks.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "base/require.hpp"
#include "skein/names.hpp"

namespace skein::internal {
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

[[noreturn]] void fail_check(const SweepAxis& axis, const std::string& message) {
    throw std::invalid_argument("axis " + axis.parameter.name() + ": " + message);
}

/// Whether both vary the same number.
bool overlap(const SweepParameter& one, const SweepParameter& other) {
    const auto is_of_other = [&](std::size_t layer) {
        return std::ranges::find(other.layers, layer) != other.layers.end();
    };
    return one.kind == other.kind &&
           (one.layers.empty() || other.layers.empty() || std::ranges::any_of(one.layers, is_of_other));
}

void check_against_others(const SweepSettings& settings, const SweepAxis& axis) {
    if (std::ranges::count(settings.axes, axis.parameter, &SweepAxis::parameter) > 1) {
        fail_check(axis, "is given twice");
    }
    for (const SweepAxis& other : settings.axes) {
        if (&other != &axis && overlap(axis.parameter, other.parameter)) {
            fail_check(axis, "axis " + other.parameter.name() +
                                 " varies the same layer: expected every layer on one of them alone");
        }
    }
}

/// Layers of the shallowest chain.
std::size_t min_layers(const SweepSettings& settings) {
    const auto found =
        std::ranges::find(settings.axes, Kind::layers, [](const auto& axis) { return axis.parameter.kind; });
    return found == settings.axes.end() ? settings.num_layers
                                        : static_cast<std::size_t>(std::ranges::min(found->values));
}

void check_layers(const SweepSettings& settings, const SweepAxis& axis) {
    const bool of_teacher = axis.parameter.kind == Kind::teacher_weight;
    const std::size_t num_layers =
        of_teacher && settings.generated ? settings.generated->teacher_weights.size() : min_layers(settings);
    if (std::ranges::any_of(axis.parameter.layers, [&](std::size_t layer) { return layer >= num_layers; })) {
        fail_check(axis, std::string(of_teacher ? "the teacher" : "a chain") + " has " + std::to_string(num_layers) +
                             (num_layers == 1 ? " layer" : " layers"));
    }
}

void check_data(const SweepSettings& settings, const SweepAxis& axis) {
    if (is_of_data(axis.parameter.kind) && !settings.generated) {
        fail_check(axis, "the data are not generated: expected generated data to vary");
    }
    if (axis.parameter.kind == Kind::teacher_weight && settings.generated->target != Target::teacher) {
        fail_check(axis, "the data have no teacher");
    }
}

/// Whether a chain depends on its seed: by the weights that it starts from, or by the order of its samples.
bool seed_matters(const SweepSettings& settings) noexcept {
    const bool sets_all_weights = std::ranges::any_of(settings.axes, [](const SweepAxis& axis) {
        return axis.parameter.kind == Kind::weight && axis.parameter.layers.empty();
    });
    const bool draws_weights =
        settings.weights.empty() && !sets_all_weights && settings.initialization.kind != Initialization::Kind::equal;
    const bool has_batches = settings.training.batch_size != 0 || varies(settings, Kind::batch);
    return draws_weights || (has_batches && settings.training.sampling != Sampling::sequential);
}

void check_effect(const SweepSettings& settings, const SweepAxis& axis) {
    const Kind kind = axis.parameter.kind;
    if ((kind == Kind::weight_scale || kind == Kind::layers) && !settings.weights.empty()) {
        fail_check(axis, "cannot be combined with weights to start from");
    }
    if (kind == Kind::momentum && !optimizer_traits(settings.training.optimizer.kind).uses_momentum) {
        fail_check(axis, "has no effect on this optimizer: expected " + joined_words(optimizers_using("momentum")));
    }
    if (kind == Kind::seed && !seed_matters(settings)) {
        fail_check(axis,
                   "has no effect on these initial weights and batches: expected weights of init normal or "
                   "uniform, or shuffled mini-batches");
    }
}

/// Chains of different depths cannot have settings of single layers.
void check_depths(const SweepSettings& settings) {
    const bool has_rate_per_layer = settings.training.learning_rates.size() > 1;
    const bool has_activation_per_layer = settings.activations.size() > 1;
    if (varies(settings, Kind::layers) && (has_rate_per_layer || has_activation_per_layer)) {
        throw std::invalid_argument(std::string("axis layers: expected one ") +
                                    (has_rate_per_layer ? "learning rate" : "activation") + " for all layers");
    }
}

}  // namespace

bool varies(const SweepSettings& settings, Kind kind) noexcept {
    return std::ranges::any_of(settings.axes, [&](const SweepAxis& axis) { return axis.parameter.kind == kind; });
}

template <class Scalar>
void check_values(const SweepAxis& axis, std::uint64_t num_samples, bool is_compressed) {
    const Kind kind = axis.parameter.kind;
    const std::string what = "axis " + axis.parameter.name() + ": ";
    require(!axis.values.empty(), what + "the number of values", 0, "at least 1");
    for (const double value : axis.values) {
        require(std::isfinite(value) && std::isfinite(static_cast<Scalar>(value)), what + "a value", value,
                "a finite number");
        if (is_compressed && (is_of_data(kind) || kind == Kind::batch)) {
            fail_check(axis, "the data are compressed: expected an axis that leaves them as they are");
        }
        const Range range = range_of(kind, value, num_samples);
        require(range.holds, what + "a value", value, range.expected);
    }
}

void check_axes(const SweepSettings& settings) {
    for (const SweepAxis& axis : settings.axes) {
        check_against_others(settings, axis);
        check_layers(settings, axis);
        check_data(settings, axis);
        check_effect(settings, axis);
    }
    check_depths(settings);
}

template void check_values<float>(const SweepAxis&, std::uint64_t, bool);
template void check_values<double>(const SweepAxis&, std::uint64_t, bool);

}  // namespace skein::internal
