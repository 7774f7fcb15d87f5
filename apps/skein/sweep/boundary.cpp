// skein boundary
#include "skein/boundary.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "commands.hpp"
#include "console/errors.hpp"
#include "console/json.hpp"
#include "console/machine.hpp"
#include "console/numbers.hpp"
#include "console/signals.hpp"
#include "console/streams.hpp"
#include "input/chain_options.hpp"
#include "input/compressed_summary.hpp"
#include "skein/box_counting.hpp"
#include "skein/names.hpp"
#include "sweep/sweep_job.hpp"
#include "sweep/sweep_options.hpp"
#include "sweep/sweep_progress.hpp"
#include "train/progress.hpp"

namespace skein::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostChangesShown = 100;
constexpr std::uint64_t kMaxPlane = std::uint64_t{1} << 28;

/// The axis to look along: the one that --along names, or the only one.
std::optional<std::size_t> read_along(const Configuration& configuration, const std::vector<Axis>& axes) {
    if (!configuration.is_given("along")) {
        return axes.size() == 1 ? std::optional<std::size_t>(0) : std::nullopt;
    }
    std::vector<std::string> names;
    std::ranges::transform(axes, std::back_inserter(names), [](const Axis& axis) { return axis.parameter.name(); });
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    try {
        return parse_word("axis", configuration.text("along"), candidates);
    } catch (const std::invalid_argument& error) {
        configuration.fail("along", error.what());
    }
}

std::string class_name(std::uint8_t found, BoundaryOf boundary) {
    std::string name(kBoundaryOfNames[static_cast<std::size_t>(boundary)]);
    std::ranges::replace(name, '_', ' ');
    return found == 1 ? name : "not " + name;
}

/// The values of the axes that are not looked along.
template <class Scalar>
std::vector<std::pair<std::string, double>> other_values(const SweepJob<Scalar>& job, std::size_t along,
                                                         std::uint64_t point) {
    std::vector<std::pair<std::string, double>> values;
    for (std::size_t axis = 0; axis < job.axes.size(); ++axis) {
        const std::vector<double>& all = job.sweep.settings().axes[axis].values;
        if (axis != along) {
            values.emplace_back(job.axes[axis].parameter.name(), all[static_cast<std::size_t>(point % all.size())]);
            point /= all.size();
        }
    }
    return values;
}

/// Of all chains that have been trained, where the data are compressed.
template <class Scalar>
void add_compression(const SweepJob<Scalar>& job, const std::optional<CompressionRecord>& record, Json& json) {
    if (record) {
        json["compression"] = compression_json(*record, job.sweep.data().compressed()->tolerance());
    }
}

std::string compression_line(const std::optional<CompressionRecord>& record) {
    const bool is_empty = !record || record->num_compressed + record->num_exact == 0;
    return is_empty ? "" : "compressed: " + compression_in_words(*record) + "\n";
}

template <class Scalar>
Json changes_json(const SweepJob<Scalar>& job, const BoundarySettings& settings, const BoundaryOutcome& outcome) {
    Json changes = Json::array();
    for (const BoundaryChange& change : outcome.changes) {
        Json at = Json::object();
        for (const auto& [name, value] : other_values(job, settings.axis, change.point)) {
            at[name] = exact_json(value);
        }
        changes.push_back({{"point", change.point},
                           {"at", at},
                           {"below", exact_json(change.below)},
                           {"above", exact_json(change.above)},
                           {"class_below", class_name(change.class_below, settings.boundary)},
                           {"class_above", class_name(change.class_above, settings.boundary)},
                           {"status_below", kStatusNames[static_cast<std::size_t>(change.status_below)]},
                           {"status_above", kStatusNames[static_cast<std::size_t>(change.status_above)]}});
    }
    Json json{{"status", outcome.is_complete ? "finished" : "stopped"},
              {"axis", job.axes[settings.axis].parameter.name()},
              {"scanned", exact_array(outcome.scanned)},
              {"chains", outcome.chains}};
    add_compression(job, outcome.compression, json);
    json["changes"] = changes;
    return json;
}

