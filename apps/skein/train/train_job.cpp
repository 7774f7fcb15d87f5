#include "train/train_job.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "console/numbers.hpp"
#include "console/streams.hpp"
#include "input/compression_progress.hpp"
#include "input/sample_order.hpp"
#include "input/text_input.hpp"
#include "skein/data_spec.hpp"
#include "skein/files/open_data.hpp"

namespace skein::app {
namespace {

/// Generated data with the seed of the training data would be the training data's own samples, noise included. They get
/// another seed, its highest bit flipped.
std::string other_than_training(const Configuration& configuration, const DataSettings& settings) {
    std::optional<GeneratedData> validation = parse_generated(settings.validation, configuration.where("validation"));
    const std::optional<GeneratedData> training = parse_generated(settings.training, configuration.where("data"));
    if (!validation || !training || validation->seed != training->seed) {
        return settings.validation;
    }
    validation->seed ^= std::uint64_t{1} << 63;
    return generated_text(*validation);
}

/// Opens a SPEC of --data or --validation, and says which rows were left out.
template <class Scalar>
TrainingData<Scalar> open_spec(const Configuration& configuration, std::string_view option, const std::string& spec,
                               const DataSettings& settings, bool is_quiet, std::uint64_t& num_skipped_rows) {
    SkippedRows skipped;
    const CsvFormat format{settings.columns, settings.skips_bad_rows ? &skipped : nullptr};
    TrainingData<Scalar> data = open_data<Scalar>(spec, configuration.where(option), {settings.tolerance, format});
    warn_of_skipped_rows(spec, skipped, is_quiet);
    num_skipped_rows += skipped.count;
    return data;
}

/// Sets the validation data that --validation asks for: some of the training data, or others.
template <class Scalar>
void open_validation(const Configuration& configuration, const RunSettings& settings, bool is_quiet,
                     RunData<Scalar>& data) {
    const std::string& text = settings.data.validation;
    const std::optional<double> fraction = parse_number<double>(text);
    if (!fraction) {
        data.validation =
            open_spec<Scalar>(configuration, "validation", other_than_training(configuration, settings.data),
                              settings.data, is_quiet, data.num_skipped_rows);
        return;
    }
    if (!(*fraction > 0 && *fraction < 1)) {
        configuration.fail("validation", fmt::format("a fraction of {}: expected more than 0 and less than 1", text));
    }
    if (data.training.samples() == nullptr) {
        configuration.fail("validation",
                           fmt::format("{} is compressed and cannot be split: expected a data set of its own",
                                       configuration.where("data")));
    }
    auto split = data.training.samples()->split(*fraction, settings.training.seed);
    data.training = std::move(split.training);
    data.validation = std::move(split.validation);
}

/// The scaling is fitted to the training data, and the validation data go through the same one.
template <class Scalar>
void scale_data(const Configuration& configuration, const RunSettings& settings, RunData<Scalar>& data) {
    if (settings.data.scaling == ScalingKind::none) {
        return;
    }
    if (data.training.samples() == nullptr || (data.validation && data.validation->samples() == nullptr)) {
        configuration.fail(
            "scale", fmt::format("{} is compressed, in the units it had then: expected samples, or no --scale",
                                 configuration.where(data.training.samples() == nullptr ? "data" : "validation")));
    }
    const OutputRange range = output_range_of(settings.model.activations.back());
    try {
        data.scaling = make_scaling(settings.data.scaling,
                                    *summarise<Scalar>(data.training, range, settings.training.execution), range);
    } catch (const std::invalid_argument& error) {
        configuration.fail("scale", error.what());
    }
    data.training = scaled(*data.training.samples(), data.scaling);
    if (data.validation) {
        data.validation = scaled(*data.validation->samples(), data.scaling);
    }
}

/// Seconds before there is a chain to train: progress on the terminal.
template <class Scalar>
void compress_training(const Configuration& configuration, const RunSettings& settings, bool is_quiet,
                       RunData<Scalar>& data) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point start = Clock::now();
    if (data.training.samples() == nullptr) {
        configuration.fail("compress",
                           fmt::format("has no effect: {} is compressed already", configuration.where("data")));
    }
    CompressionSettings compression;
    compression.execution = settings.training.execution;
    CompressionProgress progress(data.training.num_samples(), is_quiet);
    const Dataset<Scalar> samples = *data.training.samples();
    data.training =
        CompressedData<Scalar>(compress_until_signal(samples, compression, progress), settings.data.tolerance, samples);
    data.compression_seconds = std::chrono::duration<double>(Clock::now() - start).count();
}

/// Sorted data give mini-batches of samples that are alike, if the order of the samples is kept, more or less.
template <class Scalar>
void warn_of_order(const Dataset<Scalar>& data, Sampling sampling) {
    const bool keeps_order = sampling == Sampling::sequential ||
                             (sampling == Sampling::shuffled_blocks && data.num_samples() > kBlockSamples);
    if (!keeps_order) {
        return;
    }
    if (const std::optional<SampleOrder> order = apparent_order(data)) {
        const std::string found =
            order->is_of_neighbours
                ? fmt::format("ordered: {} of neighbouring rows is alike (correlation ", order->column)
                : fmt::format("{} (correlation with the row ",
                              sorted_in_words(order->column, order->correlation > 0.0));
        write_warning(
            fmt::format("the data look {}{}): mini-batches will be all alike for a while; --shuffle full mixes "
                        "them",
                        found, rounded(order->correlation, 2)));
    }
}

}  // namespace

