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
#include "skein/random.hpp"
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

/// Numbers on [0, 1] in equal bins: their counts, and Kolmogorov's distance at the edges of the bins. A bin has the odds
/// of 30,000 floats near 1, the coarsest that a float normal is rounded to, so rounding at an edge moves its odds by a
/// relative 2e-5 at most: it takes 1e9 x (2e-5)^2 x 1e-3 off or on to a bin's square, where 1 is expected.
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

/// The single numbers of skein/random.hpp, in double. The last 27 bits of a uniform come from a word of their own.
class SingleNumberCounts {
public:
    void add(std::uint64_t seed, std::uint64_t first, std::uint64_t count) {
        for (std::uint64_t index = first; index < first + count; ++index) {
            const double u = random::uniform(seed, random::Stream::initial_weights, index);
            const double scaled = std::ldexp(u, 26);
            uniforms_.add(u);
            last_bits_.add(scaled - std::floor(scaled));
            normals_.add(normal_cdf(random::normal(seed, random::Stream::initial_weights, index)));
        }
    }
    void add(const SingleNumberCounts& other) {
        uniforms_.add(other.uniforms_);
        last_bits_.add(other.last_bits_);
        normals_.add(other.normals_);
    }
    Checks checks() const {
        Checks checks;
        uniforms_.add_to(checks, "single uniforms");
        last_bits_.add_to(checks, "single uniforms, last bits");
        normals_.add_to(checks, "single normals");
        return checks;
    }

private:
    Bins uniforms_, last_bits_, normals_;
};

/// integer(): ranges, remainders, and neighbouring draws.
class IntegerCounts {
public:
    /// bound < 2^57.
    explicit IntegerCounts(std::uint64_t bound)
        : bound_(bound),
          num_ranges_(std::min<std::uint64_t>(bound, 64)),
          num_remainders_(std::min<std::uint64_t>(bound, 16)),
          ranges_(num_ranges_),
          remainders_(num_remainders_),
          pairs_(num_ranges_ * num_ranges_) {}

    void add(std::uint64_t seed, std::uint64_t first, std::uint64_t count) {
        std::size_t before = 0;
        for (std::uint64_t index = first; index < first + count; ++index) {
            const std::uint64_t value = random::integer(seed, random::Stream::replacement, index, bound_);
            if (value >= bound_) {
                ++num_outside_;
                continue;
            }
            const std::size_t range = value * num_ranges_ / bound_;
            ++ranges_[range];
            ++remainders_[value % num_remainders_];
            if ((index - first) % 2 == 1) {
                ++pairs_[before * num_ranges_ + range];
            }
            before = range;
        }
    }
    void add(const IntegerCounts& other) {
        const auto sum = [](std::vector<std::uint64_t>& counts, const std::vector<std::uint64_t>& others) {
            for (std::size_t index = 0; index < counts.size(); ++index) {
                counts[index] += others[index];
            }
        };
        sum(ranges_, other.ranges_);
        sum(remainders_, other.remainders_);
        sum(pairs_, other.pairs_);
        num_outside_ += other.num_outside_;
    }
    /// The odds of a value are off by a relative bound / 2^64, which no count shows: 2^-23 for the largest of kBounds.
    Checks checks() const {
        Checks checks;
        const std::string what = "integers below " + std::to_string(bound_);
        const double bound = static_cast<double>(bound_);
        const auto start = [&](std::size_t range) { return (range * bound_ + num_ranges_ - 1) / num_ranges_; };
        std::vector<double> odds(num_ranges_);
        for (std::size_t range = 0; range < num_ranges_; ++range) {
            odds[range] = static_cast<double>(start(range + 1) - start(range)) / bound;
        }
        checks.add(what + ": inside", num_outside_ == 0 ? 1.0 : 0.0);
        if (bound_ > 1) {
            checks.add(what + ": ranges", two_sided(Cells(ranges_, odds).tails()));
            odds.assign(num_remainders_, 0.0);
            for (std::size_t remainder = 0; remainder < num_remainders_; ++remainder) {
                odds[remainder] = static_cast<double>((bound_ - 1 - remainder) / num_remainders_ + 1) / bound;
            }
            checks.add(what + ": remainders", two_sided(Cells(remainders_, odds).tails()));
            checks.add(what + ": neighbours", two_sided(Cells::of_table(pairs_, num_ranges_, 0.0).tails()));
        }
        return checks;
    }

private:
    std::uint64_t bound_;
    std::size_t num_ranges_, num_remainders_;
    std::vector<std::uint64_t> ranges_, remainders_, pairs_;
    std::uint64_t num_outside_ = 0;
};

inline constexpr std::array<std::uint64_t, 10> kBounds = {
    1, 2, 3, 7, 10, 1000, 65537, 1000000, (std::uint64_t{1} << 32) + 1, (std::uint64_t{1} << 40) + 12345};

}  // namespace skein::statistics
