// skein sweep
#include <cmath>
#include <stdexcept>

#include "chain_options.hpp"
#include "commands.hpp"
#include "errors.hpp"
#include "json.hpp"
#include "numbers.hpp"
#include "signals.hpp"
#include "skein/elementary.hpp"
#include "streams.hpp"
#include "sweep_options.hpp"
#include "sweep_run.hpp"

namespace skein::app {
namespace {

/// The point that --point names, one index per axis.
template <class Scalar>
std::vector<double> read_point(const Configuration& configuration, const SweepJob<Scalar>& job) {
    const std::vector<std::string> texts = configuration.texts("point");
    if (texts.size() != job.axes.size()) {
        configuration.fail("point", std::to_string(texts.size()) + " indices for " + std::to_string(job.axes.size()) +
                                        " axes: expected one per axis");
    }
    std::vector<double> coordinates;
    for (std::size_t axis = 0; axis < texts.size(); ++axis) {
        const std::vector<double>& values = job.sweep.settings().axes[axis].values;
        const std::optional<std::uint64_t> index = parse_count(texts[axis]);
        if (!index || *index >= values.size()) {
            configuration.fail("point",
                               job.axes[axis].parameter.name() + ": " + count_fault(texts[axis], 0, values.size() - 1));
        }
        coordinates.push_back(values[static_cast<std::size_t>(*index)]);
    }
    return coordinates;
}

template <class Scalar>
int run_one(Configuration& configuration, const std::filesystem::path& directory) {
    const SweepJob<Scalar> job = make_sweep_job<Scalar>(configuration);
    if (configuration.is_given("point")) {
        write_output(train_command_of(configuration, job, read_point(configuration, job)) + "\n");
        return kDone;
    }
    if (directory.empty()) {
        throw BadInput("--out is missing: expected the directory of the sweep");
    }
    catch_stop_signals();
    const SweepReport report = run_sweep(configuration, job, directory);
    write_output(configuration.flag("json") ? json_line(report_json(report)) : report_text(report, job.axes));
    return report.signal == 0 ? kDone : kSignalBase + report.signal;
}

/// Bounds that lie around `centre`, `part` as wide as those of the axis. By skein's own functions: the same frames on
/// every CPU.
std::string window_around(const Axis& axis, double centre, double part) {
    double from = 0.0, to = 0.0;
    if (axis.scale == AxisScale::log10) {
        const double half = exp(log(axis.to / axis.from) * (part / 2));
        from = centre / half;
        to = centre * half;
    } else {
        const double half = (axis.to - axis.from) * (part / 2);
        from = centre - half;
        to = centre + half;
    }
    return axis.parameter.name() + "=" + shortest(from) + ":" + shortest(to);
}

/// --zoom X,Y,F,N: sweeps of their own, each with a window of its own.
template <class Scalar>
int run_frames(const Configuration& configuration, const std::filesystem::path& directory) {
    const std::vector<double> zoom = configuration.numbers("zoom");
    Configuration whole = configuration;
    const std::vector<Axis> axes = read_axes(whole);
    if (zoom.size() != 4 || axes.size() < 2) {
        configuration.fail("zoom", "expected X,Y,FACTOR,FRAMES and at least two axes");
    }
    if (!(zoom[2] > 1) || !(zoom[3] >= 1) || zoom[3] != std::floor(zoom[3]) || zoom[3] > 10000) {
        configuration.fail("zoom", "expected a factor above 1 and from 1 to 10000 frames");
    }
    for (std::size_t axis = 0; axis < 2; ++axis) {
        if (axes[axis].scale == AxisScale::values || !(zoom[axis] >= axes[axis].from && zoom[axis] <= axes[axis].to)) {
            configuration.fail("zoom", shortest(zoom[axis]) + " is not on the axis " + axes[axis].text());
        }
    }
    double part = 1.0;
    for (int frame = 0; frame < static_cast<int>(zoom[3]); ++frame, part /= zoom[2]) {
        Configuration one = whole;
        one.set("window", window_around(axes[0], zoom[0], part) + "," + window_around(axes[1], zoom[1], part),
                "--zoom");
        const std::string number = std::to_string(frame);
        const std::string name = "frame_" + std::string(3 - std::min<std::size_t>(3, number.size()), '0') + number;
        one.set("out", (directory / name).string(), "--out");
        const int code = run_one<Scalar>(one, directory / name);
        if (code != kDone) {
            return code;
        }
    }
    return kDone;
}

template <class Scalar>
int sweep_with(Configuration& configuration) {
    const std::filesystem::path directory = configuration.text("out");
    if (!configuration.is_given("zoom")) {
        return run_one<Scalar>(configuration, directory);
    }
    for (const char* name : {"window", "point"}) {
        if (configuration.is_given(name)) {
            configuration.fail(name, "has no place beside --zoom");
        }
    }
    if (directory.empty()) {
        throw BadInput("--out is missing: expected the directory of the frames");
    }
    return run_frames<Scalar>(configuration, directory);
}

}  // namespace

int sweep_command(const std::vector<std::string>& arguments) {
    std::optional<Configuration> configuration = read_sweep_configuration(sweep_command_options(), arguments);
    if (!configuration) {
        return kDone;
    }
    return configuration->word<Precision>("precision", kPrecisionNames) == Precision::float32
               ? sweep_with<float>(*configuration)
               : sweep_with<double>(*configuration);
}

}  // namespace skein::app
