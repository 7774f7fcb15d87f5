// skein sweep
#include <cmath>
#include <stdexcept>

#include "cli/precision.hpp"
#include "commands.hpp"
#include "console/errors.hpp"
#include "console/json.hpp"
#include "console/numbers.hpp"
#include "console/signals.hpp"
#include "console/streams.hpp"
#include "input/chain_options.hpp"
#include "skein/elementary.hpp"
#include "sweep/sweep_directory.hpp"
#include "sweep/sweep_options.hpp"
#include "sweep/sweep_run.hpp"

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
int run_job(const Configuration& configuration, const SweepJob<Scalar>& job, const std::filesystem::path& directory) {
    catch_stop_signals();
    const SweepReport report = run_sweep(configuration, job, directory);
    write_output(configuration.flag("json") ? json_line(report_json(report)) : report_text(report, job.axes));
    return report.signal == 0 ? kDone : kSignalBase + report.signal;
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
    return run_job(configuration, job, directory);
}

/// A sweep of a zoom.
struct Frame {
    std::string name;
    std::string windows[2];
};

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

std::vector<Frame> read_frames(const Configuration& configuration, const std::vector<Axis>& axes) {
    const std::vector<double> zoom = configuration.numbers("zoom");
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
    std::vector<Frame> frames;
    double part = 1.0;
    for (int frame = 0; frame < static_cast<int>(zoom[3]); ++frame, part /= zoom[2]) {
        const std::string number = std::to_string(frame);
        frames.push_back({"frame_" + std::string(3 - std::min<std::size_t>(3, number.size()), '0') + number,
                          {window_around(axes[0], zoom[0], part), window_around(axes[1], zoom[1], part)}});
    }
    return frames;
}

/// Throws where neighbours have become the same number.
template <class Scalar>
void require_resolution(const SweepAxis& axis) {
    for (std::size_t at = 1; at < axis.values.size(); ++at) {
        if (static_cast<Scalar>(axis.values[at - 1]) == static_cast<Scalar>(axis.values[at])) {
            throw std::invalid_argument("axis " + axis.parameter.name() + ": two points are the same number, " +
                                        shortest(static_cast<Scalar>(axis.values[at])) +
                                        ": expected fewer frames, or a smaller factor");
        }
    }
}

/// Finds frames that cannot be trained before the first one is: films take hours.
template <class Scalar>
void check_frames(const Configuration& configuration, const SweepJob<Scalar>& whole, const std::vector<Frame>& frames) {
    for (const Frame& frame : frames) {
        try {
            std::vector<Axis> axes = whole.axes;
            SweepSettings settings = whole.sweep.settings();
            for (std::size_t axis = 0; axis < 2; ++axis) {
                narrow(axes, frame.windows[axis]);
                settings.axes[axis] = axes[axis].for_sweep();
                require_resolution<Scalar>(settings.axes[axis]);
            }
            Sweep<Scalar>(std::move(settings), whole.sweep.data());
        } catch (const std::invalid_argument& error) {
            configuration.fail("zoom", frame.name + ", with " + frame.windows[0] + " and " + frame.windows[1] +
                                           " around the point: " + error.what());
        }
    }
}

Configuration configuration_of(const Configuration& whole, const Frame& frame, const std::filesystem::path& directory) {
    Configuration configuration = whole;
    configuration.set("window", frame.windows[0] + "," + frame.windows[1], "--zoom");
    configuration.set("out", directory.string(), "--out");
    return configuration;
}

template <class Scalar>
int run_frame(const Configuration& whole, const Frame& frame, const std::filesystem::path& directory) {
    Configuration configuration = configuration_of(whole, frame, directory);
    const SweepJob<Scalar> job = make_sweep_job<Scalar>(configuration);
    const std::optional<HeldSweep> held = held_sweep(configuration, directory);
    if (!held || !held->is_finished) {
        return run_job(configuration, job, directory);
    }
    require_same_settings(configuration, *held);
    Json report = held->run["outcome"];
    report["directory"] = directory.string();
    write_output(configuration.flag("json") ? json_line(report) : directory.string() + ": done before\n");
    return kDone;
}

/// With --force: the frames of an earlier zoom, all of them before the first is trained.
template <class Scalar>
void replace_frames(const Configuration& whole, const std::vector<Frame>& frames,
                    const std::filesystem::path& directory) {
    for (const Frame& frame : frames) {
        const std::filesystem::path place = directory / frame.name;
        if (std::filesystem::is_directory(place)) {
            Configuration configuration = configuration_of(whole, frame, place);
            const SweepJob<Scalar> job = make_sweep_job<Scalar>(configuration);
            replace_sweep(configuration, job, place);
        }
    }
}

/// --zoom X,Y,F,N: sweeps of their own, each with a window of its own. Those that are finished stay as they are.
template <class Scalar>
int run_frames(const Configuration& configuration, const std::filesystem::path& directory) {
    Configuration whole = configuration;
    const std::vector<Frame> frames = read_frames(configuration, read_axes(whole));
    check_frames(configuration, make_sweep_job<Scalar>(whole), frames);
    if (configuration.flag("force")) {
        replace_frames<Scalar>(configuration, frames, directory);
    }
    for (const Frame& frame : frames) {
        const int code = run_frame<Scalar>(configuration, frame, directory / frame.name);
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
    return with_precision(read_precision(*configuration),
                          [&]<class Scalar>(Scalar) { return sweep_with<Scalar>(*configuration); });
}

}  // namespace skein::app
