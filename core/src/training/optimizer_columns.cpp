#include "training/optimizer_columns.hpp"

#include <cmath>

#include "base/power.hpp"
#include "kernels/row_lanes.hpp"

namespace skein::internal {
namespace {

/// `values` in a column of whole rows, zeros after them.
template <class Scalar, class Values>
Column<Scalar> padded(const Values& values, std::size_t num_layers) {
    Column<Scalar> column = Column<Scalar>::Zero(to_index(kernels::to_whole_rows(num_layers)));
    for (std::size_t layer = 0; layer < values.size(); ++layer) {
        column[to_index(layer)] = static_cast<Scalar>(values[layer]);
    }
    return column;
}

}  // namespace

double clip_scale(const std::optional<double>& clip_norm, double norm) noexcept {
    return clip_norm ? std::fmin(1.0, *clip_norm / (norm + 1e-6)) : 1.0;
}

template <class Scalar>
kernels::UpdateRule<Scalar> update_rule(const Optimizer& optimizer, std::uint64_t step) noexcept {
    const OptimizerTraits& traits = optimizer_traits(optimizer.kind);
    const double decay1 = traits.first_decay != nullptr ? optimizer.*traits.first_decay : 0.0;
    const double decay2 = traits.second_decay != nullptr ? optimizer.*traits.second_decay : 0.0;
    const double correction1 = traits.corrects_bias ? 1.0 - power(decay1, step + 1) : 1.0;
    const double correction2 = traits.corrects_bias ? 1.0 - power(decay2, step + 1) : 1.0;
    return {
        .kind = optimizer.kind,
        .first_decay = static_cast<Scalar>(decay1),
        .one_minus_first_decay = static_cast<Scalar>(1.0 - decay1),
        .second_decay = static_cast<Scalar>(decay2),
        .one_minus_second_decay = static_cast<Scalar>(1.0 - decay2),
        .epsilon = static_cast<Scalar>(optimizer.epsilon),
        .first_bias_correction = static_cast<Scalar>(correction1),
        .root_of_second_bias_correction = static_cast<Scalar>(std::sqrt(correction2)),
    };
}

template <class Scalar>
double gradient_norm(std::span<const Scalar> weight_gradients) noexcept {
    double sum = 0.0;
    for (const Scalar gradient : weight_gradients) {
        sum += static_cast<double>(gradient) * static_cast<double>(gradient);
    }
    return std::sqrt(sum);
}

template <class Scalar>
double norm_of_pull(std::span<const Scalar> weight_gradients, std::span<const Scalar> weights,
                    double weight_decay) noexcept {
    double sum = 0.0;
    for (std::size_t layer = 0; layer < weights.size(); ++layer) {
        sum += square_of_pull(weight_gradients[layer], weights[layer], weight_decay);
    }
    return std::sqrt(sum);
}

template <class Scalar>
OptimizerColumns<Scalar>::OptimizerColumns(const TrainingSettings& settings, const TrainingState<Scalar>& state)
    : optimizer_(settings.optimizer),
      clip_norm_(settings.clip_norm),
      num_layers_(state.chain.num_layers()),
      base_learning_rates_(padded<Scalar>(settings.learning_rates.size() == 1
                                              ? std::vector<double>(num_layers_, settings.learning_rates[0])
                                              : settings.learning_rates,
                                          num_layers_)),
      learning_rates_(base_learning_rates_),
      gradients_(padded<Scalar>(std::vector<Scalar>(), num_layers_)),
      weights_(padded<Scalar>(state.chain.weights(), num_layers_)),
      first_moment_(padded<Scalar>(state.first_moment, num_layers_)),
      second_moment_(padded<Scalar>(state.second_moment, num_layers_)) {}

template <class Scalar>
void OptimizerColumns<Scalar>::update(std::span<const Scalar> weight_gradients, double norm, std::uint64_t step,
                                      double learning_rate_factor) {
    std::copy(weight_gradients.begin(), weight_gradients.end(), gradients_.data());
    learning_rates_ = base_learning_rates_ * static_cast<Scalar>(learning_rate_factor);
    kernels::kernels<Scalar>().update(
        {update_rule<Scalar>(optimizer_, step), static_cast<Scalar>(optimizer_.momentum_or_default()),
         static_cast<Scalar>(optimizer_.weight_decay), static_cast<Scalar>(clip_scale(clip_norm_, norm)),
         learning_rates_.data(), gradients_.data(), weights_.data(), first_moment_.data(), second_moment_.data(),
         static_cast<std::size_t>(weights_.size())});
}

template <class Scalar>
kernels::SmallSteps<Scalar> OptimizerColumns<Scalar>::small_steps() noexcept {
    kernels::SmallSteps<Scalar> steps{};
    steps.kind = optimizer_.kind;
    steps.momentum = static_cast<Scalar>(optimizer_.momentum_or_default());
    steps.weight_decay = static_cast<Scalar>(optimizer_.weight_decay);
    steps.num_layers = num_layers_;
    steps.learning_rates = base_learning_rates_.data();
    steps.weights = weights_.data();
    steps.first_moment = first_moment_.data();
    return steps;
}

template <class Scalar>
void OptimizerColumns<Scalar>::save(TrainingState<Scalar>& state) const {
    const int num_moments = optimizer_traits(optimizer_.kind).num_moments;
    state.first_moment.assign(first_moment_.data(), first_moment_.data() + (num_moments >= 1 ? num_layers_ : 0));
    state.second_moment.assign(second_moment_.data(), second_moment_.data() + (num_moments >= 2 ? num_layers_ : 0));
}

template double gradient_norm(std::span<const float>) noexcept;
template double gradient_norm(std::span<const double>) noexcept;
template double norm_of_pull(std::span<const float>, std::span<const float>, double) noexcept;
template double norm_of_pull(std::span<const double>, std::span<const double>, double) noexcept;
template kernels::UpdateRule<float> update_rule(const Optimizer&, std::uint64_t) noexcept;
template kernels::UpdateRule<double> update_rule(const Optimizer&, std::uint64_t) noexcept;
template class OptimizerColumns<float>;
template class OptimizerColumns<double>;

}  // namespace skein::internal
