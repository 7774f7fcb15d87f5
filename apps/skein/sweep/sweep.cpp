// skein sweep
#include <fmt/format.h>

#include "cli/precision.hpp"
#include "commands.hpp"
#include "console/exit_codes.hpp"
#include "console/streams.hpp"
#include "skein/numbers.hpp"
#include "sweep/sweep_run.hpp"
#include "sweep/train_command.hpp"
#include "sweep/zoom.hpp"

namespace skein::app {
namespace {

/// The coordinates of the point that --point names, one index per axis.
template <class Scalar>
std::vector<double> read_point(const Configuration& configuration, const std::vector<std::string>& texts,
                               const SweepJob<Scalar>& job) {
    if (texts.size() != job.axes.size()) {
        configuration.fail("point",
                           fmt::format("{} given: expected {}, one index per axis", texts.size(), job.axes.size()));
    }
    std::vector<double> coordinates;
    for (std::size_t axis = 0; axis < texts.size(); ++axis) {
        const std::vector<double>& values = job.sweep.settings().axes[axis].values;
        const std::optional<std::uint64_t> index = parse_count(texts[axis]);
        if (!index || *index >= values.size()) {
            configuration.fail("point", fmt::format("{}: {}", job.axes[axis].parameter.name(),
                                                    count_fault(texts[axis], 0, values.size() - 1)));
        }
        coordinates.push_back(values[static_cast<std::size_t>(*index)]);
    }
    return coordinates;
}

/// A point alone is printed.
void require_no_files(const Configuration& configuration) {
    for (const char* name : {"out", "force"}) {
        if (configuration.is_on_command_line(name)) {
            configuration.fail(name, "has no effect with --point: nothing is written");
        }
    }
}

template <class Scalar>
int run_one(Configuration& configuration, const SweepOutput& output) {
    const SweepJob<Scalar> job = make_sweep_job<Scalar>(configuration, output);
    if (!output.point.empty()) {
        require_no_files(configuration);
        const std::vector<double> coordinates = read_point(configuration, output.point, job);
        write_output(fmt::format("{}\n", train_command_of(configuration, job, coordinates)));
        return kDone;
    }
    if (output.directory.empty()) {
        throw BadInput("--out is missing: expected the directory of the sweep");
    }
    return run_and_print(configuration, output, job);
}

template <class Scalar>
int sweep_with(Configuration& configuration, const SweepOutput& output) {
    if (output.zoom.empty()) {
        return run_one<Scalar>(configuration, output);
    }
    for (const char* name : {"window", "point"}) {
        if (configuration.is_given(name)) {
            configuration.fail(name, "cannot be combined with --zoom");
        }
    }
    if (output.directory.empty()) {
        throw BadInput("--out is missing: expected the directory of the frames");
    }
    return run_zoom<Scalar>(configuration, output);
}

}  // namespace

int sweep_command(const std::vector<std::string>& arguments) {
    std::optional<Configuration> configuration = read_sweep_configuration(sweep_command_options(), arguments);
    if (!configuration) {
        return kDone;
    }
    const SweepOutput output = read_sweep_output(*configuration);
    warn_of_machine(output.is_quiet);
    return with_precision(read_precision(*configuration),
                          [&]<class Scalar>(Scalar) { return sweep_with<Scalar>(*configuration, output); });
}

}  // namespace skein::app