template <class Scalar>
RunData<Scalar> open_run_data(const Configuration& configuration, const RunSettings& settings, bool is_quiet) {
    require_standard_input_once(std::array{settings.data.training, settings.data.validation});
    std::uint64_t num_skipped = 0;
    RunData<Scalar> data{
        open_spec<Scalar>(configuration, "data", settings.data.training, settings.data, is_quiet, num_skipped), {}};
    data.num_skipped_rows = num_skipped;
    if (!settings.data.validation.empty()) {
        open_validation(configuration, settings, is_quiet, data);
    }
    scale_data(configuration, settings, data);
    if (settings.data.compresses) {
        compress_training(configuration, settings, is_quiet, data);
    }
    return data;
}
template RunData<float> open_run_data(const Configuration&, const RunSettings&, bool);
template RunData<double> open_run_data(const Configuration&, const RunSettings&, bool);

template <class Scalar>
RunLength complete_settings(Configuration& configuration, const TrainingData<Scalar>& training, RunSettings& settings,
                            bool is_quiet) {
    const Dataset<Scalar>* const samples = training.samples();
    const DataTraits traits{training.num_samples(), samples == nullptr,
                            samples != nullptr && samples->source().prefers_blocks()};
    const RunLength length = complete_run_settings(configuration, traits, settings);
    if (samples != nullptr && settings.training.batch_size != 0 && !is_quiet) {
        warn_of_order(*samples, settings.training.sampling);
    }
    return length;
}
template RunLength complete_settings(Configuration&, const TrainingData<float>&, RunSettings&, bool);
template RunLength complete_settings(Configuration&, const TrainingData<double>&, RunSettings&, bool);

template <class Scalar>
TrainJob<Scalar> make_train_job(Configuration& configuration, bool is_quiet) {
    RunSettings settings = read_run_settings(configuration);
    std::vector<DataFile> data_files = identify_data(settings.data.training, configuration.where("data"));
    RunData<Scalar> data = open_run_data<Scalar>(configuration, settings, is_quiet);
    const RunLength length = complete_settings(configuration, data.training, settings, is_quiet);
    if (settings.training.stop.target_loss) {
        *settings.training.stop.target_loss /= data.scaling.loss_factor();
    }
    TrainJob<Scalar> job{make_chain<Scalar>(settings.model, settings.training.seed),
                         std::move(data),
                         std::move(settings.training),
                         length,
                         settings.patience,
                         std::move(data_files)};
    check_training(job.start, job.data.training, job.settings);  // before anything is written
    return job;
}
template TrainJob<float> make_train_job(Configuration&, bool);
template TrainJob<double> make_train_job(Configuration&, bool);

}  // namespace skein::app
