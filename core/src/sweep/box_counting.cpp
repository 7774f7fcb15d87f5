#include "skein/box_counting.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/require.hpp"
#include "skein/elementary.hpp"

namespace skein {

using namespace internal;

namespace {

/// [height x width], 1 for a boundary cell.
std::vector<std::uint8_t> boundary_cells(std::span<const std::uint8_t> classes, std::size_t width, std::size_t height) {
    std::vector<std::uint8_t> cells(classes.size());
    for (std::size_t y = 0; y < height; ++y) {
        for (std::size_t x = 0; x < width; ++x) {
            const std::size_t at = y * width + x;
            const bool differs = (x + 1 < width && classes[at] != classes[at + 1]) ||
                                 (y + 1 < height && classes[at] != classes[at + width]);
            cells[at] = differs ? 1 : 0;
        }
    }
    return cells;
}

/// The least-squares line through points: its slope, and the standard error of the slope.
struct Line {
    double slope, standard_error;
};

Line fit_line(const std::vector<double>& x, const std::vector<double>& y) {
    const double n = static_cast<double>(x.size());
    double mean_x = 0.0, mean_y = 0.0, xx = 0.0, xy = 0.0, residuals = 0.0;
    for (std::size_t at = 0; at < x.size(); ++at) {
        mean_x += x[at] / n;
        mean_y += y[at] / n;
    }
    for (std::size_t at = 0; at < x.size(); ++at) {
        xx += (x[at] - mean_x) * (x[at] - mean_x);
        xy += (x[at] - mean_x) * (y[at] - mean_y);
    }
    const double slope = xy / xx;
    for (std::size_t at = 0; at < x.size(); ++at) {
        const double residual = y[at] - mean_y - slope * (x[at] - mean_x);
        residuals += residual * residual;
    }
    return {slope, x.size() > 2 ? std::sqrt(residuals / (n - 2.0) / xx) : std::numeric_limits<double>::quiet_NaN()};
}

}  // namespace

std::vector<BoxCount> count_boundary_boxes(std::span<const std::uint8_t> classes, std::size_t width,
                                           std::size_t height) {
    require(width != 0 && classes.size() / width == height && classes.size() % width == 0 && height != 0,
            "the number of classes", classes.size(), "height x width, and not none");
    std::vector<std::uint8_t> boxes = boundary_cells(classes, width, height);
    const std::size_t smaller_side = std::min(width, height);
    std::vector<BoxCount> counts;
    for (std::size_t size = 1; size <= smaller_side; size *= 2) {
        counts.push_back({size, static_cast<std::uint64_t>(std::ranges::count(boxes, std::uint8_t{1}))});
        // Four boxes become one.
        const std::size_t new_width = (width + 1) / 2, new_height = (height + 1) / 2;
        std::vector<std::uint8_t> merged(new_width * new_height);
        for (std::size_t at = 0; at < boxes.size(); ++at) {
            merged[at / width / 2 * new_width + at % width / 2] |= boxes[at];
        }
        boxes = std::move(merged);
        width = new_width;
        height = new_height;
    }
    return counts;
}

Dimension box_counting_dimension(std::span<const BoxCount> counts) {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    std::vector<double> x, y;
    for (const BoxCount& count : counts) {
        if (count.boxes < kMinBoxes) {
            break;
        }
        x.push_back(-elementary::log(static_cast<double>(count.size)));
        y.push_back(elementary::log(static_cast<double>(count.boxes)));
    }
    Dimension dimension{kNan, kNan, kNan, kNan, x.size()};
    if (x.size() < 2) {
        return dimension;
    }
    const Line line = fit_line(x, y);
    dimension.slope = line.slope;
    dimension.standard_error = line.standard_error;
    dimension.smallest = std::numeric_limits<double>::infinity();
    dimension.largest = -dimension.smallest;
    for (std::size_t at = 1; at < x.size(); ++at) {
        const double slope = (y[at] - y[at - 1]) / (x[at] - x[at - 1]);
        dimension.smallest = std::min(dimension.smallest, slope);
        dimension.largest = std::max(dimension.largest, slope);
    }
    return dimension;
}

}  // namespace skein
