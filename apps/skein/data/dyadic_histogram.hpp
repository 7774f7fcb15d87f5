// Where x lies, and the mean of y there, though the range of x is not known beforehand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace skein::app {

/// Counts samples in the cells [k 2^-level, (k + 1) 2^-level) of an absolute grid, which are kept where there are
/// samples. The level is the finest at which there are at most kMaxCells of them, however the samples have come: cells
/// of a level are pairs of the next one, so any two histograms can be added. (Beside that, k fits in a double.)
class DyadicHistogram {
public:
    static constexpr std::size_t kMaxCells = 2048;
    static constexpr int kFinestLevel = 1000;

    struct Cell {
        std::int64_t index = 0;  // k
        std::uint64_t count = 0;
        double sum_y = 0.0;  // added as the samples come: good for a picture
    };

    /// `level`: where to begin, at least as fine as it ends.
    explicit DyadicHistogram(int level = kFinestLevel);

    /// `x` is finite.
    void add(double x, double y);
    void add(const DyadicHistogram& other);

    int level() const noexcept { return level_; }
    /// In the order of their places.
    std::vector<Cell> cells() const;

private:
    static constexpr std::size_t kNumSlots = 4 * kMaxCells;  // a hash table with a place for each: a cell, or none

    void insert(std::int64_t index, std::uint64_t count, double sum_y);
    void set_level(int level);
    void coarsen_to(int level);

    int level_ = 0;
    double scale_ = 1.0;  // 2^level
    double limit_ = 1.0;  // of |x| at this level
    std::size_t num_cells_ = 0;
    std::vector<Cell> slots_;
};

}  // namespace skein::app
