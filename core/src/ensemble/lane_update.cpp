#include "ensemble/lane_update.hpp"

#include <algorithm>
#include <cmath>

#include "training/optimizer_columns.hpp"

namespace skein::internal {

template <class Scalar>
void set_learning_rates(LaneColumns<Scalar>& columns, double factor) {
    const LaneLayout& layout = columns.layout();
    for (std::size_t rate = 0; rate < layout.num_rates; ++rate) {
        const Scalar* const base_rates = columns.column(layout.base_rates + rate);
        Scalar* const rates = columns.column(layout.rates + rate);
        for (std::size_t lane = 0; lane < columns.num_live(); ++lane) {
            rates[lane] = base_rates[lane] * static_cast<Scalar>(columns.schedule_scale(lane) * factor);
        }
    }
}

template <class Scalar>
void compute_norms(LaneColumns<Scalar>& columns, LaneGradient<Scalar>& gradient, const EnsembleSettings& settings,
                   std::span<double> norms) {
    const std::size_t num_lanes = columns.whole_rows();
    std::fill_n(norms.begin(), num_lanes, 0.0);
    for (std::size_t layer = 0; layer < columns.num_layers(); ++layer) {
        const Scalar* const gradients = gradient.sums() + (kernels::kFirstGradientSum + layer) * columns.stride();
        for (std::size_t lane = 0; lane < num_lanes; ++lane) {
            norms[lane] += static_cast<double>(gradients[lane]) * static_cast<double>(gradients[lane]);
        }
    }
    Scalar* const scales = columns.column(columns.layout().gradient_scale);
    for (std::size_t lane = 0; lane < num_lanes; ++lane) {
        norms[lane] = std::sqrt(norms[lane]);
        scales[lane] = static_cast<Scalar>(clip_scale(settings.common.clip_norm, norms[lane]));
    }
}

template <class Scalar>
kernels::LaneUpdate<Scalar> lane_update(LaneColumns<Scalar>& columns, LaneGradient<Scalar>& gradient,
                                        const EnsembleSettings& settings, std::uint64_t step, Scalar* losses) {
    const Optimizer& optimizer = settings.common.optimizer;
    const LaneLayout& layout = columns.layout();
    const bool decays = optimizer.weight_decay != 0.0 || !settings.weight_decay.empty();
    const bool clips = settings.common.clip_norm.has_value();
    return {
        .rule = update_rule<Scalar>(optimizer, step),
        .num_layers = columns.num_layers(),
        .num_lanes = columns.whole_rows(),
        .stride = columns.stride(),
        .is_plain = optimizer.kind == Optimizer::Kind::sgd && !decays && !clips,
        .sums = gradient.sums(),
        .empty_slots = gradient.empty_slots(),
        .reciprocal = gradient.reciprocal(),
        .learning_rates = columns.column(layout.rates),
        .learning_rate_stride = layout.num_rates == 1 ? 0 : columns.stride(),
        .momentum = columns.column(layout.momentum),
        .weight_decay = columns.column(layout.weight_decay),
        .gradient_scale = clips ? columns.column(layout.gradient_scale) : nullptr,
        .weights = columns.weights(),
        .new_weights = columns.new_weights(),
        .first_moment = columns.column(layout.first_moment),
        .second_moment = columns.column(layout.second_moment),
        .losses = losses,
        .watched_losses = columns.column(layout.watched_loss),
        .flags = columns.column(layout.flag),
    };
}

#define SKEIN_INSTANTIATE(Scalar)                                                                     \
    template void set_learning_rates(LaneColumns<Scalar>&, double);                                   \
    template void compute_norms(LaneColumns<Scalar>&, LaneGradient<Scalar>&, const EnsembleSettings&, \
                                std::span<double>);                                                   \
    template kernels::LaneUpdate<Scalar> lane_update(LaneColumns<Scalar>&, LaneGradient<Scalar>&,     \
                                                     const EnsembleSettings&, std::uint64_t, Scalar*);
SKEIN_INSTANTIATE(float)
SKEIN_INSTANTIATE(double)
#undef SKEIN_INSTANTIATE

}  // namespace skein::internal
