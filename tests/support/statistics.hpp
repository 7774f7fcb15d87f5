// p-values for the tests of random numbers and orders. A test is a list of checks with a p-value each: how likely a
// result as far off as this one is, or a bound of that, where nothing is wrong. It fails where a p-value is below
// kAlpha / (number of its checks): the odds of failing without a fault are kAlpha at most (Bonferroni), once, when a
// seed is chosen; from then on the draws are fixed.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace skein::statistics {

inline constexpr double kAlpha = 1e-6;

struct Check {
    std::string what;
    double p;
};

class Checks {
public:
    void add(std::string what, double p) { checks_.push_back({std::move(what), p}); }
    void add(const Checks& others) { checks_.insert(checks_.end(), others.checks_.begin(), others.checks_.end()); }
    const std::vector<Check>& all() const { return checks_; }
    double limit() const { return kAlpha / static_cast<double>(checks_.size()); }

private:
    std::vector<Check> checks_;
};

/// Two that add up to 1, each with a small relative error.
struct Tails {
    double lower;
    double upper;
};

/// The incomplete gamma functions P(a, x) and Q(a, x) for a > 0, x >= 0: below a + 1 by the series, above by the
/// continued fraction (M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 6.5.29 and 6.5.31), which is
/// evaluated as W. J. Lentz does (Applied Optics 15, 1976).
inline Tails incomplete_gamma(double a, double x) {
    constexpr double kTiny = 1e-300;
    constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
    if (x <= 0.0) {
        return {0.0, 1.0};
    }
    const double factor = std::exp(a * std::log(x) - x - std::lgamma(a));
    if (x < a + 1.0) {
        double term = 1.0 / a;
        double sum = term;
        for (double n = 1.0; term > sum * kEpsilon; ++n) {
            term *= x / (a + n);
            sum += term;
        }
        return {factor * sum, 1.0 - factor * sum};
    }
    double b = x + 1.0 - a;
    double c = 1.0 / kTiny;
    double d = 1.0 / b;
    double fraction = d;
    double change = 0.0;
    for (double n = 1.0; std::abs(change - 1.0) > kEpsilon; ++n) {
        const double numerator = -n * (n - a);
        b += 2.0;
        d = numerator * d + b;
        d = 1.0 / (std::abs(d) < kTiny ? kTiny : d);
        c = b + numerator / c;
        c = std::abs(c) < kTiny ? kTiny : c;
        change = c * d;
        fraction *= change;
    }
    return {1.0 - factor * fraction, factor * fraction};
}

/// Both tails of the chi-square distribution.
inline Tails chi_square(double statistic, double freedom) { return incomplete_gamma(freedom / 2.0, statistic / 2.0); }

/// Too large, or too small to be true.
inline double two_sided(const Tails& tails) { return std::min(1.0, 2.0 * std::min(tails.lower, tails.upper)); }

inline double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

/// Of a standard normal deviation, either way.
inline double normal_p(double deviation) { return std::erfc(std::abs(deviation) / std::sqrt(2.0)); }

/// Bounds the odds that the distribution of `count` draws is anywhere this far from the one they are from, for any
/// count and any distribution (P. Massart, Annals of Probability 18, 1990).
inline double kolmogorov_p(double distance, double count) {
    return std::min(1.0, 2.0 * std::exp(-2.0 * count * distance * distance));
}

/// Bounds the odds that a count of `trials` events, each of the given odds, is this far from its mean, either way, for
/// any number of trials (W. Hoeffding, J. American Statistical Association 58, 1963, theorem 1).
inline double binomial_p(double count, double trials, double odds) {
    const double mean = trials * odds;
    const double hits = count == 0.0 ? 0.0 : count * std::log(count / mean);
    const double misses = count == trials ? 0.0 : (trials - count) * std::log1p((mean - count) / (trials - mean));
    return std::min(1.0, 2.0 * std::exp(-(hits + misses)));
}

