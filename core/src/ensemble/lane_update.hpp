// What a step does to the columns of a tile: learning rates, norms of gradients, the update.
#pragma once

#include <cstdint>
#include <span>

#include "ensemble/lane_columns.hpp"
#include "ensemble/lane_gradient.hpp"
#include "kernels/kernel_table.hpp"

namespace skein::internal {

/// The lanes' learning rates at a factor of the schedule, whose scale is each lane's own.
template <class Scalar>
void set_learning_rates(LaneColumns<Scalar>& columns, double factor);

/// Norms over the layers, in layer order, as gradient_norm(), to `norms` [stride]; and what clipping scales gradients
/// by.
template <class Scalar>
void compute_norms(LaneColumns<Scalar>& columns, LaneGradient<Scalar>& gradient, const EnsembleSettings& settings,
                   std::span<double> norms);

/// The update of all lanes by `gradient`; it writes the losses of the step to `losses` [stride].
template <class Scalar>
kernels::LaneUpdate<Scalar> lane_update(LaneColumns<Scalar>& columns, LaneGradient<Scalar>& gradient,
                                        const EnsembleSettings& settings, std::uint64_t step, Scalar* losses);

}  // namespace skein::internal
