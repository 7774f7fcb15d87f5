// Boundaries found along an axis, and box counting on sets of known dimension.
#include "skein/boundary.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "skein/box_counting.hpp"
#include "skein/random.hpp"
#include "support/sweep_cases.hpp"

namespace skein {
namespace {

/// Gradient descent on (1 - w_1 w_2)^2 from several starts: beyond a critical learning rate it diverges.
SweepSettings product_of_two() {
    SweepSettings settings;
    settings.weights = {1.5, 0.5};
    settings.activations = {Activation::identity};
    settings.training.stop.max_steps = 200;
    settings.generated.emplace();
    settings.generated->num_samples = 1;
    settings.generated->input = InputDistribution::constant;
    settings.generated->teacher_weights = {1.0};
    settings.generated->teacher_activation = Activation::identity;
    settings.axes = {{parse_sweep_parameter("learning_rate"), {0.5, 2.0}},
                     {parse_sweep_parameter("weight[1]"), {1.1, 1.5, 1.75}}};
    return settings;
}

template <class Scalar>
bool diverges(const Sweep<Scalar>& sweep, double learning_rate, double weight) {
    const SweepPoint<Scalar> point = sweep.point(std::vector<double>{learning_rate, weight});
    TrainingState<Scalar> alone(Chain<Scalar>(point.weights, point.activations));
    return train(alone, sweep.data(), point.training).status == Status::diverged;
}

TEST_CASE_TEMPLATE("the critical learning rate is the one found by bisecting train()", Scalar, float, double) {
    const Sweep<Scalar> sweep = test::make_sweep<Scalar>(product_of_two());
    BoundarySettings settings;
    settings.boundary = BoundaryOf::diverged;
    settings.num_scanned = 17;
    const BoundaryOutcome outcome = find_boundary(sweep, settings);
    REQUIRE(outcome.is_complete);
    REQUIRE(outcome.scanned.size() == 17);
    REQUIRE(outcome.scanned_classes.size() == 3 * 17);
    CHECK(outcome.changes.size() >= 3);
    for (const BoundaryChange& change : outcome.changes) {
        const double weight = sweep.settings().axes[1].values[change.point];
        CAPTURE(weight);
        CHECK(diverges(sweep, change.below, weight) == (change.class_below == 1));
        CHECK(diverges(sweep, change.above, weight) == (change.class_above == 1));
        CHECK(change.class_below != change.class_above);
        CHECK((change.status_above == Status::diverged) == (change.class_above == 1));
        // By hand, from the neighbouring values of the scan.
        auto scan = std::ranges::upper_bound(outcome.scanned, change.below);
        double above = *scan, below = *--scan;
        for (;;) {
            const double middle = below / 2 + above / 2;
            const auto rounded = static_cast<Scalar>(middle);
            if (above - below <= 1e-12 * above || rounded == static_cast<Scalar>(below) ||
                rounded == static_cast<Scalar>(above)) {
                break;
            }
            (diverges(sweep, middle, weight) == (change.class_below == 1) ? below : above) = middle;
        }
        CHECK(change.below == below);
        CHECK(change.above == above);
    }
}

TEST_CASE("a boundary is the same on any number of threads, and in the sense of the logarithm") {
    SweepSettings sweep_settings = product_of_two();
    BoundarySettings settings;
    settings.is_logarithmic = true;
    settings.boundary = BoundaryOf::diverged;
    const BoundaryOutcome expected = find_boundary(test::make_sweep<double>(sweep_settings), settings);
    REQUIRE(!expected.changes.empty());
    CHECK(expected.scanned == log10_values(0.5, 2.0, 64));
    for (const Execution execution : {Execution{1, 16}, Execution{3, 48}}) {
        sweep_settings.training.execution = execution;
        const BoundaryOutcome outcome = find_boundary(test::make_sweep<double>(sweep_settings), settings);
        REQUIRE(outcome.changes.size() == expected.changes.size());
        for (std::size_t at = 0; at < outcome.changes.size(); ++at) {
            CHECK(outcome.changes[at].below == expected.changes[at].below);
            CHECK(outcome.changes[at].above == expected.changes[at].above);
        }
    }
    for (const BoundaryChange& change : expected.changes) {
        CHECK(change.above - change.below <= 1e-12 * change.above);
        CHECK(change.above > change.below);
    }
}

class ChainCount final : public EnsembleObserver {
public:
    void after_tile(std::size_t num_lanes) override { chains += num_lanes; }
    std::uint64_t chains = 0;
};

TEST_CASE("a search tells its observer of every chain, and keeps no classes that nobody asks for") {
    const SweepSettings sweep_settings = product_of_two();
    const Sweep<double> sweep = test::make_sweep<double>(sweep_settings);
    BoundarySettings settings;
    settings.boundary = BoundaryOf::diverged;
    const BoundaryOutcome expected = find_boundary(sweep, settings);
    CHECK(expected.scanned_classes.size() == 3 * 64);
    settings.keeps_classes = false;
    ChainCount observer;
    const BoundaryOutcome outcome = find_boundary(sweep, settings, &observer);
    CHECK(observer.chains == outcome.chains);
    CHECK(outcome.scanned_classes.empty());
    REQUIRE(outcome.changes.size() == expected.changes.size());
    for (std::size_t at = 0; at < outcome.changes.size(); ++at) {
        CHECK(outcome.changes[at].below == expected.changes[at].below);
    }
}

TEST_CASE("several changes in one bracket are all found") {
    SweepSettings settings = product_of_two();
    settings.axes.pop_back();
    const Sweep<double> sweep = test::make_sweep<double>(settings);
    BoundarySettings boundary;
    boundary.boundary = BoundaryOf::loss_decreased;
    boundary.num_scanned = 400;
    const BoundaryOutcome outcome = find_boundary(sweep, boundary);
    std::size_t num_changes = 0;
    for (std::size_t at = 0; at + 1 < outcome.scanned_classes.size(); ++at) {
        num_changes += outcome.scanned_classes[at] != outcome.scanned_classes[at + 1] ? 1 : 0;
    }
    CHECK(num_changes > 1);
    CHECK(outcome.changes.size() == num_changes);
}

TEST_CASE("bad searches are refused") {
    SweepSettings settings = product_of_two();
    settings.weights.clear();
    settings.num_layers = 2;
    settings.axes.push_back({parse_sweep_parameter("seed"), {1, 2}});
    const Sweep<double> sweep = test::make_sweep<double>(settings);
    const auto error_of = [&](const BoundarySettings& boundary) -> std::string {
        try {
            static_cast<void>(find_boundary(sweep, boundary));
        } catch (const std::invalid_argument& error) {
            return error.what();
        }
        return "";
    };
    CHECK(error_of({.axis = 3}) ==
          "the number of the axis to look along is 3: expected one that the sweep has, counted from 0");
    CHECK(error_of({.axis = 2}) == "axis seed: its values are whole numbers, between which nothing can be bisected");
    CHECK(error_of({.num_scanned = 1}) == "the number of values to scan is 1: expected at least 2");
    CHECK(error_of({.resolution = 0}) == "the resolution is 0: expected more than 0 and less than 1");
}

/// The plain twin: for every box, whether any of its cells has a neighbour of another class.
std::uint64_t count_plainly(const std::vector<std::uint8_t>& classes, std::size_t width, std::size_t height,
                            std::size_t size) {
    std::uint64_t boxes = 0;
    for (std::size_t top = 0; top < height; top += size) {
        for (std::size_t left = 0; left < width; left += size) {
            bool holds = false;
            for (std::size_t y = top; y < std::min(height, top + size); ++y) {
                for (std::size_t x = left; x < std::min(width, left + size); ++x) {
                    holds |= x + 1 < width && classes[y * width + x] != classes[y * width + x + 1];
                    holds |= y + 1 < height && classes[y * width + x] != classes[(y + 1) * width + x];
                }
            }
            boxes += holds ? 1 : 0;
        }
    }
    return boxes;
}

template <class IsInside>
std::vector<std::uint8_t> grid(std::size_t width, std::size_t height, const IsInside& is_inside) {
    std::vector<std::uint8_t> classes;
    for (std::size_t y = 0; y < height; ++y) {
        for (std::size_t x = 0; x < width; ++x) {
            classes.push_back(is_inside(x, y) ? 1 : 0);
        }
    }
    return classes;
}

TEST_CASE("boxes are counted as the plain twin counts them") {
    for (const auto& [width, height] : {std::pair<std::size_t, std::size_t>{1, 1}, {7, 5}, {33, 64}, {100, 31}}) {
        const auto classes = grid(width, height, [](std::size_t x, std::size_t y) {
            return random::integer(3, random::Stream::samples, 1000 * y + x, 5) == 0;
        });
        const std::vector<BoxCount> counts = count_boundary_boxes(classes, width, height);
        CHECK(counts.size() == static_cast<std::size_t>(std::bit_width(std::min(width, height))));
        for (const BoxCount& count : counts) {
            CHECK(count.boxes == count_plainly(classes, width, height, count.size));
        }
    }
    CHECK_THROWS_WITH((void)count_boundary_boxes(std::vector<std::uint8_t>(5), 2, 3),
                      "the number of classes is 5: expected height x width, and not none");
}

Dimension dimension_of(const std::vector<std::uint8_t>& classes, std::size_t width) {
    return box_counting_dimension(count_boundary_boxes(classes, width, classes.size() / width));
}

TEST_CASE("dimensions of known sets") {
    constexpr std::size_t kSide = 1024;
    // A straight edge: each box of a column of boxes, at every size; exactly 1.
    const Dimension line = dimension_of(grid(kSide, kSide, [](std::size_t x, std::size_t) { return x < 400; }), kSide);
    CHECK(std::abs(line.slope - 1) < 1e-12);  // rounding
    CHECK(line.standard_error < 1e-12);
    // Random classes: nearly all cells are at the boundary (3 of 4), and all larger boxes; 2 but for the first size,
    // whose log2(3/4) = -0.415 takes the least-squares slope over 9 sizes down by 0.415 * 4 / 60 = 0.028.
    const Dimension dust =
        dimension_of(grid(kSide, kSide,
                          [](std::size_t x, std::size_t y) {
                              return random::integer(1, random::Stream::samples, kSide * y + x, 2) == 0;
                          }),
                     kSide);
    CHECK(dust.slope == doctest::Approx(2 - 0.028).epsilon(0.01));
    // A carpet that keeps 12 of 16 cells in each of 5 generations: log 12 / log 4 = 1.7925. A box of size 4^k meets it
    // 12^(5 - k) times; the edges of its holes, whose outer cells count too, add 30 to 40 %: at most log(1.4 / 1.3) /
    // log 4 = 0.053 in a slope over a generation.
    const auto in_carpet = [](std::size_t x, std::size_t y) {
        for (int generation = 0; generation < 5; ++generation, x /= 4, y /= 4) {
            if ((x % 4 == 1 || x % 4 == 2) && (y % 4 == 1 || y % 4 == 2)) return false;
        }
        return true;
    };
    const std::vector<BoxCount> carpet = count_boundary_boxes(grid(kSide, kSide, in_carpet), kSide, kSide);
    const double known = std::log(12.0) / std::log(4.0);
    for (const std::size_t generation : {1u, 2u, 3u}) {
        const double ratio =
            static_cast<double>(carpet[2 * generation].boxes) / std::pow(12.0, 5 - static_cast<double>(generation));
        CHECK(ratio > 1.3);
        CHECK(ratio < 1.41);
    }
    CHECK(std::abs(box_counting_dimension(carpet).slope - known) < 0.053);
    CHECK(box_counting_dimension(carpet).num_sizes == 8);
    const Dimension none = dimension_of(std::vector<std::uint8_t>(64), 8);
    CHECK(std::isnan(none.slope));
    CHECK(none.num_sizes == 0);
}

}  // namespace
}  // namespace skein
