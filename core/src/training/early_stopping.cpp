#include "skein/early_stopping.hpp"

#include <cmath>

#include "base/require.hpp"
#include "skein/gradient.hpp"

namespace skein {

using namespace internal;

template <class Scalar>
EarlyStopping<Scalar>::EarlyStopping(std::uint64_t patience, std::uint64_t steps_per_epoch,
                                     const TrainingData<Scalar>& validation, TrainingState<Scalar>& state,
                                     const Execution& execution)
    : patience_(patience),
      steps_per_epoch_(steps_per_epoch),
      validation_(validation),
      state_(state),
      execution_(execution) {
    require(patience > 0, "the patience", patience, "1 epoch or more");
    require(steps_per_epoch > 0, "the number of steps per epoch", steps_per_epoch, "1 or more");
}

template <class Scalar>
bool EarlyStopping<Scalar>::after_step(const StepReport<Scalar>& report) {
    if (!report.is_epoch_end()) {
        return true;
    }
    const double loss = mean_loss(report.chain, validation_, execution_).loss;
    if (std::isfinite(loss) && (!state_.best || loss < state_.best->loss)) {
        const auto weights = report.chain.weights();
        state_.best = BestWeights<Scalar>{loss, report.step, {weights.begin(), weights.end()}};
        state_.num_worse_epochs = 0;
    } else {
        ++state_.num_worse_epochs;
    }
    return !has_stopped();
}

template class EarlyStopping<float>;
template class EarlyStopping<double>;

}  // namespace skein
