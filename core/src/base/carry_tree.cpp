#include "base/carry_tree.hpp"

#include <algorithm>
#include <bit>
#include <functional>

namespace skein::internal {

TreeSum::TreeSum(std::size_t num_sums, std::uint64_t max_leaves)
    : num_sums_(num_sums), num_levels_(static_cast<std::size_t>(std::bit_width(max_leaves)) + 1) {
    levels_.resize(num_sums_ * (num_levels_ + 1));
}

std::span<double> TreeSum::level(std::size_t index) noexcept { return {levels_.data() + index * num_sums_, num_sums_}; }

std::span<double> TreeSum::next_leaf() noexcept { return level(num_levels_); }

void TreeSum::add_leaf() noexcept {
    const std::span<double> carry = next_leaf();
    std::size_t index = 0;
    for (; (num_leaves_ >> index & 1) != 0; ++index) {
        const std::span<double> left = level(index);
        std::transform(left.begin(), left.end(), carry.begin(), carry.begin(), std::plus<>());
    }
    std::copy(carry.begin(), carry.end(), level(index).begin());
    ++num_leaves_;
}

void TreeSum::total(std::span<double> sums) noexcept {
    bool first = true;
    for (std::size_t index = 0; index < num_levels_; ++index) {
        if ((num_leaves_ >> index & 1) != 0) {
            const std::span<double> left = level(index);
            if (first) {
                std::copy(left.begin(), left.end(), sums.begin());
            } else {
                std::transform(left.begin(), left.end(), sums.begin(), sums.begin(), std::plus<>());
            }
            first = false;
        }
    }
}

}  // namespace skein::internal
