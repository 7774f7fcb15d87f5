/// Chains together with the units of the data that they were trained on.
#pragma once

#include <optional>
#include <span>

#include "skein/chain.hpp"
#include "skein/dataset.hpp"
#include "skein/execution.hpp"
#include "skein/scaling.hpp"

namespace skein {

template <class Scalar>
struct ScaledChain {
    Chain<Scalar> chain;
    Scaling scaling;
};

/// The predictions of y, in its own units, for x in its own: scaled in double, rounded once to Scalar, run through the
/// chain (predict() of a Chain), and back. `outputs` is as long as `inputs`, and may be the same memory. After a stop
/// request (execution.stop_request) the outputs not yet computed are NaN.
template <class Scalar>
void predict(const ScaledChain<Scalar>& chain, std::span<const Scalar> inputs, std::span<Scalar> outputs,
             const Execution& execution = {});

/// The mean of |y - prediction| over the samples, in units of y, each weighted by its m if they have weights. The same
/// bits for any number of threads. Nothing if a stop was requested. Throws what the source of the samples throws.
template <class Scalar>
[[nodiscard]] std::optional<double> mean_absolute_error(const ScaledChain<Scalar>& chain, const Dataset<Scalar>& data,
                                                        const Execution& execution = {});

}  // namespace skein
