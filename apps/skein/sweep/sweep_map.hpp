// The numbers that the pictures of a sweep show, from its arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "sweep/sweep_job.hpp"

namespace skein::app {

/// The numbers that a picture shows.
struct SweepMap {
    std::size_t width = 0;
    std::size_t height = 0;
    std::vector<double> values;       // [height x width]
    std::vector<std::uint8_t> side;   // of trainability, else empty
    double y_from = 0.0, y_to = 1.0;  // of recorded losses
};

/// Which axes a picture has, and how far apart the points along each axis are in the arrays.
struct MapLayout {
    std::vector<const Axis*> axes;
    std::vector<std::uint64_t> distance;
    std::vector<std::size_t> shown;  // at most two, then those that there is a picture for each point of
    std::vector<std::size_t> reduced;

    explicit MapLayout(const std::vector<Axis>& all) {
        std::uint64_t next = 1;
        for (std::size_t axis = 0; axis < all.size(); ++axis) {
            axes.push_back(&all[axis]);
            distance.push_back(next);
            next *= all[axis].num_points;
            (all[axis].reduction == Reduction::none ? shown : reduced).push_back(axis);
        }
    }
    std::size_t size(std::size_t place) const { return place < shown.size() ? axes[shown[place]]->num_points : 1; }
    std::uint64_t step(std::size_t place) const { return place < shown.size() ? distance[shown[place]] : 0; }
    std::size_t num_pictures() const {
        std::size_t count = 1;
        for (std::size_t place = 2; place < shown.size(); ++place) count *= size(place);
        return count;
    }
    /// Of the first point of a picture.
    std::uint64_t begin_of(std::size_t picture) const {
        std::uint64_t index = 0;
        for (std::size_t place = 2; place < shown.size(); ++place) {
            index += picture % size(place) * step(place);
            picture /= size(place);
        }
        return index;
    }
    /// The points that become one, relative to the first.
    std::vector<std::uint64_t> reduced_offsets() const {
        std::vector<std::uint64_t> offsets{0};
        for (const std::size_t axis : reduced) {
            std::vector<std::uint64_t> more;
            for (std::size_t point = 0; point < axes[axis]->num_points; ++point) {
                for (const std::uint64_t offset : offsets) more.push_back(offset + point * distance[axis]);
            }
            offsets = std::move(more);
        }
        return offsets;
    }
    Reduction reduction() const { return reduced.empty() ? Reduction::none : axes[reduced[0]]->reduction; }
};

/// Of one picture; of recorded losses there is but one. Throws FileError.
template <class Scalar>
SweepMap read_map(const std::filesystem::path& directory, const SweepJob<Scalar>& job, const MapLayout& layout,
                  std::size_t picture);

}  // namespace skein::app
