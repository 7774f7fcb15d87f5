#include "sweep/sweep_job.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "console/signals.hpp"
#include "console/text.hpp"
#include "skein/sweep_options.hpp"
#include "train/train_job.hpp"

namespace skein::app {
namespace {

Quantity read_quantity(Configuration& configuration, const SweepOptions& options, const SweepOutput& output) {
    constexpr std::string_view kName = "picture";
    const bool reduces =
        std::ranges::any_of(options.axes, [](const Axis& axis) { return axis.reduction != Reduction::none; });
    const Quantity quantity = output.picture         ? *output.picture
                              : options.num_recorded ? Quantity::recorded
                              : reduces              ? Quantity::learned
                                                     : Quantity::trainability;
    configuration.resolve(
        kName, quantity == Quantity::column ? output.column : std::string(name_of(quantity, kQuantityNames)));
    if (quantity == Quantity::trainability && reduces) {
        configuration.fail(
            kName,
            "trainability has two sides, which have no mean: expected learned, loss or steps with an axis "
            "that has a reduction");
    }
    if (quantity == Quantity::recorded && !options.num_recorded) {
        configuration.fail(kName, "recorded needs recorded losses: expected --record-last N");
    }
    return quantity;
}

/// Throws unless the sweep keeps the outcome that the picture shows.
void require_kept(const Configuration& configuration, const std::string& shown, const OutcomeSelection& selection) {
    for_each_column(selection, [&](const auto& column) {
        if (column.name == shown && column.per_lane == 0) {
            configuration.fail("picture", fmt::format("this sweep keeps no {}: expected {}, or another picture", shown,
                                                      column.option));
        }
    });
}

}  // namespace

template <class Scalar>
SweepJob<Scalar> make_sweep_job(Configuration& configuration, const SweepOutput& output) {
    SweepOptions options = read_sweep_options(configuration);
    RunSettings run = read_run_settings(configuration);
    RunData<Scalar> data = open_run_data<Scalar>(configuration, run, output.is_quiet);
    const RunLength length = complete_settings(configuration, data.training, run, output.is_quiet);
    check_training(make_chain<Scalar>(run.model, run.training.seed), data.training, run.training);
    const Quantity quantity = read_quantity(configuration, options, output);
    run.training.execution.stop_request = &training_stop_request();
    SweepSettings settings = make_sweep_settings(configuration, options, run, length);
    require_kept(configuration, output.column, settings);
    return {std::move(options.axes), Sweep<Scalar>(std::move(settings), std::move(data.training)), quantity,
            output.column, data.compression_seconds};
}
template SweepJob<float> make_sweep_job(Configuration&, const SweepOutput&);
template SweepJob<double> make_sweep_job(Configuration&, const SweepOutput&);

}  // namespace skein::app
