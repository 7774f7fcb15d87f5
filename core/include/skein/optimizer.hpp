/// Update rules, with the formulas of torch.optim.SGD and torch.optim.AdamW (PyTorch 1.13 documentation).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace skein {

/// With g the gradient of the mini-batch (clipped, where asked), eta the learning rate of the step, lambda the weight
/// decay, t = 1, 2, ... the step:
///
///     sgd        g <- g + lambda w                                     w <- w - eta g
///     momentum   g <- g + lambda w      v <- mu v + g                  w <- w - eta v
///     nesterov   g <- g + lambda w      v <- mu v + g                  w <- w - eta (g + mu v)
///     adamw      w <- w (1 - eta lambda)    m <- beta1 m + (1 - beta1) g    v <- beta2 v + (1 - beta2) g^2
///                w <- w - eta / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
///
/// v and m start at 0. Every `a + b c` is rounded once (fused).
struct Optimizer {
    enum class Kind : std::uint8_t { sgd, momentum, nesterov, adamw };
    Kind kind = Kind::sgd;
    double momentum = 0.9;      ///< mu, of momentum and nesterov
    double weight_decay = 0.0;  ///< lambda
    double beta1 = 0.9;         ///< of adamw, as the next two
    double beta2 = 0.999;
    double epsilon = 1e-8;
};
inline constexpr std::array<std::string_view, 4> kOptimizerNames{"sgd", "momentum", "nesterov", "adamw"};

}  // namespace skein
