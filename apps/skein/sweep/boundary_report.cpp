#include "sweep/boundary_report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "console/numbers.hpp"
#include "console/text.hpp"
#include "input/compressed_summary.hpp"

namespace skein::app {
namespace {

constexpr std::size_t kMostChangesShown = 100;

std::string class_name(std::uint8_t found, BoundaryOf boundary) {
    const std::string name = in_words(name_of(boundary, kBoundaryOfNames));
    return found == 1 ? name : fmt::format("not {}", name);
}

/// The values of the other axes.
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

/// What compressed data did to all chains.
template <class Scalar>
void add_compression(const SweepJob<Scalar>& job, const std::optional<CompressionRecord>& record, Json& json) {
    if (record) {
        json["compression"] = compression_json(*record, job.sweep.data().compressed()->tolerance());
    }
}

std::string compression_line(const std::optional<CompressionRecord>& record) {
    const bool is_empty = !record || record->num_compressed + record->num_exact == 0;
    return is_empty ? "" : fmt::format("compressed: {}\n", compression_in_words(*record));
}

template <class Scalar>
std::string headline(const SweepJob<Scalar>& job, const BoundarySettings& settings, const BoundaryOutcome& outcome) {
    const std::uint64_t num_points = job.sweep.num_points() / job.axes[settings.axis].num_points;
    const std::string points = num_points == 1 ? "" : fmt::format(" at each of {} points", grouped(num_points));
    return fmt::format("{}along {} from {} to {}: {} between {} values scanned{}; {} trained\n",
                       outcome.is_complete ? "" : "stopped before the end\n", job.axes[settings.axis].parameter.name(),
                       shortest(outcome.scanned.front()), shortest(outcome.scanned.back()),
                       counted(outcome.changes.size(), "change"), outcome.scanned.size(), points,
                       counted(outcome.chains, "chain"));
}

template <class Scalar>
std::string change_text(const SweepJob<Scalar>& job, const BoundarySettings& settings, const BoundaryChange& change) {
    std::string at;
    for (const auto& [other, value] : other_values(job, settings.axis, change.point)) {
        at += fmt::format("{} = {}, ", other, shortest(value));
    }
    return fmt::format("\n  {}{}\n    {}  {}\n    {}  {}\n", at, job.axes[settings.axis].parameter.name(),
                       shortest(change.below), class_name(change.class_below, settings.boundary),
                       shortest(change.above), class_name(change.class_above, settings.boundary));
}

}  // namespace

template <class Scalar>
Json changes_json(const SweepJob<Scalar>& job, const BoundarySettings& settings, const BoundaryOutcome& outcome) {
    Json changes = Json::array();
    for (const BoundaryChange& change : outcome.changes) {
        Json at = Json::object();
        for (const auto& [name, value] : other_values(job, settings.axis, change.point)) {
            at[name] = value;
        }
        changes.push_back({{"point", change.point},
                           {"at", at},
                           {"below", change.below},
                           {"above", change.above},
                           {"class_below", class_name(change.class_below, settings.boundary)},
                           {"class_above", class_name(change.class_above, settings.boundary)},
                           {"status_below", name_of(change.status_below, kStatusNames)},
                           {"status_above", name_of(change.status_above, kStatusNames)}});
    }
    Json json{{"status", outcome.is_complete ? "finished" : "stopped"},
              {"axis", job.axes[settings.axis].parameter.name()},
              {"scanned", outcome.scanned},
              {"chains", outcome.chains}};
    add_compression(job, outcome.compression, json);
    json["changes"] = changes;
    return json;
}

template Json changes_json(const SweepJob<float>&, const BoundarySettings&, const BoundaryOutcome&);
template Json changes_json(const SweepJob<double>&, const BoundarySettings&, const BoundaryOutcome&);

template <class Scalar>
std::string changes_text(const SweepJob<Scalar>& job, const BoundarySettings& settings,
                         const BoundaryOutcome& outcome) {
    std::string text = headline(job, settings, outcome) + compression_line(outcome.compression);
    std::size_t shown = 0;
    for (const BoundaryChange& change : outcome.changes) {
        if (++shown > kMostChangesShown) {
            return text +
                   fmt::format("  ... ({} more: see --json)\n", grouped(outcome.changes.size() - kMostChangesShown));
        }
        text += change_text(job, settings, change);
    }
    return text;
}
template std::string changes_text(const SweepJob<float>&, const BoundarySettings&, const BoundaryOutcome&);
template std::string changes_text(const SweepJob<double>&, const BoundarySettings&, const BoundaryOutcome&);

template <class Scalar>
Json plane_json(const SweepJob<Scalar>& job, const PlaneReport& report) {
    const Dimension& dimension = report.dimension;
    Json boxes = Json::array();
    for (const BoxCount& count : report.counts) {
        boxes.push_back({{"size", count.size}, {"boxes", count.boxes}});
    }
    Json json{{"status", "finished"},
              {"points", report.num_points},
              {"boxes", boxes},
              {"dimension", dimension.slope},
              {"standard_error", dimension.standard_error},
              {"smallest_slope", dimension.smallest},
              {"largest_slope", dimension.largest},
              {"sizes", dimension.num_sizes}};
    add_compression(job, report.compression, json);
    return json;
}

template Json plane_json(const SweepJob<float>&, const PlaneReport&);
template Json plane_json(const SweepJob<double>&, const PlaneReport&);

std::string plane_text(const PlaneReport& report) {
    std::string text = fmt::format("{} chains; boxes that hold a piece of the boundary\n\n  size      boxes\n",
                                   grouped(report.num_points));
    for (const BoxCount& count : report.counts) {
        text += fmt::format("  {:>4}{:>11}\n", count.size, grouped(count.boxes));
    }
    const Dimension& dimension = report.dimension;
    text += std::isnan(dimension.slope)
                ? fmt::format("\nno dimension: less than two sizes with {} boxes\n", kMinBoxes)
                : fmt::format(
                      "\nbox-counting dimension {} +- {} (fit over {} sizes; slopes between neighbouring sizes from "
                      "{} to {})\n",
                      rounded(dimension.slope, 4), rounded(dimension.standard_error, 2), dimension.num_sizes,
                      rounded(dimension.smallest, 3), rounded(dimension.largest, 3));
    return text + compression_line(report.compression);
}

}  // namespace skein::app
