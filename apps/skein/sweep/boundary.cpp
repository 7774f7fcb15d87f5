// skein boundary
#include "skein/boundary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <stdexcept>

#include "cli/precision.hpp"
#include "commands.hpp"
#include "console/exit_codes.hpp"
#include "console/machine.hpp"
#include "console/numbers.hpp"
#include "console/progress_line.hpp"
#include "console/signals.hpp"
#include "console/streams.hpp"
#include "skein/box_counting.hpp"
#include "skein/names.hpp"
#include "skein/sweep_options.hpp"
#include "sweep/boundary_report.hpp"
#include "sweep/sweep_job.hpp"
#include "sweep/sweep_progress.hpp"

namespace skein::app {
namespace {

constexpr std::uint64_t kMaxPlane = std::uint64_t{1} << 28;

/// The axis to look along: the one that --along names, or the only one.
std::optional<std::size_t> find_along(const Configuration& configuration, const SweepOutput& output,
                                      const std::vector<Axis>& axes) {
    if (!configuration.is_given("along")) {
        return axes.size() == 1 ? std::optional<std::size_t>(0) : std::nullopt;
    }
    std::vector<std::string> names;
    std::ranges::transform(axes, std::back_inserter(names), [](const Axis& axis) { return axis.parameter.name(); });
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    try {
        return parse_word("axis", output.along, candidates);
    } catch (const std::invalid_argument& error) {
        configuration.fail("along", error.what());
    }
}

BoundarySettings read_settings(const Configuration& configuration) {
    BoundarySettings settings;
    read_options(boundary_options(), configuration, settings);
    settings.keeps_classes = false;
    return settings;
}

/// "12,345 chains  3.4 s  150,000 chains/s": how many there will be depends on the changes that are found.
class SearchProgress final : public EnsembleObserver {
public:
    explicit SearchProgress(bool quiet) : line_(quiet) {}

    void after_tile(std::size_t num_lanes) override {
        chains_ += num_lanes;
        line_.update([&] {
            const double seconds = line_.seconds();
            return std::vector<std::string>{grouped(chains_) + " chains", duration(seconds),
                                            rounded(static_cast<double>(chains_) / seconds, 3) + " chains/s"};
        });
    }

private:
    std::uint64_t chains_ = 0;
    ProgressLine line_;
};

template <class Scalar>
int look_along(const SweepJob<Scalar>& job, const Axis& axis, BoundarySettings settings, const SweepOutput& output) {
    if (axis.scale == AxisScale::values) {
        throw BadInput(
            fmt::format("axis '{}': a list of values cannot be bisected: expected linear or "
                        "log10 bounds",
                        axis.text()));
    }
    settings.axis = static_cast<std::size_t>(&axis - job.axes.data());
    settings.is_logarithmic = axis.scale == AxisScale::log10;
    SearchProgress progress(output.is_quiet);
    const BoundaryOutcome outcome = find_boundary(job.sweep, settings, &progress);
    write_output(output.prints_json ? json_line(changes_json(job, settings, outcome))
                                    : changes_text(job, settings, outcome));
    return outcome.is_complete ? kDone : kSignalBase + stop_signal();
}

struct Plane {
    std::vector<std::uint8_t> classes;             // of every point
    std::optional<CompressionRecord> compression;  // if the data are compressed
};

/// Nothing if a stop was requested.
template <class Scalar>
std::optional<Plane> train_plane(const SweepJob<Scalar>& job, BoundaryOf boundary, bool is_quiet) {
    constexpr std::size_t kPointsAtATime = 65536;
    const std::uint64_t num_points = job.sweep.num_points();
    Plane plane;
    if (job.sweep.data().compressed() != nullptr) {
        plane.compression.emplace();
    }
    std::vector<std::uint8_t>& classes = plane.classes;
    const int threads = num_threads(job.sweep.settings().training.execution);
    SweepProgress progress(num_points, 0, job.sweep.work_per_point(), threads, is_quiet);
    while (classes.size() < num_points) {
        const std::size_t count =
            std::min<std::size_t>(kPointsAtATime, static_cast<std::size_t>(num_points) - classes.size());
        const EnsembleOutcome points = job.sweep.run(classes.size(), count, &progress).points;
        if (is_stopped(points)) {
            return std::nullopt;
        }
        require_classes(job.sweep, points, [&](std::size_t at) { return job.sweep.coordinates(classes.size() + at); });
        const std::vector<std::uint8_t> more = classes_of(points, boundary);
        classes.insert(classes.end(), more.begin(), more.end());
        if (plane.compression) {
            *plane.compression += CompressionRecord::sum(points.compression);
        }
    }
    return plane;
}

/// Trains the plane, keeping nothing but the classes, and counts boxes.
template <class Scalar>
int count_plane(const Configuration& configuration, const SweepJob<Scalar>& job, BoundaryOf boundary,
                const SweepOutput& output) {
    const std::uint64_t num_points = job.sweep.num_points();
    if (num_points > kMaxPlane) {
        configuration.fail("axis",
                           fmt::format("{} points: expected at most {}", grouped(num_points), grouped(kMaxPlane)));
    }
    const std::optional<Plane> plane = train_plane(job, boundary, output.is_quiet);
    if (!plane) {
        return kSignalBase + stop_signal();
    }
    PlaneReport report{num_points,
                       count_boundary_boxes(plane->classes, job.axes[0].num_points, job.axes[1].num_points),
                       {},
                       plane->compression};
    report.dimension = box_counting_dimension(report.counts);
    write_output(output.prints_json ? json_line(plane_json(job, report)) : plane_text(report));
    return kDone;
}

template <class Scalar>
int boundary_with(Configuration& configuration, const SweepOutput& output) {
    const SweepJob<Scalar> job = make_sweep_job<Scalar>(configuration, output);
    const std::optional<std::size_t> along = find_along(configuration, output, job.axes);
    if (!along && job.axes.size() != 2) {
        throw BadInput("--along is missing: expected the axis to look along (or two axes, for the dimension)");
    }
    for (const char* name : {"scan", "resolution"}) {
        if (!along && configuration.is_on_command_line(name)) {
            configuration.fail(name, "has no effect on a plane: expected --along, or one axis");
        }
    }
    const BoundarySettings settings = read_settings(configuration);
    catch_stop_signals();
    return along ? look_along(job, job.axes[*along], settings, output)
                 : count_plane(configuration, job, settings.boundary, output);
}

}  // namespace

int boundary_command(const std::vector<std::string>& arguments) {
    std::optional<Configuration> configuration = read_sweep_configuration(boundary_command_options(), arguments);
    if (!configuration) {
        return kDone;
    }
    const SweepOutput output = read_sweep_output(*configuration);
    warn_of_machine(output.is_quiet);
    return with_precision(read_precision(*configuration),
                          [&]<class Scalar>(Scalar) { return boundary_with<Scalar>(*configuration, output); });
}

}  // namespace skein::app
