// The compressed data set: its sums, the bound of its errors, and training on it.
#include "skein/compressed_dataset.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "compression/compressed_storage.hpp"
#include "compression/moment_sums.hpp"
#include "gradient/compressed_gradient.hpp"
#include "skein/dataset.hpp"
#include "skein/ensemble_trainer.hpp"
#include "skein/error.hpp"
#include "skein/generated_data.hpp"
#include "skein/gradient.hpp"
#include "skein/random.hpp"
#include "skein/trainer.hpp"

using namespace skein;
using namespace skein::internal;

namespace {

constexpr double kNoTolerance = 1e300;

const std::vector<MomentSubtree>& subtrees_of(const CompressedDataset& data) {
    return CompressedAccess::storage(data).subtrees;
}

struct Samples {
    std::vector<double> x, y, m;
    std::string name;
    Dataset<double> dataset() const { return {x, y, m}; }
};

/// f and f' from z, in long double.
long double function(Activation activation, long double z) {
    switch (activation) {
        case Activation::tanh: return std::tanh(z);
        case Activation::identity: return z;
        case Activation::sigmoid: return 1.0L / (1.0L + std::exp(-z));
        case Activation::softplus: return std::log1p(std::exp(z));
        case Activation::relu: return std::max(z, 0.0L);
    }
    return z;
}
long double slope(Activation activation, long double z) {
    switch (activation) {
        case Activation::tanh: return 1.0L / (std::cosh(z) * std::cosh(z));
        case Activation::identity: return 1.0L;
        case Activation::sigmoid: return function(activation, z) * function(activation, -z);
        case Activation::softplus: return function(Activation::sigmoid, z);
        case Activation::relu: return z > 0 ? 1.0L : 0.0L;
    }
    return 1.0L;
}

struct Exact {
    long double loss = 0;
    std::vector<long double> gradients;
};

/// The mean loss and gradient, all in long double: the formulas of the lecture.
Exact exact(const std::vector<double>& weights, const std::vector<Activation>& activations, const Samples& samples) {
    const std::size_t num_layers = weights.size();
    Exact result{0, std::vector<long double>(num_layers)};
    long double count = 0;
    std::vector<long double> z(num_layers), f(num_layers + 1);
    for (std::size_t n = 0; n < samples.x.size(); ++n) {
        const long double m = samples.m.empty() ? 1.0 : samples.m[n];
        count += m;
        f[0] = samples.x[n];
        for (std::size_t layer = 0; layer < num_layers; ++layer) {
            z[layer] = f[layer] * weights[layer];
            f[layer + 1] = function(activations[layer], z[layer]);
        }
        const long double residual = f[num_layers] - samples.y[n];
        result.loss += m * residual * residual;
        long double delta = 2 * m * residual * slope(activations.back(), z.back());
        for (std::size_t layer = num_layers; layer-- > 0;) {
            result.gradients[layer] += f[layer] * delta;
            if (layer != 0) {
                delta *= weights[layer] * slope(activations[layer - 1], z[layer - 1]);
            }
        }
    }
    result.loss /= count;
    for (long double& gradient : result.gradients) {
        gradient /= count;
    }
    return result;
}

/// Data whose x are distributed in ways that panels may mind.
std::vector<Samples> distributions(std::size_t count) {
    std::vector<Samples> all;
    const auto add = [&](const std::string& name, auto x_of, auto y_of, bool weighted = false) {
        Samples samples{{}, {}, {}, name};
        for (std::size_t n = 0; n < count; ++n) {
            samples.x.push_back(x_of(n));
            samples.y.push_back(y_of(n, samples.x.back()));
            if (weighted) {
                samples.m.push_back(3.0 * random::uniform(5, random::Stream::samples, n));
            }
        }
        all.push_back(samples);
    };
    const auto normal_x = [](std::size_t n) { return random::normal(1, random::Stream::samples, n); };
    const auto noisy = [](std::size_t n, double x) {
        return std::tanh(1.2 * x) + 0.1 * random::normal(2, random::Stream::noise, n);
    };
    add("normal", normal_x, noisy);
    add(
        "uniform", [](std::size_t n) { return 4.0 * random::uniform(3, random::Stream::samples, n) - 1.0; }, noisy);
    add(
        "two clusters", [&](std::size_t n) { return (n % 2 == 0 ? 3.0 : -2.0) + 1e-3 * normal_x(n); }, noisy);
    add(
        "constant", [](std::size_t) { return 0.7; }, noisy);
    add("weighted", normal_x, noisy, true);
    add(
        "wide", [&](std::size_t n) { return 1e3 * normal_x(n); },
        [](std::size_t, double x) { return x > 0 ? 1.0 : -1.0; });
    add(
        "heavy tails",
        [&](std::size_t n) {
            const double a = normal_x(n);
            return a * a * a;
        },
        noisy);
    add("labels", normal_x, [](std::size_t n, double) { return n % 3 == 0 ? 1.0 : -1.0; });
    return all;
}

std::vector<std::vector<Activation>> activation_choices(std::size_t num_layers) {
    using enum Activation;
    std::vector<std::vector<Activation>> choices;
    for (const Activation one : {tanh, sigmoid, softplus, identity}) {
        choices.emplace_back(num_layers, one);
    }
    std::vector<Activation> mixed;
    constexpr Activation kCycle[] = {softplus, tanh, identity, sigmoid};
    for (std::size_t layer = 0; layer < num_layers; ++layer) {
        mixed.push_back(kCycle[layer % 4]);
    }
    choices.push_back(mixed);
    return choices;
}

CompressedDataset compressed(const Samples& samples, int exponent, std::size_t num_nodes) {
    CompressionSettings settings;
    settings.panel_exponent = exponent;
    settings.num_nodes = num_nodes;
    return compress(samples.dataset(), settings);
}

}  // namespace

