#include "skein/boundary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "base/floating_point_environment.hpp"
#include "base/require.hpp"
#include "base/text.hpp"
#include "skein/error.hpp"

namespace skein {

using namespace internal;

namespace {

using Kind = SweepParameter::Kind;

/// How many chains are scanned together, so that memory stays bounded.
constexpr std::uint64_t kChainsAtATime = 262'144;

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

/// The mean of a and b, or their geometric mean, without overflow.
double middle_of(double a, double b, bool is_logarithmic) {
    const double middle = is_logarithmic ? std::sqrt(a) * std::sqrt(b) : a / 2 + b / 2;
    return std::clamp(middle, a, b);
}

/// A change of class, and whether its ends are close enough.
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

/// Appends the coordinates of point `index` of the other axes, with `value` on axis `along`.
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

/// The search at some points of the other axes; adds what it finds to the outcome.
template <class Scalar>
class Search {
public:
    Search(const Sweep<Scalar>& sweep, const BoundarySettings& settings, EnsembleObserver* observer,
           BoundaryOutcome& outcome)
        : sweep_(sweep), settings_(settings), observer_(observer), outcome_(outcome) {}

    /// Searches at the points [first, first + count).
    void look_at(std::uint64_t first, std::uint64_t count) {
        std::vector<Bracket> brackets = scan(first, count);
        while (outcome_.is_complete && narrow(brackets)) {
        }
        for (const Bracket& bracket : brackets) {
            outcome_.changes.push_back(bracket.change);
        }
    }

private:
    /// Trains chains. Returns false if a stop was requested.
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

    /// Halves every bracket that is still too wide, all in one ensemble. Returns false if there is none.
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
    throw ToleranceError(
        to_text(point, ": the bound of the error on the compressed data exceeds the tolerance, ",
                sweep.data().compressed()->tolerance(),
                ", so this point has no class (a larger tolerance, finer panels or the samples may help)"));
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
    const std::uint64_t points = std::max<std::uint64_t>(1, kChainsAtATime / settings.num_scanned);
    for (std::uint64_t first = 0; first < num_points && outcome.is_complete; first += points) {
        search.look_at(first, std::min(points, num_points - first));
    }
    return outcome;
}

template void require_classes(const Sweep<float>&, const EnsembleOutcome&,
                              const std::function<std::vector<double>(std::size_t)>&);
template void require_classes(const Sweep<double>&, const EnsembleOutcome&,
                              const std::function<std::vector<double>(std::size_t)>&);
template BoundaryOutcome find_boundary(const Sweep<float>&, const BoundarySettings&, EnsembleObserver*);
template BoundaryOutcome find_boundary(const Sweep<double>&, const BoundarySettings&, EnsembleObserver*);

}  // namespace skein
