#include "data/dyadic_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>

namespace skein::app {
namespace {

/// Whole numbers below 2^52 are doubles, and so are the places between two of them.
constexpr int kIndexBits = 52;

/// The index of the cell `halvings` levels up.
std::int64_t coarser(std::int64_t index, int halvings) { return index >> std::min(halvings, 63); }

}  // namespace

DyadicHistogram::DyadicHistogram(int level) : slots_(kNumSlots) { set_level(level); }

void DyadicHistogram::add(double x, double y) {
    if (std::abs(x) >= limit_) {
        int exponent = 0;  // |x| < 2^exponent
        std::frexp(x, &exponent);
        coarsen_to(kIndexBits - exponent);
    }
    const double place = x * scale_;
    const auto index = static_cast<std::int64_t>(place);
    insert(index - (static_cast<double>(index) > place ? 1 : 0), 1, y);
}

void DyadicHistogram::insert(std::int64_t index, std::uint64_t count, double sum_y) {
    constexpr std::uint64_t kGoldenRatio = 0x9e37'79b9'7f4a'7c15;
    constexpr int kUnusedBits = 65 - std::bit_width(kNumSlots);
    static_assert(std::has_single_bit(kNumSlots));
    std::size_t slot = static_cast<std::size_t>((static_cast<std::uint64_t>(index) * kGoldenRatio) >> kUnusedBits);
    while (slots_[slot].count != 0 && slots_[slot].index != index) {
        slot = (slot + 1) % kNumSlots;
    }
    Cell& cell = slots_[slot];
    num_cells_ += cell.count == 0 ? 1 : 0;
    cell.index = index;
    cell.count += count;
    cell.sum_y += sum_y;
    while (num_cells_ > kMaxCells) {
        coarsen_to(level_ - 1);
    }
}

void DyadicHistogram::set_level(int level) {
    level_ = level;
    scale_ = std::ldexp(1.0, level);
    limit_ = std::ldexp(1.0, kIndexBits - level);
}

void DyadicHistogram::coarsen_to(int level) {
    const std::vector<Cell> finer = cells();  // in order: that of the table would be another at each level
    const int halvings = level_ - level;
    set_level(level);
    num_cells_ = 0;
    std::ranges::fill(slots_, Cell{});
    for (const Cell& cell : finer) {
        insert(coarser(cell.index, halvings), cell.count, cell.sum_y);
    }
}

void DyadicHistogram::add(const DyadicHistogram& other) {
    if (level_ > other.level_) {
        coarsen_to(other.level_);
    }
    for (const Cell& cell : other.cells()) {
        insert(coarser(cell.index, other.level_ - level_), cell.count, cell.sum_y);  // which may change the level
    }
}

std::vector<DyadicHistogram::Cell> DyadicHistogram::cells() const {
    std::vector<Cell> cells;
    cells.reserve(num_cells_);
    std::ranges::copy_if(slots_, std::back_inserter(cells), [](const Cell& cell) { return cell.count != 0; });
    std::ranges::sort(cells, {}, &Cell::index);
    return cells;
}

}  // namespace skein::app
