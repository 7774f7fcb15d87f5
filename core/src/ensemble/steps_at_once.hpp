// Steps that a tile makes at once: plain sgd on samples that all lanes share (kernels/lane_steps.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ensemble/lane_columns.hpp"
#include "ensemble/lane_data.hpp"
#include "ensemble/lane_losses.hpp"
#include "ensemble/lane_samples.hpp"
#include "ensemble/slot_visits.hpp"
#include "skein/ensemble_trainer.hpp"

namespace skein::internal {

/// Steps in which no lane needs a look, at most kStepsAtOnce of them. If a lane does, nothing has happened, and the
/// steps are to be made one by one. So are some after them: in a time when many lanes end, trying again and again would
/// cost more than it saves.
template <class Scalar>
class StepsAtOnce {
public:
    /// All outlive this.
    StepsAtOnce(std::span<const Activation> activations, const LaneData<Scalar>& data, const EnsembleSettings& settings,
                LaneColumns<Scalar>& columns, LaneLosses<Scalar>& losses, LaneSamples<Scalar>& samples);

    void begin_tile() noexcept;
    /// Makes steps from `step` on, their learning rates being those of `step`, but none at or beyond `end`. Returns how
    /// many; 0: the next one is to be made by itself.
    std::uint64_t take(std::uint64_t step, std::uint64_t end);

private:
    std::uint64_t count(std::uint64_t step, std::uint64_t end) const noexcept;
    kernels::LaneSteps<Scalar> lane_steps(std::uint64_t step, std::uint64_t num_steps);

    std::span<const Activation> activations_;
    const EnsembleSettings& settings_;
    LaneColumns<Scalar>& columns_;
    LaneLosses<Scalar>& losses_;
    LaneSamples<Scalar>& samples_;
    std::vector<SlotVisit> visits_;
    bool is_possible_;
    std::uint64_t next_try_ = 0;
    std::uint64_t pause_ = 0;  // after the next steps that fail
};

}  // namespace skein::internal
