// Sums of leaves that come one by one, in the shape of a binary tree over aligned powers of two: the fixed order of
// additions that makes results independent of threads. The complete subtrees so far are the binary digits of the number
// of leaves; a new leaf carries like the addition of 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace skein::internal {

/// Adds `next` to a list of complete subtrees, ascending: joins it with the last one as long as `can_join(last, next)`.
template <class Subtree, class CanJoin, class Join>
void carry(std::vector<Subtree>& subtrees, Subtree next, const CanJoin& can_join, const Join& join) {
    while (!subtrees.empty() && can_join(subtrees.back(), next)) {
        next = join(std::move(subtrees.back()), std::move(next));
        subtrees.pop_back();
    }
    subtrees.push_back(std::move(next));
}

/// All subtrees as one, joined from the last to the first; there is at least one.
template <class Subtree, class Join>
Subtree joined(const std::vector<Subtree>& subtrees, const Join& join) {
    Subtree all = subtrees.back();
    for (std::size_t index = subtrees.size() - 1; index-- > 0;) {
        all = join(subtrees[index], std::move(all));
    }
    return all;
}

/// The same for leaves of `num_sums` numbers each, without allocating. A missing right half leaves the left one as it
/// is.
class TreeSum {
public:
    TreeSum(std::size_t num_sums, std::uint64_t max_leaves);

    void clear() noexcept { num_leaves_ = 0; }
    /// Memory for the next leaf's sums: fill it, then call add_leaf().
    std::span<double> next_leaf() noexcept;
    void add_leaf() noexcept;
    /// Writes the sums over all leaves added.
    void total(std::span<double> sums) noexcept;

private:
    std::span<double> level(std::size_t index) noexcept;
    std::size_t num_sums_;
    std::uint64_t num_leaves_ = 0;
    std::vector<double> levels_;  // [sums x levels]; the last level is the next leaf
    std::size_t num_levels_;
};

}  // namespace skein::internal
