// The density of x, and the mean of y over x, in one pass over samples whose range is not known beforehand.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace skein::app {

struct HistogramCell {
    std::int64_t index = 0;  // k
    std::uint64_t count = 0;
    double sum_y = 0.0;  // added in the order of the samples: accurate enough for a picture

    /// The index of the cell `halvings` levels down that holds this one.
    std::int64_t parent(int halvings) const { return index >> std::min(halvings, 63); }
};

/// Ascending cells, merged `halvings` levels down: 2^halvings cells become one.
std::vector<HistogramCell> coarser(std::span<const HistogramCell> cells, int halvings);

/// Counts samples in the cells [k 2^-level, (k + 1) 2^-level). The level is the finest with at most kMaxCells occupied
/// cells (and with every k a double), whatever the order of the samples: two cells of a level make one of the next
/// coarser level, so any two histograms can be added.
class DyadicHistogram {
public:
    static constexpr std::size_t kMaxCells = 2048;
    /// Densities up to 2^1000 are doubles.
    static constexpr int kFinestLevel = 1000;

    /// `level`: the first one, at least as fine as the last one will be.
    explicit DyadicHistogram(int level = kFinestLevel) { set_level(level); }

    /// `x` is finite.
    void add(double x, double y);
    void add(const DyadicHistogram& other);

    int level() const noexcept { return level_; }
    /// The occupied cells, ascending.
    std::vector<HistogramCell> cells() const;

private:
    void insert(const HistogramCell& cell);
    void set_level(int level);
    /// Levels down, and more if there are too many cells.
    void coarsen(int halvings);

    int level_ = 0;
    double scale_ = 1.0;  // 2^level
    double limit_ = 1.0;  // |x| is smaller at this level
    std::unordered_map<std::int64_t, HistogramCell> cells_;
};

}  // namespace skein::app
