// Counts of random numbers whose distribution is known, and samples of them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "skein/dataset.hpp"
#include "skein/generated_data.hpp"
#include "support/statistics.hpp"

namespace skein::statistics {

template <class Scalar>
const char* scalar_name() {
    return sizeof(Scalar) == sizeof(float) ? "float" : "double";
}

/// Draws of a variable whose mean and variance are known.
class Mean {
public:
    Mean(double mean, double variance) : mean_(mean), variance_(variance) {}
    void add(double value) {
        sum_ += value;
        ++count_;
    }
    void add(const Mean& other) {
        sum_ += other.sum_;
        count_ += other.count_;
    }
    double p() const {
        const double count = static_cast<double>(count_);
        return normal_p((sum_ - count * mean_) / std::sqrt(count * variance_));
    }

private:
    double mean_, variance_;
    double sum_ = 0.0;
    std::uint64_t count_ = 0;
};

/// The first six powers. By the central limit theorem their means are normal; the sixth power of a normal number, of
/// skewness 33, makes 5.5 deviations of the mean of 1e6 numbers exp(5.5^3 33 / (6 sqrt(1e6))) = 2.5 times as likely.
class Moments {
public:
    void add(double value) {
        double power = 1.0;
        for (double& sum : sums_) {
            power *= value;
            sum += power;
        }
        ++count_;
    }
    void add(const Moments& other) {
        for (std::size_t power = 0; power < sums_.size(); ++power) {
            sums_[power] += other.sums_[power];
        }
        count_ += other.count_;
    }
    /// exact[k - 1] is the mean of the k-th power, k = 1 to 12.
    void add_to(Checks& checks, const std::string& what, const std::array<double, 12>& exact) const {
        const double count = static_cast<double>(count_);
        for (std::size_t power = 1; power <= sums_.size(); ++power) {
            const double mean = exact[power - 1];
            const double deviation = std::sqrt((exact[2 * power - 1] - mean * mean) / count);
            checks.add(what + ": moment " + std::to_string(power),
                       normal_p((sums_[power - 1] / count - mean) / deviation));
        }
    }

private:
    std::array<double, 6> sums_ = {};
    std::uint64_t count_ = 0;
};

/// Numbers on [0, 1] in equal bins: their counts, and Kolmogorov's distance at the edges of the bins. A bin has the
/// odds of 30,000 floats near 1, the coarsest that a float normal is rounded to, so rounding at an edge moves its odds
/// by a relative 2e-5 at most: it takes 1e9 x (2e-5)^2 x 1e-3 off or on to a bin's square, where 1 is expected.
class Bins {
public:
    void add(double u) { ++counts_[std::min(static_cast<std::size_t>(u * kNumBins), kNumBins - 1)]; }
    void add(const Bins& other) {
        for (std::size_t bin = 0; bin < kNumBins; ++bin) {
            counts_[bin] += other.counts_[bin];
        }
    }
    void add_to(Checks& checks, const std::string& what) const {
        checks.add(what + ": bins", two_sided(Cells(counts_).tails()));
        double total = 0.0, below = 0.0, distance = 0.0;
        for (const std::uint64_t count : counts_) {
            total += static_cast<double>(count);
        }
        for (std::size_t bin = 0; bin < kNumBins; ++bin) {
            below += static_cast<double>(counts_[bin]);
            distance = std::max(distance, std::abs(below / total - static_cast<double>(bin + 1) / kNumBins));
        }
        checks.add(what + ": Kolmogorov's distance", kolmogorov_p(distance, total));
    }

private:
    static constexpr std::size_t kNumBins = 1024;
    std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(kNumBins);
};

/// Pairs of independent uniforms on [0, 1].
class Square {
public:
    void add(double u, double v) { ++counts_[cell(u) * kSide + cell(v)]; }
    void add(const Square& other) {
        for (std::size_t index = 0; index < counts_.size(); ++index) {
            counts_[index] += other.counts_[index];
        }
    }
    void add_to(Checks& checks, const std::string& what) const {
        checks.add(what + ": independent", two_sided(Cells::of_table(counts_, kSide, 0.0).tails()));
        checks.add(what + ": bins", two_sided(Cells(counts_).tails()));
    }

private:
    static constexpr std::size_t kSide = 64;
    static std::size_t cell(double u) { return std::min(static_cast<std::size_t>(u * kSide), kSide - 1); }
    std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(kSide * kSide);
};

/// Samples of a data set of noise 1 whose target is 0, so that x is the input and y the noise: use(x, y, count), a
/// block at a time.
template <class Scalar, class Use>
void for_each_block(InputDistribution input, Target target, std::uint64_t seed, std::uint64_t first,
                    std::uint64_t count, Use use) {
    constexpr std::size_t kBlock = 4096;
    GeneratedData settings;
    settings.num_samples = first + count;
    settings.seed = seed;
    settings.input = input;
    settings.target = target;
    settings.noise = target == Target::teacher ? 1.0 : 0.0;
    settings.teacher_weights = {0.0};
    const Dataset<Scalar> data = generate<Scalar>(settings);
    std::vector<Scalar> columns(2 * kBlock);
    std::vector<double> x(kBlock), y(kBlock);
    for (std::uint64_t done = 0; done < count; done += kBlock) {
        const std::size_t num_samples = std::min<std::uint64_t>(kBlock, count - done);
        const SampleBuffer<Scalar> buffer{columns.data(), columns.data() + kBlock, nullptr};
        const MiniBatch<Scalar> batch = data.source().range(first + done, num_samples, buffer);
        std::copy_n(batch.x, num_samples, x.begin());
        std::copy_n(batch.y, num_samples, y.begin());
        use(x, y, num_samples);
    }
}

}  // namespace skein::statistics
