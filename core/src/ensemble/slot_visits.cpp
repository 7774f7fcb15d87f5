#include "ensemble/slot_visits.hpp"

#include <bit>

#include "skein/gradient.hpp"

namespace skein::internal {
namespace {

static_assert(kNumSumLevels == std::bit_width(kNumSlots));

/// Visits the slots s with s = first (mod distance), their sum becoming that of `level`. Slots that no sample reaches
/// are left out: they would add zeros.
void visit(std::vector<SlotVisit>& visits, std::size_t num_samples, std::size_t first, std::size_t distance,
           std::size_t level) {
    if (distance == kNumSlots) {
        for (std::size_t sample = first; sample < num_samples; sample += kNumSlots) {
            visits.push_back({sample, sample == first, level, 0});
        }
        return;
    }
    visit(visits, num_samples, first, 2 * distance, level);
    if (first + distance < num_samples) {
        visit(visits, num_samples, first + distance, 2 * distance, level + 1);
        ++visits.back().num_merges;
    }
}

}  // namespace

std::vector<SlotVisit> slot_visits(std::size_t num_samples) {
    std::vector<SlotVisit> visits;
    visits.reserve(num_samples);
    visit(visits, num_samples, 0, 1, 0);
    return visits;
}

}  // namespace skein::internal
