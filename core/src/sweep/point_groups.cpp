#include "sweep/point_groups.hpp"

#include <map>
#include <optional>
#include <utility>

namespace skein::internal {
namespace {

using Kind = SweepParameter::Kind;

/// The value at each point of the axis that varies this; none if no axis does.
std::optional<std::span<const double>> values_of(Kind kind, const SweepSettings& settings,
                                                 const PointCoordinates& coordinates) {
    for (std::size_t axis = 0; axis < settings.axes.size(); ++axis) {
        if (settings.axes[axis].parameter.kind == kind) {
            return coordinates.of_axis(axis);
        }
    }
    return std::nullopt;
}

}  // namespace

std::vector<PointGroup> group_points(const SweepSettings& settings, const PointCoordinates& coordinates) {
    const auto layers = values_of(Kind::layers, settings, coordinates);
    const auto batches = values_of(Kind::batch, settings, coordinates);
    std::map<std::pair<std::size_t, std::uint64_t>, std::vector<std::size_t>> points_of;
    auto found = points_of.end();  // that of the point before, which often is the same
    for (std::size_t point = 0; point < coordinates.num_points(); ++point) {
        const std::pair key{layers ? static_cast<std::size_t>((*layers)[point]) : settings.num_layers,
                            batches ? static_cast<std::uint64_t>((*batches)[point]) : settings.training.batch_size};
        if (found == points_of.end() || found->first != key) {
            found = points_of.try_emplace(key).first;
        }
        found->second.push_back(point);
    }
    std::vector<PointGroup> groups;
    for (auto& [key, points] : points_of) {
        groups.push_back({key.first, key.second, std::move(points)});
    }
    return groups;
}

}  // namespace skein::internal
