/// Grids of hyper-parameters: every point is a chain, and all of them are trained as ensembles.
///
/// A point has the same result, to the bit, as its chain trained alone by train() of skein/trainer.hpp. Its outcome
/// depends on its coordinates only, not on the other points that are trained with it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "skein/chain.hpp"
#include "skein/ensemble_trainer.hpp"
#include "skein/generated_data.hpp"

namespace skein {

namespace internal {
class PointCoordinates;
}

/// What an axis of a sweep varies.
struct SweepParameter {
    enum class Kind : std::uint8_t {
        learning_rate,  ///< of all layers, or of some
        weight,         ///< at the start: of all layers, or of some
        weight_offset,  ///< added to the weights at the start: of all layers, or of some
        weight_scale,   ///< Initialization::scale
        momentum,
        weight_decay,
        schedule_scale,  ///< Schedule::scale
        layers,
        batch,           ///< samples in a mini-batch
        seed,            ///< of the initial weights and the order of samples
        data_seed,       ///< GeneratedData::seed
        data_noise,      ///< GeneratedData::noise
        teacher_weight,  ///< of all layers of the teacher, or of some
    };
    Kind kind = Kind::learning_rate;
    std::vector<std::size_t> layers;  ///< which layers, counted from 0; empty: all of them

    /// "learning_rate", "weight[2]", "weight[1+3]": names count layers from 1, as in w_1, w_2, ...
    [[nodiscard]] std::string name() const;
    bool operator==(const SweepParameter&) const = default;
};
inline constexpr std::array<std::string_view, 13> kSweepParameterNames{
    "learning_rate", "weight", "weight_offset", "weight_scale", "momentum",   "weight_decay",  "schedule_scale",
    "layers",        "batch",  "seed",          "data_seed",    "data_noise", "teacher_weight"};

static_assert(kSweepParameterNames.size() == std::size_t(SweepParameter::Kind::teacher_weight) + 1);

/// The parameter with this name. Throws std::invalid_argument naming the nearest right one.
[[nodiscard]] SweepParameter parse_sweep_parameter(std::string_view name);

/// `count` evenly spaced values from `from` to `to`, both included. Throws std::invalid_argument if count is 0, if a
/// bound is not finite, or if count is 1 and the bounds differ.
[[nodiscard]] std::vector<double> linear_values(double from, double to, std::size_t count);
/// The same with evenly spaced logarithms; both bounds must be positive. The values have the same bits on every CPU:
/// they come from skein's own logarithm and exponential. One within their rounding of a number of at most ten digits is
/// that number: 0.1, not 0.10000000000000005.
[[nodiscard]] std::vector<double> log10_values(double from, double to, std::size_t count);

struct SweepAxis {
    SweepParameter parameter;
    std::vector<double> values;
};

/// The base says which outcomes are kept.
struct SweepSettings : OutcomeSelection {
    /// The first axis varies fastest.
    std::vector<SweepAxis> axes;
    /// What no axis varies. TrainingSettings::execution says how the whole sweep is run.
    TrainingSettings training;
    /// Weights to start from, [layers]. Empty: num_layers weights drawn by `initialization` from
    /// TrainingSettings::seed.
    std::vector<double> weights;
    std::size_t num_layers = 1;
    Initialization initialization;
    std::vector<Activation> activations{Activation::tanh};  ///< one for all layers, or one per layer
    std::optional<GeneratedData> generated;                 ///< needed if axes vary the data
};

/// One chain of a sweep, for train() of skein/trainer.hpp.
template <class Scalar>
struct SweepPoint {
    std::vector<Scalar> weights;
    std::vector<Activation> activations;
    TrainingSettings training;
    std::optional<GeneratedData> generated;
};

template <class Scalar>
struct SweepOutcome {
    EnsembleOutcome points;  ///< a lane for each point, in their order
    std::vector<Scalar>
        weights;  ///< final weights, [points x max_layers], a point after the other; NaN past its layers
};

template <class Scalar>
class Sweep {
public:
    /// All points are trained on `data`, unless axes vary the data. Copies of a data set share its samples, so `data`
    /// is cheap to pass. Throws std::invalid_argument naming the axis: if values are out of range, if some chain does
    /// not have a layer that the axis names, if two axes vary the same parameter, or if the axis has no effect with the
    /// other settings. Throws also for 2^60 points or more, and as train() does.
    Sweep(SweepSettings settings, TrainingData<Scalar> data);

    [[nodiscard]] const SweepSettings& settings() const noexcept { return settings_; }
    [[nodiscard]] const TrainingData<Scalar>& data() const noexcept { return data_; }
    [[nodiscard]] std::size_t num_axes() const noexcept { return settings_.axes.size(); }
    [[nodiscard]] std::uint64_t num_points() const noexcept { return num_points_; }
    /// Layers of the deepest chain.
    [[nodiscard]] std::size_t max_layers() const noexcept { return max_layers_; }
    /// Upper bound of the samples x layers of a point that makes all its steps, its final loss included.
    [[nodiscard]] double work_per_point() const noexcept;

    /// The value of each axis at a point of the grid, [axes].
    [[nodiscard]] std::vector<double> coordinates(std::uint64_t index) const;
    /// The chain at these coordinates [axes]. They need not be on the grid. Throws std::invalid_argument for another number
    /// of coordinates.
    [[nodiscard]] SweepPoint<Scalar> point(std::span<const double> coordinates) const;

    /// Trains the points [first, first + count) of the grid. Throws std::invalid_argument if there are fewer.
    [[nodiscard]] SweepOutcome<Scalar> run(std::uint64_t first, std::size_t count,
                                           EnsembleObserver* observer = nullptr) const;
    /// Trains the points at `coordinates`, [points x axes], a point after the other.
    [[nodiscard]] SweepOutcome<Scalar> run(std::span<const double> coordinates,
                                           EnsembleObserver* observer = nullptr) const;

private:
    SweepOutcome<Scalar> run_at(const internal::PointCoordinates& coordinates, EnsembleObserver* observer) const;

    SweepSettings settings_;
    TrainingData<Scalar> data_;
    std::uint64_t num_points_ = 1;
    std::size_t max_layers_ = 1;
};

/// How many neighbouring points to give to run() at a time. It takes about half a second, so an interruption loses
/// little; memory is bounded; and there are full rows of lanes for every thread if the sweep has enough points.
template <class Scalar>
[[nodiscard]] std::size_t points_at_a_time(const Sweep<Scalar>& sweep, int num_threads);

}  // namespace skein
