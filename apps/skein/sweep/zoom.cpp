#include "sweep/zoom.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <stdexcept>

#include "console/exit_codes.hpp"
#include "console/machine.hpp"
#include "console/streams.hpp"
#include "skein/elementary.hpp"
#include "skein/sweep_options.hpp"
#include "skein/text.hpp"
#include "sweep/sweep_directory.hpp"
#include "sweep/sweep_run.hpp"

namespace skein::app {
namespace {

/// A sweep of a zoom.
struct Frame {
    std::string name;
    std::array<std::string, 2> windows;
};

/// Bounds around `centre`, `part` as wide as those of the axis. By skein's own functions: the same frames on every CPU.
std::string window_around(const Axis& axis, double centre, double part) {
    double from = 0.0, to = 0.0;
    if (axis.scale == AxisScale::log10) {
        const double half = elementary::exp(elementary::log(axis.to / axis.from) * (part / 2));
        from = centre / half;
        to = centre * half;
    } else {
        const double half = (axis.to - axis.from) * (part / 2);
        from = centre - half;
        to = centre + half;
    }
    return fmt::format("{}={}:{}", axis.parameter.name(), shortest(from), shortest(to));
}

void check_zoom(const Configuration& configuration, const std::vector<double>& zoom, const std::vector<Axis>& axes) {
    if (zoom.size() != 4 || axes.size() < 2) {
        configuration.fail("zoom", "expected X,Y,FACTOR,FRAMES and at least two axes");
    }
    if (!(zoom[2] > 1) || !(zoom[3] >= 1) || zoom[3] != std::floor(zoom[3]) || zoom[3] > 10000) {
        configuration.fail("zoom", "expected a factor above 1 and from 1 to 10000 frames");
    }
    for (std::size_t axis = 0; axis < 2; ++axis) {
        if (axes[axis].scale == AxisScale::values || !(zoom[axis] >= axes[axis].from && zoom[axis] <= axes[axis].to)) {
            configuration.fail("zoom",
                               fmt::format("{} is not on the axis {}", shortest(zoom[axis]), axes[axis].text()));
        }
    }
}

std::vector<Frame> make_frames(const std::vector<double>& zoom, const std::vector<Axis>& axes) {
    std::vector<Frame> frames;
    double part = 1.0;
    for (int frame = 0; frame < static_cast<int>(zoom[3]); ++frame, part /= zoom[2]) {
        frames.push_back({fmt::format("frame_{:03}", frame),
                          {window_around(axes[0], zoom[0], part), window_around(axes[1], zoom[1], part)}});
    }
    return frames;
}

/// Throws if neighbours have become the same number.
template <class Scalar>
void require_resolution(const SweepAxis& axis) {
    for (std::size_t at = 1; at < axis.values.size(); ++at) {
        const auto value = static_cast<Scalar>(axis.values[at]);
        if (value == static_cast<Scalar>(axis.values[at - 1])) {
            throw std::invalid_argument(
                fmt::format("axis {}: two points are the same number, {}: expected fewer frames, "
                            "or a smaller factor",
                            axis.parameter.name(), shortest(value)));
        }
    }
}

/// The sweep of a frame, on the data of the whole.
template <class Scalar>
SweepJob<Scalar> job_of(const Configuration& configuration, const SweepJob<Scalar>& whole, const Frame& frame) {
    try {
        std::vector<Axis> axes = whole.axes;
        SweepSettings settings = whole.sweep.settings();
        for (std::size_t axis = 0; axis < 2; ++axis) {
            narrow(axes, frame.windows[axis]);
            settings.axes[axis] = axes[axis].for_sweep();
            require_resolution<Scalar>(settings.axes[axis]);
        }
        Sweep<Scalar> sweep(std::move(settings), whole.sweep.data());
        return {std::move(axes), std::move(sweep), whole.quantity, whole.column, whole.compression_seconds};
    } catch (const std::invalid_argument& error) {
        configuration.fail("zoom", fmt::format("{}, with {} and {} around the point: {}", frame.name, frame.windows[0],
                                               frame.windows[1], error.what()));
    }
}

/// What the options would say of a frame alone.
struct FrameOptions {
    Configuration configuration;
    SweepOutput output;

    FrameOptions(const Configuration& whole, const SweepOutput& all, const Frame& frame)
        : configuration(whole), output(all) {
        output.directory = (std::filesystem::path(all.directory) / frame.name).string();
        configuration.set("window", fmt::format("{},{}", frame.windows[0], frame.windows[1]), "--zoom");
        configuration.set("out", output.directory, "--out");
        (void)read_sweep_options(configuration);  // writes the narrowed axes into the configuration
    }
};

template <class Scalar>
int run_frame(const FrameOptions& options, const SweepJob<Scalar>& job) {
    const Configuration& configuration = options.configuration;
    const SweepOutput& output = options.output;
    const std::optional<SweepRecord> held = held_sweep(configuration, output);
    if (!held || !held->is_finished) {
        return run_and_print(configuration, output, job);
    }
    require_same_settings(configuration, *held,
                          new_record(configuration, num_threads(job.sweep.settings().training.execution)));
    Json report = Json::parse(held->outcome).value();
    report["directory"] = output.directory;
    write_output(output.prints_json ? json_line(report) : fmt::format("{}: done before\n", output.directory));
    return kDone;
}

}  // namespace

template <class Scalar>
int run_zoom(const Configuration& configuration, const SweepOutput& output) {
    Configuration whole = configuration;
    check_zoom(configuration, output.zoom, read_sweep_options(whole).axes);
    const SweepJob<Scalar> all = make_sweep_job<Scalar>(whole, output);
    const std::vector<Frame> frames = make_frames(output.zoom, all.axes);
    for (const Frame& frame : frames) {  // films take hours: frames that cannot be trained are found first
        (void)job_of(configuration, all, frame);
    }
    for (const Frame& frame : frames) {  // and all frames of an earlier zoom are replaced before the first is trained
        const FrameOptions options(whole, output, frame);
        if (output.replaces_sweep && std::filesystem::is_directory(options.output.directory)) {
            replace_sweep(options.configuration, options.output, job_of(configuration, all, frame));
        }
    }
    for (const Frame& frame : frames) {
        const int code = run_frame(FrameOptions(whole, output, frame), job_of(configuration, all, frame));
        if (code != kDone) {
            return code;
        }
    }
    return kDone;
}
template int run_zoom<float>(const Configuration&, const SweepOutput&);
template int run_zoom<double>(const Configuration&, const SweepOutput&);

}  // namespace skein::app
