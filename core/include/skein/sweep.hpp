/// Grids of hyper-parameters: every point a chain, all of them trained as ensembles.
///
/// A point is trained as train() of skein/trainer.hpp would train it alone, to the bit; its outcome is a function of its
/// coordinates alone, whatever other points it is trained with.
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

/// What an axis of a sweep varies.
struct SweepParameter {
    enum class Kind : std::uint8_t {
        learning_rate,  ///< of all layers, or of some
        weight,         ///< to start from: of all layers, or of some
        weight_offset,  ///< added to the weight to start from: likewise
        weight_scale,   ///< Initialization::scale
        momentum,
        weight_decay,
        schedule_scale,  ///< Schedule::scale
        layers,
        batch,      ///< samples of a mini-batch
        seed,       ///< of initial weights and of the order of samples
        data_seed,  ///< GeneratedData, as the next two
        data_noise,
        teacher_weight,  ///< of all the teacher's layers, or of some
    };
    Kind kind = Kind::learning_rate;
    std::vector<std::size_t> layers;  ///< counted from 0; of the kinds that have some; empty: all

    /// "learning_rate", "weight[2]", "weight[1+3]": layers are counted from 1 in names, as in w_1, w_2, ...
    std::string name() const;
    bool operator==(const SweepParameter&) const = default;
};
inline constexpr std::array<std::string_view, 13> kSweepParameterNames{
    "learning_rate", "weight", "weight_offset", "weight_scale", "momentum",   "weight_decay",  "schedule_scale",
    "layers",        "batch",  "seed",          "data_seed",    "data_noise", "teacher_weight"};

/// The parameter of that name. Throws std::invalid_argument naming the nearest right one.
SweepParameter parse_sweep_parameter(std::string_view name);

/// `count` values from `from` to `to`, both included, evenly spaced. Throws std::invalid_argument for no values, a bound
/// that is not finite, or one value from two different bounds.
std::vector<double> linear_values(double from, double to, std::size_t count);
/// The same with evenly spaced logarithms; both bounds must be positive. By skein's own logarithm and exponential: the
/// same bits on every CPU.
std::vector<double> log10_values(double from, double to, std::size_t count);

struct SweepAxis {
    SweepParameter parameter;
    std::vector<double> values;
};

struct SweepSettings {
    /// The first one runs fastest.
    std::vector<SweepAxis> axes;
    /// What the axes do not say. TrainingSettings::execution says how all of it is run.
    TrainingSettings training;
    /// Weights to start from; empty: num_layers of `initialization`, by TrainingSettings::seed.
    std::vector<double> weights;
    std::size_t num_layers = 1;
    Initialization initialization;
    std::vector<Activation> activations{Activation::tanh};  ///< one for all layers, or one per layer
    std::optional<GeneratedData> generated;                 ///< where axes vary the data
    std::optional<double> marked_loss;                      ///< see EnsembleSettings
    std::vector<std::uint64_t> recorded_steps;              ///< likewise
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
    EnsembleOutcome points;       ///< lanes are the points, in their order
    std::vector<Scalar> weights;  ///< final ones, [points x max_layers], a point after the other; NaN past its layers
};

template <class Scalar>
class Sweep {
public:
    /// `data` is what all points are trained on, but for axes that vary it. Throws std::invalid_argument naming the axis
    /// for values out of range, a layer that some chain does not have, a parameter that two axes vary, an axis that has
    /// no effect beside other settings, more points than there are numbers; and as train() does.
    Sweep(SweepSettings settings, TrainingData<Scalar> data);

    const SweepSettings& settings() const noexcept { return settings_; }
    const TrainingData<Scalar>& data() const noexcept { return data_; }
    std::size_t num_axes() const noexcept { return settings_.axes.size(); }
    std::uint64_t num_points() const noexcept { return num_points_; }
    /// Layers of the deepest chain.
    std::size_t max_layers() const noexcept { return max_layers_; }
    /// Samples x layers of a point that runs to its end, its final loss included, at most.
    double work_per_point() const noexcept;

    /// The value of each axis at a point of the grid, [axes].
    std::vector<double> coordinates(std::uint64_t index) const;
    /// The chain at these coordinates [axes], which need not be on the grid.
    SweepPoint<Scalar> point(std::span<const double> coordinates) const;

    /// Trains the points of the grid [first, first + count).
    SweepOutcome<Scalar> run(std::uint64_t first, std::size_t count, EnsembleObserver* observer = nullptr) const;
    /// Trains the points at `coordinates` [points x axes], a point after the other.
    SweepOutcome<Scalar> run(std::span<const double> coordinates, EnsembleObserver* observer = nullptr) const;

private:
    struct Group;
    void check_axis(const SweepAxis& axis) const;
    void check_axes() const;
    bool varies(SweepParameter::Kind kind) const noexcept;
    bool seed_matters() const noexcept;
    void change_layered(std::span<const double> coordinates, SweepPoint<Scalar>& point) const;
    SweepOutcome<Scalar> run_at(std::span<const double> coordinates, std::size_t num_points,
                                EnsembleObserver* observer) const;
    void train_group(const Group& group, std::span<const double> coordinates, EnsembleObserver* observer,
                     SweepOutcome<Scalar>& outcome) const;

    SweepSettings settings_;
    TrainingData<Scalar> data_;
    std::uint64_t num_points_ = 1;
    std::size_t max_layers_ = 1;
};

/// How many points that follow each other to run() at a time, so that little is lost where that is interrupted: about
/// half a second of work, but full rows of lanes for every thread where there are as many points, and bounded memory.
template <class Scalar>
std::size_t points_per_block(const Sweep<Scalar>& sweep, int num_threads);

}  // namespace skein