template <class Scalar>
std::string changes_text(const SweepJob<Scalar>& job, const BoundarySettings& settings,
                         const BoundaryOutcome& outcome) {
    const std::string name = job.axes[settings.axis].parameter.name();
    const std::uint64_t num_points = job.sweep.num_points() / job.axes[settings.axis].num_points;
    std::string text = std::string(outcome.is_complete ? "" : "stopped before the end\n") + "along " + name + " from " +
                       shortest(outcome.scanned.front()) + " to " + shortest(outcome.scanned.back()) + ": " +
                       grouped(outcome.changes.size()) + (outcome.changes.size() == 1 ? " change" : " changes") +
                       " between " + std::to_string(outcome.scanned.size()) + " values scanned" +
                       (num_points == 1 ? "" : " at each of " + grouped(num_points) + " points") + "; " +
                       grouped(outcome.chains) + " chains trained\n" + compression_line(outcome.compression);
    std::size_t shown = 0;
    for (const BoundaryChange& change : outcome.changes) {
        if (++shown > kMostChangesShown) {
            return text + "  ... (" + grouped(outcome.changes.size() - kMostChangesShown) + " more: see --json)\n";
        }
        std::string at;
        for (const auto& [other, value] : other_values(job, settings.axis, change.point)) {
            at += other + " = " + shortest(value) + ", ";
        }
        text += "\n  " + at + name + "\n    " + shortest(change.below) + "  " +
                class_name(change.class_below, settings.boundary) + "\n    " + shortest(change.above) + "  " +
                class_name(change.class_above, settings.boundary) + "\n";
    }
    return text;
}

/// "12,345 chains  3.4 s  150,000 chains/s": how many there will be depends on the changes that are found.
class SearchProgress final : public EnsembleObserver {
public:
    explicit SearchProgress(bool quiet) : is_shown_(!quiet && error_is_terminal()) {}
    SearchProgress(const SearchProgress&) = delete;
    SearchProgress& operator=(const SearchProgress&) = delete;
    ~SearchProgress() override {
        if (has_line_) {
            clear_progress_line();
        }
    }

    void after_tile(std::size_t num_lanes) override {
        chains_ += num_lanes;
        const Clock::time_point now = Clock::now();
        if (!is_shown_ || now - last_ < kProgressInterval) {
            return;
        }
        last_ = now;
        has_line_ = true;
        const double seconds = std::chrono::duration<double>(now - start_).count();
        const std::vector<std::string> parts{grouped(chains_) + " chains", duration(seconds),
                                             rounded(static_cast<double>(chains_) / seconds, 3) + " chains/s"};
        show_progress_line(joined_to_width(parts, error_terminal_columns()));
    }

private:
    using Clock = std::chrono::steady_clock;

    bool is_shown_;
    std::uint64_t chains_ = 0;
    Clock::time_point start_ = Clock::now();
    Clock::time_point last_ = start_;
    bool has_line_ = false;
};

template <class Scalar>
BoundaryOutcome search(const Configuration& configuration, const SweepJob<Scalar>& job,
                       const BoundarySettings& settings) {
    SearchProgress progress(configuration.flag("quiet"));
    return find_boundary(job.sweep, settings, &progress);
}

template <class Scalar>
int look_along(const Configuration& configuration, const SweepJob<Scalar>& job, std::size_t along) {
    if (job.axes[along].scale == AxisScale::values) {
        throw BadInput("axis '" + job.axes[along].text() +
                       "': a list, between whose values nothing is looked for: expected linear or log10 bounds");
    }
    BoundarySettings settings;
    settings.axis = along;
    settings.is_logarithmic = job.axes[along].scale == AxisScale::log10;
    settings.boundary = configuration.word<BoundaryOf>("between", kBoundaryOfNames);
    settings.num_scanned = static_cast<std::size_t>(configuration.count("scan", 2, 1'000'000));
    settings.resolution = configuration.positive_number("resolution");
    settings.keeps_classes = false;
    const BoundaryOutcome outcome = search(configuration, job, settings);
    write_output(configuration.flag("json") ? json_line(changes_json(job, settings, outcome))
                                            : changes_text(job, settings, outcome));
    return outcome.is_complete ? kDone : kSignalBase + stop_signal();
}

std::string dimension_text(const std::vector<BoxCount>& counts, const Dimension& dimension, std::uint64_t num_points) {
    std::string text = grouped(num_points) + " chains; boxes that hold a piece of the boundary\n\n  size      boxes\n";
    for (const BoxCount& count : counts) {
        std::string size = std::to_string(count.size);
        std::string boxes = grouped(count.boxes);
        text += "  " + std::string(4 - std::min<std::size_t>(4, size.size()), ' ') + size +
                std::string(11 - std::min<std::size_t>(11, boxes.size()), ' ') + boxes + "\n";
    }
    if (std::isnan(dimension.slope)) {
        return text + "\nno dimension: less than two sizes with " + std::to_string(kMinBoxes) + " boxes\n";
    }
    return text + "\nbox-counting dimension " + rounded(dimension.slope, 4) + " +- " +
           rounded(dimension.standard_error, 2) + " (fit over " + std::to_string(dimension.num_sizes) +
           " sizes; slopes between neighbouring sizes from " + rounded(dimension.smallest, 3) + " to " +
           rounded(dimension.largest, 3) + ")\n";
}

