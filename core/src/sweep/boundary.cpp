#include "skein/boundary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "base/floating_point_environment.hpp"
#include "base/require.hpp"
#include "base/text.hpp"
#include "skein/elementary.hpp"
#include "skein/error.hpp"

namespace skein {

using namespace internal;

namespace {

using Kind = SweepParameter::Kind;

/// How many chains are scanned together, at as many points of the other axes as they are enough for, so that memory
/// stays bounded.
constexpr std::uint64_t kChainsPerBlock = 262'144;

template <class Scalar>
void check(const Sweep<Scalar>& sweep, const BoundarySettings& settings) {
    require(settings.axis < sweep.num_axes(), "the number of the axis to look along", settings.axis,
            "one that the sweep has, counted from 0");
    const SweepAxis& axis = sweep.settings().axes[settings.axis];
    const Kind kind = axis.parameter.kind;
    if (kind == Kind::layers || kind == Kind::batch || kind == Kind::seed || kind == Kind::data_seed) {
        throw std::invalid_argument("axis " + axis.parameter.name() +
                                    ": its values are whole numbers, between which nothing can be bisected");
    }
    require_name(settings.boundary, kBoundaryOfNames, "what divides the classes");
    require(axis.values.front() < axis.values.back(), "axis " + axis.parameter.name() + ": the end of the bracket",
            axis.values.back(), "more than its beginning");
    require(!settings.is_logarithmic || axis.values.front() > 0,
            "axis " + axis.parameter.name() + ": the beginning of a logarithmic bracket", axis.values.front(),
            "a positive number");
    require(settings.num_scanned >= 2, "the number of values to scan", settings.num_scanned, "at least 2");
    require(settings.resolution > 0 && settings.resolution < 1, "the resolution", settings.resolution,
            "more than 0 and less than 1");
}

/// Between a and b: the mean, or the geometric mean, whose product cannot overflow this way.
double middle_of(double a, double b, bool is_logarithmic) {
    const double middle = is_logarithmic ? std::sqrt(a) * std::sqrt(b) : a / 2 + b / 2;
    return std::clamp(middle, a, b);
}

/// A change whose ends are still to come nearer.
struct Bracket {
    BoundaryChange change;
    bool is_done = false;
};

template <class Scalar>
bool is_narrow(const BoundaryChange& change, double middle, double resolution) {
    const double size = std::max(std::abs(change.below), std::abs(change.above));
    const auto rounded = static_cast<Scalar>(middle);
    return change.above - change.below <= resolution * size || rounded == static_cast<Scalar>(change.below) ||
           rounded == static_cast<Scalar>(change.above);
}

/// Coordinates of point `index` of the other axes, with `value` on the axis looked along.
template <class Scalar>
void append_coordinates(const Sweep<Scalar>& sweep, std::size_t along, std::uint64_t index, double value,
                        std::vector<double>& coordinates) {
    for (std::size_t axis = 0; axis < sweep.num_axes(); ++axis) {
        const std::vector<double>& values = sweep.settings().axes[axis].values;
        if (axis == along) {
            coordinates.push_back(value);
        } else {
            coordinates.push_back(values[static_cast<std::size_t>(index % values.size())]);
            index /= values.size();
        }
    }
}

/// Looks at the points of the other axes [first, first + count).
template <class Scalar>
class Search {
public:
    Search(const Sweep<Scalar>& sweep, const BoundarySettings& settings, EnsembleObserver* observer,
           BoundaryOutcome& outcome)
        : sweep_(sweep), settings_(settings), observer_(observer), outcome_(outcome) {}

