// What the random numbers of skein/random.hpp and skein/generated_data.hpp are measured by: number_statistics_test.cpp
// with a million numbers, random_statistics.cpp with a billion. Each class counts samples [first, first + count) of a
// seed, adds up with others of its kind, and makes checks of what it has counted.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "skein/generated_data.hpp"
#include "support/counts.hpp"
#include "support/statistics.hpp"

namespace skein::statistics {

/// The two normals of a block: each of them, together, and those of neighbouring samples.
template <class Scalar>
class NormalCounts {
public:
    void add(std::uint64_t seed, std::uint64_t first, std::uint64_t count) {
        for_each_block<Scalar>(InputDistribution::normal, Target::teacher, seed, first, count,
                               [this](const auto& x, const auto& y, std::size_t num_samples) {
                                   for (std::size_t index = 0; index < num_samples; ++index) {
                                       add_pair(x[index], y[index]);
                                       if (index > 0) {
                                           add_neighbours(x[index - 1], x[index]);
                                       }
                                   }
                               });
    }
    void add(const NormalCounts& other) {
        for (std::size_t tail = 0; tail < tails_.size(); ++tail) {
            tails_[tail] += other.tails_[tail];
        }
        for (std::size_t product = 0; product < products_.size(); ++product) {
            products_[product].add(other.products_[product]);
        }
        count_ += other.count_;
        moments_.add(other.moments_);
        x_.add(other.x_);
        y_.add(other.y_);
        radius_and_angle_.add(other.radius_and_angle_);
        neighbours_.add(other.neighbours_);
    }
    Checks checks() const {
        Checks checks;
        const std::string what = std::string(scalar_name<Scalar>()) + " normals";
        moments_.add_to(checks, what, {0.0, 1.0, 0.0, 3.0, 0.0, 15.0, 0.0, 105.0, 0.0, 945.0, 0.0, 10395.0});
        x_.add_to(checks, what + ", first");
        y_.add_to(checks, what + ", second");
        for (std::size_t tail = 0; tail < tails_.size(); ++tail) {
            const double bound = static_cast<double>(tail / 2 + 2);
            checks.add(what + (tail % 2 == 0 ? ": above " : ": below -") + std::to_string(tail / 2 + 2) + " sigma",
                       binomial_p(static_cast<double>(tails_[tail]), static_cast<double>(count_), normal_cdf(-bound)));
        }
        checks.add(what + ": correlation of first and second", products_[0].p());
        checks.add(what + ": correlation of their squares", products_[1].p());
        checks.add(what + ": correlation of neighbours", products_[2].p());
        checks.add(what + ": correlation of neighbours' squares", products_[3].p());
        radius_and_angle_.add_to(checks, what + ": radius x angle");
        neighbours_.add_to(checks, what + ": neighbours");
        return checks;
    }

private:
    void add_number(double value) {
        moments_.add(value);
        for (std::size_t tail = 0; tail < tails_.size(); tail += 2) {
            const double bound = static_cast<double>(tail / 2 + 2);
            tails_[tail] += value > bound ? 1 : 0;
            tails_[tail + 1] += value < -bound ? 1 : 0;
        }
        ++count_;
    }
    void add_pair(double x, double y) {
        add_number(x);
        add_number(y);
        x_.add(normal_cdf(x));
        y_.add(normal_cdf(y));
        products_[0].add(x * y);
        products_[1].add((x * x - 1.0) * (y * y - 1.0));
        constexpr double kTwoPi = 6.283185307179586;
        radius_and_angle_.add(std::exp(-0.5 * (x * x + y * y)), std::atan2(y, x) / kTwoPi + 0.5);
    }
    void add_neighbours(double x, double next) {
        products_[2].add(x * next);
        products_[3].add((x * x - 1.0) * (next * next - 1.0));
        // Overlapping pairs would not be independent draws of the table; every other pair is.
        is_second_ = !is_second_;
        if (is_second_) {
            neighbours_.add(normal_cdf(x), normal_cdf(next));
        }
    }