TEST_CASE("the error is never beyond the bound") {
    constexpr std::array<double, 4> kTolerances{1e-10, 1e-6, 1e-2, kNoTolerance};
    std::array<std::vector<double>, kTolerances.size()> above_rounding;  // what the bound is beside that of rounding
    std::vector<double>
        of_interpolation;  // where the bound is not of rounding, and the error not that of the exact sums
    std::size_t num_cases = 0;
    for (const Samples& samples : distributions(500)) {
        for (const std::size_t num_nodes : {16u, 32u}) {
            for (const int exponent : {-5, -2, 1}) {
                const int finest = samples.name == "wide" ? exponent + 8 : exponent;
                const CompressedDataset data = compressed(samples, finest, num_nodes);
                for (const std::size_t num_layers : {1u, 2u, 5u}) {
                    for (const std::vector<Activation>& activations : activation_choices(num_layers)) {
                        for (const double size : {0.3, 1.0, 1.25, 2.0}) {
                            std::vector<double> weights(num_layers, size);
                            weights[num_layers / 2] *= -0.9;
                            const Exact truth = exact(weights, activations, samples);
                            for (std::size_t index = 0; index < kTolerances.size(); ++index) {
                                const double tolerance = kTolerances[index];
                                CompressedGradient gradient(data, activations, tolerance);
                                if (!gradient.compute(weights)) {
                                    continue;
                                }
                                ++num_cases;
                                double error = 0.0;
                                for (std::size_t layer = 0; layer < num_layers; ++layer) {
                                    error = std::max(error,
                                                     static_cast<double>(std::abs(gradient.weight_gradients()[layer] -
                                                                                  truth.gradients[layer])));
                                }
                                const double loss_error = static_cast<double>(std::abs(gradient.loss() - truth.loss));
                                CAPTURE(samples.name);
                                CAPTURE(num_nodes);
                                CAPTURE(finest);
                                CAPTURE(num_layers);
                                CAPTURE(static_cast<int>(activations[0]));
                                CAPTURE(size);
                                CAPTURE(tolerance);
                                REQUIRE(error <= gradient.bound().gradient);
                                REQUIRE(loss_error <= gradient.bound().loss);
                                const StepBound& bound = gradient.bound();
                                if (error > 0.0) {
                                    above_rounding[index].push_back((bound.gradient - bound.rounding) / error);
                                }
                                if (tolerance == 1e-6 && error > 1e-14 && bound.gradient > 4.0 * bound.rounding) {
                                    of_interpolation.push_back(bound.gradient / error);
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    const auto median = [](std::vector<double>& ratios) {
        REQUIRE(ratios.size() > 50);
        std::ranges::sort(ratios);
        return ratios[ratios.size() / 2];
    };
    CHECK(num_cases > 5000);
    for (std::vector<double>& ratios : above_rounding) {
        CHECK(median(ratios) <= 1e4);  // 76, 95, 116 and 167 as measured
    }
    // 7.8e3 as measured: the error changes its sign from sample to sample (a factor of 15), what is not known of each panel
    // is taken for the worst of its kind (Cauchy and Schwarz, 10), M for more than it is (50).
    CHECK(median(of_interpolation) <= 1e4);
}

TEST_CASE("small losses keep their digits") {
    Samples samples = distributions(20'000)[0];
    const std::vector<double> teacher{1.1, 0.9, 1.2};
    const std::vector<Activation> activations(3, Activation::tanh);
    for (std::size_t n = 0; n < samples.x.size(); ++n) {
        long double f = samples.x[n];
        for (const double weight : teacher) {
            f = std::tanh(f * weight);
        }
        samples.y[n] = static_cast<double>(f);
    }
    const CompressedDataset data = compressed(samples, -5, 32);
    for (const double away : {1e-3, 1e-4, 1e-5, 3e-6}) {
        std::vector<double> weights = teacher;
        weights[1] += away;
        const Exact truth = exact(weights, activations, samples);
        CompressedGradient gradient(data, activations, 1e-10);
        REQUIRE(gradient.compute(weights));
        CAPTURE(truth.loss);
        CHECK(std::abs(gradient.loss() - truth.loss) < 1e-6 * truth.loss);
        for (std::size_t layer = 0; layer < 3; ++layer) {
            CHECK(std::abs(gradient.weight_gradients()[layer] - truth.gradients[layer]) <
                  1e-6 * std::abs(truth.gradients[layer]));
        }
    }
}

/// x as they come where it has few values: one, two, a few; one and a few others far out; all next to one; few samples; one
/// value whose first samples have no weight; heavy tails.
std::vector<Samples> few_values() {
    std::vector<Samples> sets;
    sets.reserve(32);  // none moves while it is filled
    for (const std::vector<double>& values : {std::vector<double>{1.1}, {-1.0, 1.0}, {-1.0, -0.5, 0.25, 0.8, 1.5}}) {
        for (const std::size_t count : {1'000u, 70'001u}) {
            Samples& samples = sets.emplace_back();
            for (std::size_t n = 0; n < count; ++n) {
                samples.x.push_back(values[n % values.size()]);
            }
        }
    }
    const Samples normal = distributions(5'000)[0];
    Samples& far = sets.emplace_back();
    Samples& near = sets.emplace_back();
    for (std::size_t n = 0; n < normal.x.size(); ++n) {
        far.x.push_back(n % 500 == 0 ? normal.x[n] : 1e-8 * normal.x[n]);
        near.x.push_back(1.1 + 1e-6 * normal.x[n]);
    }
    for (const std::size_t count : {2u, 3u, 9u, 35u, 63u, 1'000u}) {
        Samples& few = sets.emplace_back();
        for (std::size_t n = 0; n < count; ++n) {
            few.x.push_back(count < 1'000 ? normal.x[n] : normal.x[n] / normal.x[n + count]);
        }
    }
    Samples& weighted = sets.emplace_back();
    weighted.x.assign(70'001, 1.1);
    for (std::size_t n = 0; n < weighted.x.size(); ++n) {
        weighted.m.push_back(n < 1000 ? 0.0 : random::uniform(7, random::Stream::samples, n));
    }
    return sets;
}

TEST_CASE("small losses keep their digits where x has few values") {
    const std::vector<double> weights{0.9, 1.2};
    for (const Activation activation : {Activation::tanh, Activation::softplus, Activation::identity}) {
        const std::vector<Activation> activations(2, activation);
        for (Samples& samples : few_values()) {
            const auto set_teacher = [&](double away) {
                samples.y.clear();
                for (const double x : samples.x) {
                    const long double f = function(activation, static_cast<long double>(weights[0]) * x);
                    samples.y.push_back(static_cast<double>(function(activation, weights[1] * (1.0L + away) * f)));
                }
                return exact(weights, activations, samples);
            };
            const Exact truth = set_teacher(1e-9 / std::sqrt(static_cast<double>(set_teacher(1e-3).loss)));
            REQUIRE(truth.loss == doctest::Approx(1e-12).epsilon(0.1));
            long double square_y = 0.0;
            for (const double y : samples.y) {
                square_y += y * y;
            }
            if (truth.loss < 1e-13 * square_y / samples.y.size()) {
                continue;  // heavy tails of identities: y itself has not as many digits
            }
            for (const std::size_t num_nodes : {16u, 32u, 48u, 64u}) {
                const CompressedDataset data = compress(samples.dataset(), {{}, num_nodes, 0, {}});
                CompressedGradient gradient(data, activations, 1e-10);
                CAPTURE(num_nodes);
                CAPTURE(samples.x.size());
                CAPTURE(samples.x[1]);
                REQUIRE(gradient.compute(weights));
                CHECK(std::abs(gradient.loss() - truth.loss) < 5e-7 * truth.loss);
                CHECK(std::abs(gradient.loss() - truth.loss) <= gradient.bound().loss);
                for (std::size_t layer = 0; layer < 2; ++layer) {
                    CHECK(std::abs(gradient.weight_gradients()[layer] - truth.gradients[layer]) <
                          5e-7 * std::abs(truth.gradients[layer]));
                }
            }
        }
    }
}

TEST_CASE("what overflows on the way to the bound is no small bound") {
    Samples samples;
    for (int x = -3; x <= 3; ++x) {
        samples.x.push_back(x);
        samples.y.push_back(0.0);
    }
    const std::vector<double> weights{1.0, 1.0};
    const std::vector<Activation> activations(2, Activation::tanh);
    const CompressedDataset sums = compressed(samples, 0, 16);
    CompressedGradient ordinary(sums, activations, 0.5);
    REQUIRE(ordinary.compute(weights));
    samples.m.assign(7, 1e160);
    const CompressedDataset heavy_sums = compressed(samples, 0, 16);
    CompressedGradient heavy(heavy_sums, activations, 0.5);
    REQUIRE(heavy.compute(weights));
    CHECK(heavy.bound().relative == doctest::Approx(ordinary.bound().relative).epsilon(1e-9));

    const CompressedData<double> data(sums);
    const Chain<double> huge({1e200, 1e200}, Activation::identity);
    const auto overflowed = loss_and_gradient(huge, data);
    CHECK(std::isnan(overflowed.loss));
    CHECK(overflowed.compression->largest_bound == std::numeric_limits<double>::infinity());
    const Chain<double> steep({0.0, 1e308});
    CHECK_THROWS_WITH_AS(loss_and_gradient(steep, data),
                         "the error on the compressed data is bounded by inf with these weights: expected at most the "
                         "tolerance, 1e-10 (compress with finer panels, or use the samples)",
                         ToleranceError);
}

TEST_CASE_TEMPLATE("any split, and any number of threads, give the same bits", Scalar, float, double) {
    GeneratedData settings;
    settings.num_samples = 9 * CompressedDataset::kSplitSamples + 1234;
    settings.teacher_weights = {1.2, 0.8};
    settings.noise = 0.1;
    const Dataset<Scalar> all = generate<Scalar>(settings);
    std::vector<Scalar> x(settings.num_samples), y(settings.num_samples);
    all.source().range(0, settings.num_samples, {x.data(), y.data(), nullptr});
    CompressionSettings how;
    how.panel_exponent = -4;
    how.execution.num_threads = 1;
    const CompressedDataset whole = compress(all, how);
    const auto require_same = [&](const CompressedDataset& other) {
        REQUIRE(subtrees_of(other).size() == subtrees_of(whole).size());
        for (std::size_t index = 0; index < subtrees_of(whole).size(); ++index) {
            CHECK(subtrees_of(other)[index].panels == subtrees_of(whole)[index].panels);
            CHECK(subtrees_of(other)[index].sums == subtrees_of(whole)[index].sums);
            CHECK(subtrees_of(other)[index].level == subtrees_of(whole)[index].level);
        }
        CHECK(other.num_samples() == whole.num_samples());
        CHECK(other.mean_square_y() == whole.mean_square_y());
    };
    how.execution.num_threads = 3;
    require_same(compress(all, how));
    for (const std::vector<std::uint64_t>& splits : {std::vector<std::uint64_t>{1}, {4}, {3, 5}, {1, 2, 7, 9}}) {
        std::vector<CompressedDataset> parts;
        std::uint64_t first = 0;
        for (std::size_t part = 0; part <= splits.size(); ++part) {
            const std::uint64_t end =
                part == splits.size() ? settings.num_samples : splits[part] * CompressedDataset::kSplitSamples;
            how.first_index = first;
            parts.push_back(compress(Dataset<Scalar>(std::vector<Scalar>(x.begin() + static_cast<std::ptrdiff_t>(first),
                                                                         x.begin() + static_cast<std::ptrdiff_t>(end)),
                                                     std::vector<Scalar>(y.begin() + static_cast<std::ptrdiff_t>(first),
                                                                         y.begin() + static_cast<std::ptrdiff_t>(end))),
                                     how));
            first = end;
        }
        std::ranges::reverse(parts);
        require_same(merge_compressed(parts));

        how.first_index = 0;
        Compressor<Scalar> compressor(how);
        for (std::size_t part = 0; part <= splits.size(); ++part) {
            const std::uint64_t begin = compressor.num_samples(),
                                end = begin + parts[splits.size() - part].num_samples();
            compressor.add(MiniBatch<Scalar>{x.data() + begin, y.data() + begin, nullptr, end - begin});
        }
        require_same(compressor.finish());
    }
}

TEST_CASE("pieces: the first chooses the panels, the last may have any size, and rows are counted through") {
    constexpr std::uint64_t kPiece = CompressedDataset::kSplitSamples;
    std::vector<double> x(2 * kPiece + 5), y(x.size(), 0.25);
    for (std::size_t sample = 0; sample < x.size(); ++sample) {
        x[sample] = sample < kPiece ? 0.01 : 3.0;
    }
    const auto piece = [&](std::uint64_t first, std::uint64_t count) {
        return MiniBatch<double>{x.data() + first, y.data() + first, nullptr, count};
    };
    Compressor<double> compressor;
    CHECK_THROWS_AS(compressor.finish(), std::invalid_argument);
    compressor.add(piece(0, kPiece));
    compressor.add(Dataset<double>({x.begin() + kPiece, x.end()}, {y.begin() + kPiece, y.end()}).source());
    CHECK(compressor.num_samples() == x.size());
    CHECK_THROWS_WITH_AS(compressor.add(piece(0, 5)),
                         "the number of samples in all pieces but the last is 131077: expected a multiple of 65536",
                         std::invalid_argument);
    const CompressedDataset data = compressor.finish();
    CHECK(data.panel_exponent() == compress(Dataset<double>(x, y)).panel_exponent());
    CHECK(data.x_max() == 3.0);

    x[kPiece + 9] = 1e300;
    Compressor<double> other;
    other.add(piece(0, kPiece));
    CHECK_THROWS_WITH_AS(other.add(piece(kPiece, kPiece)),
                         "x of sample 65546 is 1e+300, too large: sums of such squares overflow",
                         std::invalid_argument);

    const Dataset<double> heavy({1.0, 1.0}, {1e140, -1e140}, {1e100, 1e100});
    CHECK_THROWS_WITH_AS(compress(heavy),
                         "a sum over the samples is not finite: expected smaller numbers or sample weights",
                         std::invalid_argument);
}

TEST_CASE("what a compressed data set says of its samples") {
    const Samples samples = distributions(70'001)[0];
    const CompressedDataset data = compressed(samples, -4, 16);
    CHECK(data.num_samples() == 70'001);
    CHECK(data.sample_weight_sum() == 70'001.0);
    CHECK(data.x_min() == *std::ranges::min_element(samples.x));
    CHECK(data.x_max() == *std::ranges::max_element(samples.x));
    long double x = 0, y = 0;
    for (std::size_t n = 0; n < samples.x.size(); ++n) {
        x += static_cast<long double>(samples.x[n]) * samples.x[n];
        y += static_cast<long double>(samples.y[n]) * samples.y[n];
    }
    CHECK(data.mean_square_x() == doctest::Approx(static_cast<double>(x / 70'001)).epsilon(1e-13));
    CHECK(data.mean_square_y() == doctest::Approx(static_cast<double>(y / 70'001)).epsilon(1e-13));
}

TEST_CASE("a few samples far out do not make the panels wide") {
    Samples samples = distributions(5'000)[0];
    const int exponent = compress(samples.dataset()).panel_exponent();
    CHECK(exponent == -17);  // the median of |x| is 0.67
    samples.x[7] = 1e12;
    const CompressedDataset far = compress(samples.dataset());
    CHECK(far.panel_exponent() == exponent);
    const std::vector<double> weights{0.5, -1.5};
    const std::vector<Activation> activations(2, Activation::tanh);
    CompressedGradient gradient(far, activations, 1e-10);
    CHECK(gradient.compute(weights));
    CHECK(std::abs(static_cast<double>(exact(weights, activations, samples).loss) - gradient.loss()) <=
          gradient.bound().loss);
    samples.x[7] = 1e30;
    CHECK(compress(samples.dataset()).panel_exponent() == 99 - 60);  // 2^99 < 1e30
    CHECK(compress(Dataset<double>({0.0, 0.0}, {1.0, 2.0})).panel_exponent() == -30);
    // The lower one of the middle two.
    CHECK(compress(Dataset<double>({1.0, 1e6}, {1.0, 2.0})).panel_exponent() == -16);
}

/// Of a chain on the samples: compressed, the error of gradient and loss within the bound. Returns the bound.
StepBound checked_bound(const Samples& samples, const std::vector<double>& weights) {
    const CompressedDataset data = compress(samples.dataset());
    const std::vector<Activation> activations(weights.size(), Activation::tanh);
    const Exact truth = exact(weights, activations, samples);
    CompressedGradient gradient(data, activations, 1e-10);
    CHECK(gradient.compute(weights));
    CHECK(std::abs(static_cast<double>(gradient.loss() - truth.loss)) <= gradient.bound().loss);
    for (std::size_t layer = 0; layer < weights.size(); ++layer) {
        CHECK(std::abs(static_cast<double>(gradient.weight_gradients()[layer] - truth.gradients[layer])) <=
              gradient.bound().gradient);
    }
    return gradient.bound();
}

TEST_CASE("rounding is bounded by what the chain's slopes are, not by what they could be") {
    const Samples samples = distributions(5'000)[0];
    // With slopes of 1 in every layer: 4e-4, and 4e-5.
    CHECK(checked_bound(samples, {30.0, 30.0, 30.0}).relative < 1e-8);
    CHECK(checked_bound(samples, std::vector<double>(8, 3.0)).relative < 1e-8);
}

TEST_CASE("where softplus is as good as linear, panels may be wide and far out") {
    Samples samples = distributions(5'000)[0];
    for (double& x : samples.x) {
        x *= 1000.0;
    }
    const CompressedDataset data = compress(samples.dataset());
    for (const std::size_t num_layers : {1u, 3u}) {
        const std::vector<Activation> activations(num_layers, Activation::softplus);
        const std::vector<double> weights(num_layers, 1.1);
        const Exact truth = exact(weights, activations, samples);
        CompressedGradient gradient(data, activations, 1e-10);
        REQUIRE(gradient.compute(weights));  // the bound of interpolation was 0.3 and more
        CHECK(std::abs(gradient.loss() - truth.loss) <= gradient.bound().loss);
        for (std::size_t layer = 0; layer < num_layers; ++layer) {
            CHECK(std::abs(gradient.weight_gradients()[layer] - truth.gradients[layer]) <= gradient.bound().gradient);
        }
    }
}

TEST_CASE("the scale of gradients is that of samples, in the panel next to 0 as well") {
    const Samples samples{{0.0, 10.0}, {1.0, -1.0}, {}, ""};
    const CompressedDataset data = compress(samples.dataset());
    const std::vector<Activation> activations{Activation::tanh};
    CompressedGradient gradient(data, activations, 1e-2);
    REQUIRE(gradient.compute(std::vector{1.0}));
    const double largest =
        10.0 * (1.0 - std::tanh(10.0) * std::tanh(10.0));  // at 2^-15, of no sample, 740 times as large
    CHECK(gradient.gradient_scale() == doctest::Approx(largest).epsilon(0.05));
}

TEST_CASE("sample weights whose sum overflows are refused, wherever their samples are") {
    const Samples samples{{1.0, 2.0}, {1.0, 1.0}, {1e308, 0.0}, ""};
    const CompressedDataset one = compress(samples.dataset());
    std::vector<MomentSubtree> subtrees = subtrees_of(one);
    const std::size_t stride = PanelLayout(one.num_nodes()).stride;
    subtrees[0].sums[stride + 1] = 1e308;  // A_0 of the second panel
    CHECK_THROWS_WITH_AS(CompressedAccess::from_subtrees(one.panel_exponent(), one.num_nodes(), subtrees),
                         "the sum of the sample weights is inf: expected a positive, finite number",
                         std::invalid_argument);
}

TEST_CASE("where y or every derivative is 0 throughout, its scale counts as 1") {
    Samples samples = distributions(5'000)[0];
    const StepBound at_zero = checked_bound(samples, {0.0, 0.0, 1.0});
    CHECK(at_zero.relative > 0.0);
    CHECK(at_zero.relative < kTolerableRounding);
    std::ranges::fill(samples.y, 0.0);
    CHECK(checked_bound(samples, {0.7, -1.2}).relative < kTolerableRounding);
    samples = distributions(5'000)[0];
    std::ranges::fill(samples.x, 0.0);
    CHECK(checked_bound(samples, {0.3, -0.5}).relative < kTolerableRounding);  // the only panel is 1 wide
}

TEST_CASE("a loss that is exactly 0 is not below 0, and a chain that diverges is a result") {
    Samples samples = distributions(5'000)[0];
    for (std::size_t n = 0; n < samples.x.size(); ++n) {
        samples.y[n] = 0.5 * samples.x[n];
    }
    const CompressedDataset data = compress(samples.dataset());
    const std::vector<Activation> activations(2, Activation::identity);
    CompressedGradient gradient(data, activations, 1e-10);
    CHECK(gradient.compute(std::vector<double>{1.0, 0.5}));
    CHECK(gradient.loss() >= 0.0);
    for (const double size : {1e10, 1e60, 1e120, 1e160, 1e300}) {
        CAPTURE(size);
        CHECK(gradient.compute(std::vector<double>{size, 2.0}));
    }
}

TEST_CASE_TEMPLATE("at every step of a training the exact gradient is within the bound", Scalar, float, double) {
    GeneratedData settings;
    settings.num_samples = 20'011;
    settings.teacher_weights = {1.2, 0.8, -1.1};
    settings.noise = 0.05;
    const Dataset<Scalar> samples = generate<Scalar>(settings);
    const CompressedDataset sums = compress(samples);
    const CompressedData<Scalar> data(sums);
    const std::vector<Scalar> start{Scalar(0.4), Scalar(0.9), Scalar(-0.5)};
    TrainingState<Scalar> state{Chain<Scalar>(std::span<const Scalar>(start))};
    struct Check final : Observer<Scalar> {
        Check(const Dataset<Scalar>& samples_, const CompressedDataset& sums_) : samples(samples_), sums(sums_) {}
        bool after_step(const StepReport<Scalar>& report) override {
            const std::vector<double> weights(report.chain.weights().begin(), report.chain.weights().end());
            const Chain<double> chain{std::span<const double>(weights)};
            std::vector<double> x(samples.num_samples()), y(samples.num_samples());
            std::vector<Scalar> own_x(x.size()), own_y(y.size());
            samples.source().range(0, x.size(), {own_x.data(), own_y.data(), nullptr});
            std::ranges::copy(own_x, x.begin());
            std::ranges::copy(own_y, y.begin());
            const auto right = loss_and_gradient(chain, MiniBatch<double>{x.data(), y.data(), nullptr, x.size()}, {1});
            CompressedGradient gradient(sums, chain.activations(), kDefaultCompressionTolerance);
            REQUIRE(gradient.compute(weights));
            for (std::size_t layer = 0; layer < weights.size(); ++layer) {
                CHECK(std::abs(gradient.weight_gradients()[layer] - right.weight_gradients[layer]) <=
                      gradient.bound().gradient);
            }
            CHECK(std::abs(gradient.loss() - right.loss) <= gradient.bound().loss);
            const auto rounded = loss_and_gradient(report.chain, CompressedData<Scalar>(sums));
            for (std::size_t layer = 0; layer < weights.size(); ++layer) {
                CHECK(std::abs(rounded.weight_gradients[layer] - right.weight_gradients[layer]) <=
                      rounded.compression->largest_bound * gradient.gradient_scale() * (1.0 + 1e-15));
            }
            double largest = 0.0;
            for (const Scalar component : rounded.weight_gradients) {
                largest = std::max(largest, std::abs(static_cast<double>(component)));
            }
            // The largest component as computed is rounded to Scalar.
            const double of_value = rounded.compression->largest_bound_of_value, scalar = 1.0 + 0x1p-23;
            for (std::size_t layer = 0; layer < weights.size(); ++layer) {
                CHECK(std::abs(rounded.weight_gradients[layer] - right.weight_gradients[layer]) <=
                      of_value * largest * scalar);
            }
            CHECK(std::abs(rounded.loss - right.loss) <= of_value * rounded.loss);
            return true;
        }
        const Dataset<Scalar>& samples;
        const CompressedDataset& sums;
    } check(samples, sums);
    TrainingSettings how;
    how.learning_rates = {0.5};
    how.stop.max_steps = 1000;
    Observer<Scalar>* const observers[] = {&check};
    const TrainingOutcome outcome = train(state, data, how, observers);
    CHECK(outcome.status == Status::reached_max_steps);
    CHECK(outcome.compression->num_compressed == 1001);
    CHECK(outcome.compression->num_exact == 0);
    CHECK(outcome.compression->largest_bound > 0);
    CHECK(outcome.compression->largest_bound <
          (sizeof(Scalar) == 4 ? 1e-7 : 1e-8));  // rounding to float: 2^-24 at most
    CHECK(outcome.loss < 0.01);
}

TEST_CASE("beyond the tolerance the samples serve, or the run stops") {
    const Samples samples = distributions(3'000)[0];
    const CompressedDataset coarse = compressed(samples, 0, 16);
    const Dataset<double> exact_data = samples.dataset();
    TrainingSettings how;
    how.stop.max_steps = 5;
    const std::vector<double> start{2.0, 2.0, 1.9, 2.1};
    const auto run = [&](const TrainingData<double>& data) {
        TrainingState<double> state{Chain<double>(std::span<const double>(start))};
        const TrainingOutcome outcome = train(state, data, how);
        return std::pair(outcome, std::vector<double>(state.chain.weights().begin(), state.chain.weights().end()));
    };
    const auto [alone, weights] = run(CompressedData<double>(coarse));
    CHECK(alone.status == Status::stopped);
    CHECK(alone.cause == Cause::compression_tolerance);
    CHECK(alone.steps == 0);
    CHECK(weights == start);
    CHECK(std::isnan(alone.loss));

    const auto [with_samples, weights_with] =
        run(CompressedData<double>(coarse, kDefaultCompressionTolerance, exact_data));
    CHECK(with_samples.compression->num_exact == 6);
    CHECK(with_samples.compression->num_compressed == 0);
    const auto [exactly, exact_weights] = run(exact_data);
    CHECK(weights_with == exact_weights);
    CHECK(with_samples.loss == exactly.loss);
    CHECK_THROWS_AS(loss_and_gradient(Chain<double>(std::span<const double>(start)), CompressedData<double>(coarse)),
                    ToleranceError);
}

TEST_CASE_TEMPLATE("on compressed data a lane is a chain to the bit", Scalar, float, double) {
    const Samples samples = distributions(5'000)[0];
    const std::vector<Scalar> x(samples.x.begin(), samples.x.end()), y(samples.y.begin(), samples.y.end());
    CompressionSettings coarse;
    coarse.panel_exponent = -3;
    const Dataset<Scalar> exact_data(x, y);
    const CompressedDataset sums = compress(exact_data, coarse);
    constexpr std::size_t kLanes = 37, kLayers = 3;
    std::vector<Scalar> weights(kLanes * kLayers);
    for (std::size_t at = 0; at < weights.size(); ++at) {
        weights[at] = Scalar(3) * static_cast<Scalar>(random::uniform(9, random::Stream::samples, at));
    }
    for (const bool has_samples : {false, true}) {
        const CompressedData<Scalar> data(sums, kDefaultCompressionTolerance,
                                          has_samples ? std::optional(exact_data) : std::nullopt);
        EnsembleSettings settings;
        settings.common.optimizer.kind = Optimizer::Kind::momentum;
        settings.common.clip_norm = 0.3;
        settings.common.stop.max_steps = 20;
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            settings.learning_rates.push_back(0.01 * static_cast<double>(lane + 1));
        }
        std::vector<EnsembleOutcome> outcomes;
        for (const int threads : {1, 3}) {
            settings.common.execution.num_threads = threads;
            settings.common.execution.tile_lanes = threads == 1 ? 0 : 16;
            Ensemble<Scalar> ensemble(kLanes, std::span<const Scalar>(weights),
                                      std::vector<Activation>(kLayers, Activation::tanh));
            const EnsembleOutcome outcome = train(ensemble, data, settings);
            std::size_t num_beyond = 0;
            CompressionRecord all;
            REQUIRE(outcome.compression.size() == kLanes);
            for (std::size_t lane = 0; lane < kLanes; ++lane) {
                std::vector<Scalar> start;
                for (std::size_t layer = 0; layer < kLayers; ++layer) {
                    start.push_back(weights[layer * kLanes + lane]);
                }
                TrainingState<Scalar> state{Chain<Scalar>(std::span<const Scalar>(start))};
                const TrainingOutcome alone = train(state, data, lane_settings(settings, lane, kLanes));
                CAPTURE(lane);
                CHECK(outcome.status[lane] == alone.status);
                CHECK(outcome.cause[lane] == alone.cause);
                CHECK(outcome.steps[lane] == alone.steps);
                REQUIRE(alone.compression);
                CHECK(outcome.compression[lane] == *alone.compression);
                all += *alone.compression;
                CHECK((outcome.loss[lane] == alone.loss || (std::isnan(outcome.loss[lane]) && std::isnan(alone.loss))));
                for (std::size_t layer = 0; layer < kLayers; ++layer) {
                    CHECK(ensemble.layer(layer)[lane] == state.chain.weights()[layer]);
                }
                num_beyond += alone.cause == Cause::compression_tolerance || alone.compression->num_exact > 0 ? 1 : 0;
            }
            CHECK(num_beyond > 0);
            CHECK(num_beyond < kLanes);
            CHECK(CompressionRecord::sum(outcome.compression) == all);
            CHECK(all.num_compressed > 0);
            CHECK((all.num_exact > 0) == has_samples);
            CHECK(all.largest_refused_bound > kDefaultCompressionTolerance);
        }
    }
}

TEST_CASE("what cannot be done with compressed data is refused") {
    const Samples samples = distributions(1'000)[0];
    const CompressedDataset sums = compressed(samples, -3, 16);
    const CompressedData<double> data(sums);
    TrainingSettings how;
    how.stop.max_steps = 1;
    TrainingState<double> relu{Chain<double>({1.0, 1.0}, Activation::relu)};
    CHECK_THROWS_WITH_AS(
        train(relu, data, how),
        "the activation of layer 1 is relu: expected an analytic one: for compressed data polynomials take its place",
        std::invalid_argument);
    TrainingState<double> state{Chain<double>({1.0, 1.0})};
    how.batch_size = 10;
    CHECK_THROWS_WITH_AS(train(state, data, how),
                         "the batch size is 10: expected the full batch: mini-batches need samples, and this data set "
                         "is compressed",
                         std::invalid_argument);
    CHECK_THROWS_AS(CompressedData<double>(sums, 0.0), std::invalid_argument);
    const Dataset<double> other = distributions(1'001)[0].dataset();
    CHECK_THROWS_AS(CompressedData<double>(sums, 1e-10, other), std::invalid_argument);
    CompressionSettings settings;
    settings.num_nodes = 20;
    CHECK_THROWS_AS(compress(samples.dataset(), settings), std::invalid_argument);
    settings.num_nodes = 16;
    settings.first_index = 5;
    CHECK_THROWS_AS(compress(samples.dataset(), settings), std::invalid_argument);
    settings.first_index = 0;
    settings.panel_exponent = -70;
    CHECK_THROWS_AS(compress(Dataset<double>({1.0, 2.0}, {1.0, 2.0}), settings), std::invalid_argument);
    CHECK_THROWS_AS(merge_compressed({}), std::invalid_argument);
    CHECK_THROWS_AS(merge_compressed(std::vector{sums, sums}), std::invalid_argument);
    CHECK_THROWS_AS(merge_compressed(std::vector{sums, compressed(samples, -4, 16)}), std::invalid_argument);
}