    void look_at(std::uint64_t first, std::uint64_t count) {
        std::vector<Bracket> brackets = scan(first, count);
        while (outcome_.is_complete && narrow(brackets)) {
        }
        for (const Bracket& bracket : brackets) {
            outcome_.changes.push_back(bracket.change);
        }
    }

private:
    /// Trains chains; false when stopped.
    bool train(const std::vector<double>& coordinates, EnsembleOutcome& points) {
        points = sweep_.run(coordinates, observer_).points;
        outcome_.chains += points.status.size();
        if (outcome_.compression) {
            *outcome_.compression += CompressionRecord::sum(points.compression);
        }
        const bool is_given_up = is_stopped(points);
        outcome_.is_complete &= !is_given_up;
        if (!is_given_up) {
            require_classes(sweep_, points, [&](std::size_t point) {
                const auto begin = coordinates.begin() + static_cast<std::ptrdiff_t>(point * sweep_.num_axes());
                return std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(sweep_.num_axes()));
            });
        }
        return !is_given_up;
    }

    std::vector<Bracket> scan(std::uint64_t first, std::uint64_t count) {
        const std::size_t num_scanned = outcome_.scanned.size();
        std::vector<double> coordinates;
        for (std::uint64_t point = first; point < first + count; ++point) {
            for (const double value : outcome_.scanned) {
                append_coordinates(sweep_, settings_.axis, point, value, coordinates);
            }
        }
        EnsembleOutcome points;
        std::vector<Bracket> brackets;
        if (!train(coordinates, points)) {
            return brackets;
        }
        const std::vector<std::uint8_t> classes = classes_of(points, settings_.boundary);
        if (settings_.keeps_classes) {
            outcome_.scanned_classes.insert(outcome_.scanned_classes.end(), classes.begin(), classes.end());
        }
        for (std::size_t at = 0; at + 1 < classes.size(); ++at) {
            const std::size_t value = at % num_scanned;
            if (value + 1 < num_scanned && classes[at] != classes[at + 1]) {
                brackets.push_back({{first + at / num_scanned, outcome_.scanned[value], outcome_.scanned[value + 1],
                                     classes[at], classes[at + 1], points.status[at], points.status[at + 1]}});
            }
        }
        return brackets;
    }

    /// Halves every bracket that is still too wide, all in one ensemble. Returns whether there was any.
    bool narrow(std::vector<Bracket>& brackets) {
        std::vector<double> coordinates, middles;
        std::vector<Bracket*> halved;
        for (Bracket& bracket : brackets) {
            const BoundaryChange& change = bracket.change;
            const double middle = middle_of(change.below, change.above, settings_.is_logarithmic);
            bracket.is_done |= is_narrow<Scalar>(change, middle, settings_.resolution);
            if (!bracket.is_done) {
                append_coordinates(sweep_, settings_.axis, change.point, middle, coordinates);
                middles.push_back(middle);
                halved.push_back(&bracket);
            }
        }
        EnsembleOutcome points;
        if (halved.empty() || !train(coordinates, points)) {
            return false;
        }
        const std::vector<std::uint8_t> classes = classes_of(points, settings_.boundary);
        for (std::size_t at = 0; at < halved.size(); ++at) {
            BoundaryChange& change = halved[at]->change;
            if (classes[at] == change.class_below) {
                change.below = middles[at];
                change.status_below = points.status[at];
            } else {
                change.above = middles[at];
                change.status_above = points.status[at];
            }
        }
        return true;
    }

    const Sweep<Scalar>& sweep_;
    const BoundarySettings& settings_;
    EnsembleObserver* observer_;
    BoundaryOutcome& outcome_;
};

}  // namespace

std::vector<std::uint8_t> classes_of(const EnsembleOutcome& outcome, BoundaryOf boundary) {
    if (boundary == BoundaryOf::loss_decreased) {
        return outcome.loss_decreased;
    }
    const Status wanted = boundary == BoundaryOf::converged ? Status::converged : Status::diverged;
    std::vector<std::uint8_t> classes(outcome.status.size());
    std::ranges::transform(outcome.status, classes.begin(),
                           [&](Status status) { return static_cast<std::uint8_t>(status == wanted ? 1 : 0); });
    return classes;
}