    Moments moments_;
    Bins x_, y_;
    std::array<std::uint64_t, 8> tails_ = {};  // above 2, below -2, above 3, ...
    std::uint64_t count_ = 0;
    // Products of two normals have variance 1; of two squares less their means, 2 x 2.
    std::array<Mean, 4> products_ = {Mean(0.0, 1.0), Mean(0.0, 4.0), Mean(0.0, 1.0), Mean(0.0, 4.0)};
    Square radius_and_angle_, neighbours_;
    bool is_second_ = false;
};

/// Uniform input, and noise from a stream of its own.
template <class Scalar>
class UniformCounts {
public:
    void add(std::uint64_t seed, std::uint64_t first, std::uint64_t count) {
        for_each_block<Scalar>(InputDistribution::uniform, Target::teacher, seed, first, count,
                               [this](const auto& x, const auto& y, std::size_t num_samples) {
                                   for (std::size_t index = 0; index < num_samples; ++index) {
                                       const double u = 0.5 * (x[index] + 1.0);
                                       const double v = normal_cdf(y[index]);
                                       moments_.add(x[index]);
                                       x_.add(u);
                                       noise_.add(v);
                                       with_noise_.add(u, v);
                                       if (index % 2 == 1) {
                                           neighbours_.add(0.5 * (x[index - 1] + 1.0), u);
                                       }
                                   }
                               });
    }
    void add(const UniformCounts& other) {
        moments_.add(other.moments_);
        x_.add(other.x_);
        noise_.add(other.noise_);
        with_noise_.add(other.with_noise_);
        neighbours_.add(other.neighbours_);
    }
    Checks checks() const {
        Checks checks;
        const std::string what = std::string(scalar_name<Scalar>()) + " uniforms";
        std::array<double, 12> exact = {};  // of x on [-1, 1]
        for (std::size_t power = 2; power <= exact.size(); power += 2) {
            exact[power - 1] = 1.0 / static_cast<double>(power + 1);
        }
        moments_.add_to(checks, what, exact);
        x_.add_to(checks, what);
        noise_.add_to(checks, what + ", noise");
        with_noise_.add_to(checks, what + ": x noise");
        neighbours_.add_to(checks, what + ": neighbours");
        return checks;
    }

private:
    Moments moments_;
    Bins x_, noise_;
    Square with_noise_, neighbours_;
};

/// Random labels, which come from the block that the inputs come from.
template <class Scalar>
class LabelCounts {
public:
    void add(std::uint64_t seed, std::uint64_t first, std::uint64_t count) {
        for (const InputDistribution input : {InputDistribution::normal, InputDistribution::uniform}) {
            const bool is_normal = input == InputDistribution::normal;
            for_each_block<Scalar>(input, Target::random_labels, seed, first, count,
                                   [&](const auto& x, const auto& y, std::size_t num_samples) {
                                       for (std::size_t index = 0; index < num_samples; ++index) {
                                           const double u = is_normal ? normal_cdf(x[index]) : 0.5 * (x[index] + 1.0);
                                           labels_[is_normal ? 0 : 1].add(u, 0.25 * y[index] + 0.5);
                                           sign_.add(y[index]);
                                       }
                                   });
        }
    }
    void add(const LabelCounts& other) {
        labels_[0].add(other.labels_[0]);
        labels_[1].add(other.labels_[1]);
        sign_.add(other.sign_);
    }
    Checks checks() const {
        Checks checks;
        const std::string what = std::string(scalar_name<Scalar>()) + " random labels";
        checks.add(what + ": mean", sign_.p());
        labels_[0].add_to(checks, what + " x normal input");
        labels_[1].add_to(checks, what + " x uniform input");
        return checks;
    }

private:
    /// Ranges of the input against the two labels.
    class Table {
    public:
        void add(double u, double v) {
            const std::size_t range = std::min(static_cast<std::size_t>(u * kRanges), kRanges - 1);
            ++counts_[2 * range + (v > 0.5 ? 1 : 0)];
        }
        void add(const Table& other) {
            for (std::size_t cell = 0; cell < counts_.size(); ++cell) {
                counts_[cell] += other.counts_[cell];
            }
        }
        void add_to(Checks& checks, const std::string& what) const {
            checks.add(what, two_sided(Cells::of_table(counts_, 2, 0.0).tails()));
        }

    private:
        static constexpr std::size_t kRanges = 1024;
        std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(2 * kRanges);
    };
    std::array<Table, 2> labels_;
    Mean sign_{0.0, 1.0};
};

}  // namespace skein::statistics
