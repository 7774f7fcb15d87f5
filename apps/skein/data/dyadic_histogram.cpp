#include "data/dyadic_histogram.hpp"

#include <algorithm>
#include <cmath>

namespace skein::app {
namespace {

/// Whole numbers below 2^52 are doubles, and so are the halves between them.
constexpr int kIndexBits = 52;

}  // namespace

std::vector<HistogramCell> coarser(std::span<const HistogramCell> cells, int halvings) {
    std::vector<HistogramCell> merged;
    for (const HistogramCell& cell : cells) {
        const std::int64_t index = cell.parent(halvings);
        if (merged.empty() || merged.back().index != index) {
            merged.push_back({index, 0, 0.0});
        }
        merged.back().count += cell.count;
        merged.back().sum_y += cell.sum_y;
    }
    return merged;
}

void DyadicHistogram::add(double x, double y) {
    if (std::abs(x) >= limit_) {
        int exponent = 0;  // |x| < 2^exponent
        std::frexp(x, &exponent);
        coarsen(level_ + exponent - kIndexBits);
    }
    const double scaled = x * scale_;
    const bool is_just_below_zero = x < 0.0 && scaled == 0.0;  // the product underflows
    insert({is_just_below_zero ? -1 : static_cast<std::int64_t>(std::floor(scaled)), 1, y});
}

void DyadicHistogram::add(const DyadicHistogram& other) {
    if (level_ > other.level_) {
        coarsen(level_ - other.level_);
    }
    for (HistogramCell cell : other.cells()) {
        cell.index = cell.parent(other.level_ - level_);  // insert() may change the level
        insert(cell);
    }
}

void DyadicHistogram::insert(const HistogramCell& cell) {
    HistogramCell& sum = cells_[cell.index];
    sum.index = cell.index;
    sum.count += cell.count;
    sum.sum_y += cell.sum_y;
    if (cells_.size() > kMaxCells) {
        coarsen(1);
    }
}

void DyadicHistogram::set_level(int level) {
    level_ = level;
    scale_ = std::ldexp(1.0, level);
    limit_ = std::ldexp(1.0, kIndexBits - level);
}

void DyadicHistogram::coarsen(int halvings) {
    std::vector<HistogramCell> kept = coarser(cells(), halvings);
    for (set_level(level_ - halvings); kept.size() > kMaxCells; set_level(level_ - 1)) {
        kept = coarser(kept, 1);
    }
    cells_.clear();
    for (const HistogramCell& cell : kept) {
        cells_.emplace(cell.index, cell);
    }
}

std::vector<HistogramCell> DyadicHistogram::cells() const {
    std::vector<HistogramCell> cells;
    cells.reserve(cells_.size());
    for (const auto& [index, cell] : cells_) {
        cells.push_back(cell);
    }
    std::ranges::sort(cells, {}, &HistogramCell::index);
    return cells;
}

}  // namespace skein::app