template <class Scalar>
void require_classes(const Sweep<Scalar>& sweep, const EnsembleOutcome& points,
                     const std::function<std::vector<double>(std::size_t)>& coordinates_of) {
    const auto beyond = std::ranges::find(points.cause, Cause::compression_tolerance);
    if (beyond == points.cause.end()) {
        return;
    }
    const std::vector<double> coordinates = coordinates_of(static_cast<std::size_t>(beyond - points.cause.begin()));
    std::string point;
    for (std::size_t axis = 0; axis < coordinates.size(); ++axis) {
        point += to_text(axis == 0 ? "" : ", ", sweep.settings().axes[axis].parameter.name(), " = ", coordinates[axis]);
    }
    throw ToleranceError(to_text(
        point, ": the error on the compressed data is bounded only beyond the tolerance, ",
        sweep.data().compressed()->tolerance(),
        ", so this point has no class (a larger tolerance, finer panels, or the samples themselves, would do)"));
}

template <class Scalar>
BoundaryOutcome find_boundary(const Sweep<Scalar>& sweep, const BoundarySettings& settings,
                              EnsembleObserver* observer) {
    const FloatingPointEnvironment environment;
    check(sweep, settings);
    const std::vector<double>& values = sweep.settings().axes[settings.axis].values;
    BoundaryOutcome outcome;
    outcome.scanned = settings.is_logarithmic ? log10_values(values.front(), values.back(), settings.num_scanned)
                                              : linear_values(values.front(), values.back(), settings.num_scanned);
    if (sweep.data().compressed() != nullptr) {
        outcome.compression.emplace();
    }
    const std::uint64_t num_points = sweep.num_points() / values.size();
    Search<Scalar> search(sweep, settings, observer, outcome);
    const std::uint64_t block = std::max<std::uint64_t>(1, kChainsPerBlock / settings.num_scanned);
    for (std::uint64_t first = 0; first < num_points && outcome.is_complete; first += block) {
        search.look_at(first, std::min(block, num_points - first));
    }
    return outcome;
}

std::vector<BoxCount> count_boundary_boxes(std::span<const std::uint8_t> classes, std::size_t width,
                                           std::size_t height) {
    require(width != 0 && classes.size() / width == height && classes.size() % width == 0 && height != 0,
            "the number of classes", classes.size(), "height x width, and not none");
    std::vector<std::uint8_t> boxes(classes.size());
    for (std::size_t y = 0; y < height; ++y) {
        for (std::size_t x = 0; x < width; ++x) {
            const std::size_t at = y * width + x;
            const bool differs = (x + 1 < width && classes[at] != classes[at + 1]) ||
                                 (y + 1 < height && classes[at] != classes[at + width]);
            boxes[at] = differs ? 1 : 0;
        }
    }
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
    dimension.slope = xy / xx;
    dimension.smallest = std::numeric_limits<double>::infinity();
    dimension.largest = -dimension.smallest;
    for (std::size_t at = 0; at < x.size(); ++at) {
        const double residual = y[at] - mean_y - dimension.slope * (x[at] - mean_x);
        residuals += residual * residual;
        if (at != 0) {
            const double slope = (y[at] - y[at - 1]) / (x[at] - x[at - 1]);
            dimension.smallest = std::min(dimension.smallest, slope);
            dimension.largest = std::max(dimension.largest, slope);
        }
    }
    if (x.size() > 2) {
        dimension.standard_error = std::sqrt(residuals / (n - 2.0) / xx);
    }
    return dimension;
}

template void require_classes(const Sweep<float>&, const EnsembleOutcome&,
                              const std::function<std::vector<double>(std::size_t)>&);
template void require_classes(const Sweep<double>&, const EnsembleOutcome&,
                              const std::function<std::vector<double>(std::size_t)>&);
template BoundaryOutcome find_boundary(const Sweep<float>&, const BoundarySettings&, EnsembleObserver*);
template BoundaryOutcome find_boundary(const Sweep<double>&, const BoundarySettings&, EnsembleObserver*);

}  // namespace skein