/// Of p-values that should be uniform on [0, 1].
inline double uniformity_p(std::vector<double> p) {
    std::sort(p.begin(), p.end());
    const double count = static_cast<double>(p.size());
    double distance = 0.0;
    for (std::size_t rank = 0; rank < p.size(); ++rank) {
        distance = std::max(
            {distance, p[rank] - static_cast<double>(rank) / count, static_cast<double>(rank + 1) / count - p[rank]});
    }
    return kolmogorov_p(distance, count);
}

/// What was counted in each cell, and what was to be expected there: of one sample or of several, added up.
class Cells {
public:
    Cells() = default;
    /// Expected counts in proportion to the odds, which add up to 1.
    Cells(const std::vector<std::uint64_t>& counts, const std::vector<double>& odds)
        : observed_(counts.begin(), counts.end()), expected_(odds), freedom_(static_cast<double>(counts.size()) - 1.0) {
        double total = 0.0;
        for (const double count : observed_) {
            total += count;
        }
        for (double& expected : expected_) {
            expected *= total;
        }
    }
    /// Equally likely cells.
    explicit Cells(const std::vector<std::uint64_t>& counts)
        : Cells(counts, std::vector<double>(counts.size(), 1.0 / static_cast<double>(counts.size()))) {}

    /// Cells [row x column] of a table whose rows and columns are independent, expected from its own sums. `population`
    /// is how many pairs were matched at random at a time: with both sums given, the squared deviations of a random
    /// matching of that many are larger by population / (population - 1) than those of independent draws. 0: of draws.
    static Cells of_table(const std::vector<std::uint64_t>& counts, std::size_t columns, double population) {
        Cells cells;
        const std::size_t rows = counts.size() / columns;
        std::vector<double> row_sum(rows), column_sum(columns);
        double total = 0.0;
        for (std::size_t cell = 0; cell < counts.size(); ++cell) {
            const double count = static_cast<double>(counts[cell]);
            row_sum[cell / columns] += count;
            column_sum[cell % columns] += count;
            total += count;
        }
        cells.observed_.assign(counts.begin(), counts.end());
        cells.expected_.resize(counts.size());
        for (std::size_t cell = 0; cell < counts.size(); ++cell) {
            cells.expected_[cell] = row_sum[cell / columns] * column_sum[cell % columns] / total;
        }
        cells.freedom_ = (static_cast<double>(rows) - 1.0) * (static_cast<double>(columns) - 1.0);
        cells.correction_ = population > 0.0 ? (population - 1.0) / population : 1.0;
        return cells;
    }

    /// The same cells of another sample.
    void add(const Cells& other) {
        if (observed_.empty()) {
            *this = other;
            return;
        }
        for (std::size_t cell = 0; cell < observed_.size(); ++cell) {
            observed_[cell] += other.observed_[cell];
            expected_[cell] += other.expected_[cell];
        }
    }

    /// Of Pearson's statistic.
    Tails tails() const {
        double statistic = 0.0;
        for (std::size_t cell = 0; cell < observed_.size(); ++cell) {
            const double difference = observed_[cell] - expected_[cell];
            statistic += difference * difference / expected_[cell];
        }
        return chi_square(correction_ * statistic, freedom_);
    }

private:
    std::vector<double> observed_;
    std::vector<double> expected_;
    double freedom_ = 0.0;
    double correction_ = 1.0;
};

/// One table per seed: the p-values of the seeds are uniform, and the sum of all tables, where a small fault that all
/// seeds share grows, is one of no fault.
class TablesOfSeeds {
public:
    void add(const Cells& cells) {
        p_.push_back(cells.tails().upper);
        sum_.add(cells);
    }
    void add_to(Checks& checks, const std::string& what) const {
        checks.add(what + ", seed by seed", uniformity_p(p_));
        checks.add(what + ", all seeds", two_sided(sum_.tails()));
    }

private:
    std::vector<double> p_;
    Cells sum_;
};

}  // namespace skein::statistics
