/// Update rules, with the formulas of torch.optim.SGD, AdamW and RMSprop, not centred (PyTorch 1.13 documentation).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace skein {

/// The one list of update rules: X(name, traits...). The enumeration, the names, the traits and the kernels expand it;
/// kernels/update_rules.hpp has a formula for each.
#define SKEIN_OPTIMIZERS(X)                                                                         \
    X(sgd)                                                                                          \
    X(momentum, .num_moments = 1, .uses_momentum = true)                                            \
    X(nesterov, .num_moments = 1, .uses_momentum = true)                                            \
    X(adamw, .num_moments = 2, .first_decay = &Optimizer::beta1, .second_decay = &Optimizer::beta2, \
      .uses_epsilon = true, .corrects_bias = true)                                                  \
    X(rmsprop, .num_moments = 2, .uses_momentum = true, .default_momentum = 0.0,                    \
      .second_decay = &Optimizer::smoothing, .uses_epsilon = true)

/// With g the gradient of the mini-batch (clipped, if asked), eta the learning rate of the step, lambda the weight
/// decay, t = 1, 2, ... the step:
///
///     sgd        g <- g + lambda w                                     w <- w - eta g
///     momentum   g <- g + lambda w      v <- mu v + g                  w <- w - eta v
///     nesterov   g <- g + lambda w      v <- mu v + g                  w <- w - eta (g + mu v)
///     adamw      w <- w (1 - eta lambda)    m <- beta1 m + (1 - beta1) g    v <- beta2 v + (1 - beta2) g^2
///                w <- w - eta / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
///     rmsprop    g <- g + lambda w      v <- alpha v + (1 - alpha) g^2
///                b <- mu b + g / (sqrt(v) + epsilon)                   w <- w - eta b
///
/// rmsprop has no momentum unless it is set: b is then g / (sqrt(v) + epsilon).
///
/// The state starts at 0. TrainingState::first_moment is v of momentum and nesterov, m of adamw and b of rmsprop;
/// second_moment is v of adamw and rmsprop. Every `a + b c` is rounded once (fused).
struct Optimizer {
#define SKEIN_ENUMERATOR(name, ...) name,
    enum class Kind : std::uint8_t { SKEIN_OPTIMIZERS(SKEIN_ENUMERATOR) };
#undef SKEIN_ENUMERATOR

    Kind kind = Kind::sgd;
    /// mu; OptimizerTraits::default_momentum if not set.
    std::optional<double> momentum;
    double weight_decay = 0.0;  ///< lambda
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double smoothing = 0.99;  ///< alpha of rmsprop

    constexpr double momentum_or_default() const noexcept;
};

/// The facts about an update rule that code outside the kernels depends on.
struct OptimizerTraits {
    std::string_view name;
    int num_moments = 0;         ///< numbers of state per weight
    bool uses_momentum = false;  ///< mu
    double default_momentum = 0.9;
    /// The decays of the first and second moment, if the rule has settings for them.
    double Optimizer::*first_decay = nullptr;
    double Optimizer::*second_decay = nullptr;
    bool uses_epsilon = false;
    bool corrects_bias = false;  ///< divides moments by 1 - decay^t

    constexpr bool uses(double Optimizer::*parameter) const noexcept {
        return parameter == first_decay || parameter == second_decay ||
               (uses_epsilon && parameter == &Optimizer::epsilon);
    }
};

#define SKEIN_TRAITS(rule, ...) OptimizerTraits{.name = #rule __VA_OPT__(, ) __VA_ARGS__},
inline constexpr std::array kOptimizerTraits{SKEIN_OPTIMIZERS(SKEIN_TRAITS)};
#undef SKEIN_TRAITS

#define SKEIN_NAME(rule, ...) #rule,
inline constexpr std::array<std::string_view, kOptimizerTraits.size()> kOptimizerNames{SKEIN_OPTIMIZERS(SKEIN_NAME)};
#undef SKEIN_NAME

constexpr const OptimizerTraits& optimizer_traits(Optimizer::Kind kind) noexcept {
    return kOptimizerTraits[static_cast<std::size_t>(kind)];
}

constexpr double Optimizer::momentum_or_default() const noexcept {
    return momentum.value_or(optimizer_traits(kind).default_momentum);
}

/// A setting that only some of the rules use (OptimizerTraits::uses); the momentum and the weight decay apart.
struct OptimizerParameter {
    std::string_view name;
    double Optimizer::*value;
    bool is_fraction;  ///< at least 0 and less than 1; else any positive number
};
inline constexpr OptimizerParameter kOptimizerParameters[]{
    {"beta1", &Optimizer::beta1, true},
    {"beta2", &Optimizer::beta2, true},
    {"epsilon", &Optimizer::epsilon, false},
    {"smoothing", &Optimizer::smoothing, true},
};

/// The names of the rules that use a setting: "momentum", or the name of an OptimizerParameter.
[[nodiscard]] std::vector<std::string_view> optimizers_using(std::string_view setting);

}  // namespace skein
