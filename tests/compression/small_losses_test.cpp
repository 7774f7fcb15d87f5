// Small losses of compressed data keep their digits.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "gradient/compressed_gradient.hpp"
#include "skein/compressed_dataset.hpp"
#include "skein/gradient.hpp"
#include "skein/random.hpp"
#include "support/compression_cases.hpp"

using namespace skein;
using namespace skein::internal;
using namespace skein::compression_cases;

TEST_CASE("small losses keep their digits") {
    CompressionSamples samples = distributions(20'000)[0];
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
        CAPTURE(away);
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

/// x as they come where it has few values: one, two, a few; one and a few others far out; all next to one; few samples;
/// one value whose first samples have no weight; heavy tails.
std::vector<CompressionSamples> few_values() {
    std::vector<CompressionSamples> sets;
    sets.reserve(32);  // none moves while it is filled
    for (const std::vector<double>& values : {std::vector<double>{1.1}, {-1.0, 1.0}, {-1.0, -0.5, 0.25, 0.8, 1.5}}) {
        for (const std::size_t count : {1'000u, 70'001u}) {
            CompressionSamples& samples = sets.emplace_back();
            for (std::size_t n = 0; n < count; ++n) {
                samples.x.push_back(values[n % values.size()]);
            }
        }
    }
    const CompressionSamples normal = distributions(5'000)[0];
    CompressionSamples& far = sets.emplace_back();
    CompressionSamples& near = sets.emplace_back();
    for (std::size_t n = 0; n < normal.x.size(); ++n) {
        far.x.push_back(n % 500 == 0 ? normal.x[n] : 1e-8 * normal.x[n]);
        near.x.push_back(1.1 + 1e-6 * normal.x[n]);
    }
    for (const std::size_t count : {2u, 3u, 9u, 35u, 63u, 1'000u}) {
        CompressionSamples& few = sets.emplace_back();
        for (std::size_t n = 0; n < count; ++n) {
            few.x.push_back(count < 1'000 ? normal.x[n] : normal.x[n] / normal.x[n + count]);
        }
    }
    CompressionSamples& weighted = sets.emplace_back();
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
        for (CompressionSamples& samples : few_values()) {
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

TEST_CASE("a loss that is exactly 0 is not below 0, and a chain that diverges is a result") {
    CompressionSamples samples = distributions(5'000)[0];
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