Json dimension_json(const std::vector<BoxCount>& counts, const Dimension& dimension, std::uint64_t num_points) {
    Json boxes = Json::array();
    for (const BoxCount& count : counts) {
        boxes.push_back({{"size", count.size}, {"boxes", count.boxes}});
    }
    return {{"status", "finished"},
            {"points", num_points},
            {"boxes", boxes},
            {"dimension", exact_json(dimension.slope)},
            {"standard_error", exact_json(dimension.standard_error)},
            {"smallest_slope", exact_json(dimension.smallest)},
            {"largest_slope", exact_json(dimension.largest)},
            {"sizes", dimension.num_sizes}};
}

struct Plane {
    std::vector<std::uint8_t> classes;  // of every point
    std::optional<CompressionRecord> compression;
};

/// Nothing where a stop was requested.
template <class Scalar>
std::optional<Plane> train_plane(const Configuration& configuration, const SweepJob<Scalar>& job) {
    constexpr std::size_t kBlock = 65536;
    const auto boundary = configuration.word<BoundaryOf>("between", kBoundaryOfNames);
    const std::uint64_t num_points = job.sweep.num_points();
    Plane plane;
    if (job.sweep.data().compressed() != nullptr) {
        plane.compression.emplace();
    }
    std::vector<std::uint8_t>& classes = plane.classes;
    const int threads = num_threads(job.sweep.settings().training.execution);
    SweepProgress progress(num_points, 0, job.sweep.work_per_point(), threads, configuration.flag("quiet"));
    while (classes.size() < num_points) {
        const std::size_t count = std::min<std::size_t>(kBlock, static_cast<std::size_t>(num_points) - classes.size());
        const EnsembleOutcome points = job.sweep.run(classes.size(), count, &progress).points;
        if (is_stopped(points)) {
            return std::nullopt;
        }
        require_classes(job.sweep, points, [&](std::size_t at) { return job.sweep.coordinates(classes.size() + at); });
        const std::vector<std::uint8_t> block = classes_of(points, boundary);
        classes.insert(classes.end(), block.begin(), block.end());
        if (plane.compression) {
            *plane.compression += CompressionRecord::sum(points.compression);
        }
    }
    return plane;
}

/// Trains the plane, keeping nothing but the classes, and counts boxes.
template <class Scalar>
int count_plane(const Configuration& configuration, const SweepJob<Scalar>& job) {
    const std::uint64_t num_points = job.sweep.num_points();
    if (num_points > kMaxPlane) {
        configuration.fail("axis", grouped(num_points) + " points: expected at most " + grouped(kMaxPlane));
    }
    const std::optional<Plane> plane = train_plane(configuration, job);
    if (!plane) {
        return kSignalBase + stop_signal();
    }
    const std::vector<BoxCount> counts =
        count_boundary_boxes(plane->classes, job.axes[0].num_points, job.axes[1].num_points);
    const Dimension dimension = box_counting_dimension(counts);
    Json json = dimension_json(counts, dimension, num_points);
    add_compression(job, plane->compression, json);
    write_output(configuration.flag("json")
                     ? json_line(json)
                     : dimension_text(counts, dimension, num_points) + compression_line(plane->compression));
    return kDone;
}

template <class Scalar>
int boundary_with(Configuration& configuration) {
    const SweepJob<Scalar> job = make_sweep_job<Scalar>(configuration);
    const std::optional<std::size_t> along = read_along(configuration, job.axes);
    if (!along && job.axes.size() != 2) {
        throw BadInput("--along is missing: expected the axis to look along (or two axes, for the dimension)");
    }
    catch_stop_signals();
    return along ? look_along(configuration, job, *along) : count_plane(configuration, job);
}

}  // namespace

int boundary_command(const std::vector<std::string>& arguments) {
    std::optional<Configuration> configuration = read_sweep_configuration(boundary_command_options(), arguments);
    if (!configuration) {
        return kDone;
    }
    return configuration->word<Precision>("precision", kPrecisionNames) == Precision::float32
               ? boundary_with<float>(*configuration)
               : boundary_with<double>(*configuration);
}

}  // namespace skein::app
