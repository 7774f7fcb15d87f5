/// The options of a training run: their rows, and from their text to settings.
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
#include "skein/option_row.hpp"
#include "skein/scaling.hpp"
#include "skein/training_data.hpp"
#include "skein/training_settings.hpp"

namespace skein {

enum class Precision : std::uint8_t { float32, float64 };
inline constexpr std::array<std::string_view, 2> kPrecisionNames{"float32", "float64"};

/// The chain that a run starts from.
struct ModelSettings {
    std::uint64_t num_layers = 4;
    /// [num_layers], each a number of `precision`; empty: by `initialization`.
    std::vector<double> weights;
    std::vector<Activation> activations{Activation::tanh};  ///< one for all layers, or one per layer
    Initialization initialization{Initialization::Kind::equal, 1.0};
    Precision precision = Precision::float64;
};

/// The data of a run, before they are opened.
struct DataSettings {
    std::string training;              ///< SPEC (skein/data_spec.hpp)
    std::string validation;            ///< SPEC, or a fraction of the training data; empty: none
    std::vector<std::string> columns;  ///< of text files (CsvFormat)
    bool skips_bad_rows = false;
    ScalingKind scaling = ScalingKind::none;
    bool compresses = false;
    double tolerance = kDefaultCompressionTolerance;
};

struct RunSettings {
    ModelSettings model;
    DataSettings data;
    TrainingSettings training;
    /// EarlyStopping: epochs without a lower validation loss.
    std::optional<std::uint64_t> patience;
};

/// Everything of a run but where its files go.
[[nodiscard]] std::span<const OptionRow<RunSettings>> run_options();

/// Pairs of options that exclude each other (OptionSet::alternatives).
[[nodiscard]] std::span<const std::array<std::string_view, 2>> run_alternatives();

/// Reads all that does not depend on the data, and writes defaults that follow from other options into the
/// configuration. Throws std::invalid_argument naming option, value and expectation, with the nearest right word.
[[nodiscard]] RunSettings read_run_settings(Configuration& configuration);

/// What the settings depend on of the training data.
struct DataTraits {
    std::uint64_t num_samples;
    bool is_compressed = false;
    bool prefers_blocks = false;  ///< scattered reads are much slower than sequential ones
};

/// How long a run is.
struct RunLength {
    std::uint64_t steps_per_epoch;
    std::optional<std::uint64_t> max_steps;  ///< nothing if only StopRules::max_seconds limits it
};

/// Completes the settings once the training data are known: batch size, order of samples, length of the schedule.
/// Writes defaults into the configuration. Throws as read_run_settings().
[[nodiscard]] RunLength complete_run_settings(Configuration& configuration, const DataTraits& data,
                                              RunSettings& settings);

/// One activation per layer, from --activation. Throws std::invalid_argument for another number of them than 1 and
/// `num_layers`.
[[nodiscard]] std::vector<Activation> read_activations(const Configuration& configuration, std::size_t num_layers);

/// The chain that a run starts from; the seed is that of initial_weights().
template <class Scalar>
[[nodiscard]] Chain<Scalar> make_chain(const ModelSettings& model, std::uint64_t seed);

}  // namespace skein
