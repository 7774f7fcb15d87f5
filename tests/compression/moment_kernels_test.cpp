// The kernels of a compressed data set's sums against their formulas, in long double.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "kernels/kernel_table.hpp"
#include "kernels/row_lanes.hpp"
#include "numerics/chebyshev.hpp"
#include "skein/instruction_set.hpp"
#include "skein/random.hpp"

namespace skein {

using namespace internal;
namespace {

constexpr long double kEpsilon = std::numeric_limits<double>::epsilon() / 2;
constexpr std::size_t kNodes[] = {16, 32, 48, 64};
constexpr std::size_t kCounts[] = {1, 15, 16, 17, 250};  // samples: rows of 16, and what is left

struct KernelSamples {
    std::vector<double> u, y, m;
    kernels::PanelSamples view(bool weighted) const {
        return {u.data(), y.data(), weighted ? m.data() : nullptr, u.size()};
    }
};

KernelSamples make_samples(std::size_t count) {
    KernelSamples samples;
    for (std::size_t n = 0; n < count; ++n) {
        samples.u.push_back(2.0 * random::uniform(1, random::Stream::samples, n) - 1.0);
        samples.y.push_back(5.0 + random::normal(2, random::Stream::samples, n));
        samples.m.push_back(3.0 * random::uniform(3, random::Stream::samples, n));
    }
    return samples;
}

/// T_k(u) = cos(k arccos u).
long double polynomial(std::size_t k, double u) {
    return std::cos(static_cast<long double>(k) * std::acos(static_cast<long double>(u)));
}

template <class Check>
void for_each_instruction_set(Check check) {
    const std::string chosen(instruction_set());
    for (const std::string_view set : available_instruction_sets()) {
        force_instruction_set(set);
        CAPTURE(std::string(set));
        check(kernels::kernel_table());
    }
    force_instruction_set(chosen);
}

TEST_CASE("moments of samples are sums of Chebyshev polynomials") {
    const double centre = 4.75;
    for_each_instruction_set([&](const kernels::KernelTable& kernels) {
        for (const std::size_t num_nodes : kNodes) {
            for (const std::size_t count : kCounts) {
                for (const bool weighted : {false, true}) {
                    const KernelSamples samples = make_samples(count);
                    const std::size_t num_moments = 2 * num_nodes - 1, num_sums = num_moments + num_nodes;
                    std::vector<double> slots(num_sums * kernels::kRowLanes), sums(num_sums);
                    kernels.sum_moments(samples.view(weighted), centre, num_nodes, slots.data());
                    kernels.of_double.combine_slots(slots.data(), num_sums, sums.data());
                    for (std::size_t sum = 0; sum < num_sums; ++sum) {
                        const std::size_t k = sum < num_moments ? sum : sum - num_moments;
                        long double truth = 0.0L, absolute = 0.0L;
                        for (std::size_t n = 0; n < count; ++n) {
                            const long double of_y = sum < num_moments ? 1.0L : samples.y[n] - centre;
                            const long double m = weighted ? samples.m[n] : 1.0L;
                            truth += m * of_y * polynomial(k, samples.u[n]);
                            absolute += std::abs(m * of_y);
                        }
                        // T_k by its recurrence: k (k + 1) / 2 roundings; y - centre, its product; the sums'.
                        const double degree = static_cast<double>(k), rows = static_cast<double>(count / 16 + 1);
                        const long double roundings = degree * (degree + 1.0) / 2.0 + 2.0 + rows + 4.0;
                        CAPTURE(num_nodes);
                        CAPTURE(count);
                        CAPTURE(k);
                        REQUIRE(std::abs(sums[sum] - truth) <= roundings * kEpsilon * absolute);
                    }
                }
            }
        }
    });
}

TEST_CASE("squares of distances from a sum of Chebyshev polynomials") {
    for_each_instruction_set([&](const kernels::KernelTable& kernels) {
        for (const std::size_t num_coefficients : {0u, 1u, 2u, 7u, 64u}) {
            for (const std::size_t count : kCounts) {
                for (const bool weighted : {false, true}) {
                    const KernelSamples samples = make_samples(count);
                    std::vector<double> fit, slots(kernels::kRowLanes);
                    for (std::size_t k = 0; k < num_coefficients; ++k) {
                        fit.push_back(random::normal(4, random::Stream::samples, k) / static_cast<double>(k + 1));
                    }
                    kernels.sum_squares(samples.view(weighted), fit.data(), num_coefficients, slots.data());
                    double sum = 0.0;
                    kernels.of_double.combine_slots(slots.data(), 1, &sum);
                    long double truth = 0.0L, of_error = 0.0L, largest = 5.0L;
                    for (const double coefficient : fit) {
                        largest += std::abs(coefficient);
                    }
                    // Clenshaw's sums are below (k + 1) |fit| each, and there are k of them with two roundings.
                    const long double size = num_coefficients + 1.0L;
                    const long double error = 2.0L * size * size * largest * kEpsilon;
                    for (std::size_t n = 0; n < count; ++n) {
                        long double g = 0.0L;
                        for (std::size_t k = 0; k < num_coefficients; ++k) {
                            g += fit[k] * polynomial(k, samples.u[n]);
                        }
                        const long double m = weighted ? samples.m[n] : 1.0L, residual = samples.y[n] - g;
                        truth += m * residual * residual;
                        of_error += m * (2.0L * std::abs(residual) * error + error * error);
                    }
                    const long double rows = static_cast<long double>(count / 16 + 1);
                    CAPTURE(num_coefficients);
                    CAPTURE(count);
                    REQUIRE(std::abs(sum - truth) <= of_error + (rows + 6.0L) * kEpsilon * truth);
                }
            }
        }
    });
}

/// Compensated products: as if computed exactly and rounded once, but for the rounding of A_{j+k} + A_{|j-k|}.
TEST_CASE("H = C' G C is rounded once") {
    for_each_instruction_set([&](const kernels::KernelTable& kernels) {
        for (const std::size_t num_nodes : kNodes) {
            const Chebyshev chebyshev(num_nodes);
            std::vector<double> moments(2 * num_nodes - 1), gram(num_nodes * num_nodes);
            const KernelSamples samples = make_samples(3);  // G is of rank 3: C' G C cancels
            for (std::size_t k = 0; k < moments.size(); ++k) {
                for (const double u : samples.u) {
                    moments[k] += static_cast<double>(polynomial(k, u));
                }
            }
            kernels.make_gram(moments.data(), chebyshev.coefficients().data(), num_nodes, gram.data());
            for (std::size_t i = 0; i < num_nodes; ++i) {
                for (std::size_t j = 0; j < num_nodes; ++j) {
                    long double truth = 0.0L, absolute = 0.0L;
                    for (std::size_t k = 0; k < num_nodes; ++k) {
                        for (std::size_t l = 0; l < num_nodes; ++l) {
                            const double twice = moments[k + l] + moments[k < l ? l - k : k - l];
                            const long double product =
                                0.5L * twice * chebyshev.coefficient(k, i) * chebyshev.coefficient(l, j);
                            truth += product;
                            absolute += std::abs(product);
                        }
                    }
                    // Long double: 3 roundings of 2^-64 of a product, and those of p^2 sums, as far as they go.
                    const long double of_truth = 0x1p-64L * (3.0L + static_cast<long double>(num_nodes)) * absolute;
                    CAPTURE(num_nodes);
                    REQUIRE(std::abs(gram[j * num_nodes + i] - truth) <= kEpsilon * std::abs(truth) + of_truth);
                }
            }
        }
    });
}

}  // namespace
}  // namespace skein
