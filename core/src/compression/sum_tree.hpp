// The binary tree over segments: sums of neighbouring segments, joined in one fixed order.
#pragma once

#include <cstddef>
#include <vector>

#include "compression/moment_subtree.hpp"
#include "compression/panel_sums.hpp"

namespace skein::internal {

/// The sums over the samples of both; `left` comes first.
MomentSubtree combined(MomentSubtree left, MomentSubtree right, std::size_t num_nodes);

/// Adds the next subtree to a list of them, and joins what is then complete.
void append(std::vector<MomentSubtree>& subtrees, MomentSubtree next, std::size_t num_nodes);

/// The sums over all samples; there is at least one subtree.
PanelSums total(const std::vector<MomentSubtree>& subtrees, std::size_t num_nodes);

}  // namespace skein::internal
