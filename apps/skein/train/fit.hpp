// How well a run has fitted its data.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "skein/data_summary.hpp"
#include "skein/files/history.hpp"
#include "skein/trainer.hpp"
#include "train/train_job.hpp"

namespace skein::app {

/// What a layer does with up to 1,024 of the training samples, at the final weights.
struct LayerActivity {
    Activation activation;
    double saturated;  ///< fraction of them at which f' is below a thousandth of its largest value
    bool is_dead;      ///< f' is 0 at all of them
};

/// In units of y. NaN stands for what there was no time to compute.
struct Fit {
    Scaling scaling;               ///< of x and y, before the chain sees them
    double loss = kUnknown;        ///< over the training data, at the final weights
    double start_loss = kUnknown;  ///< at those that the run started from
    std::optional<DataSummary> training, validation;
    double validation_loss = kUnknown;
    std::optional<BestLoss> best;  ///< of validation if there are validation data, else the mean of an epoch
    /// Largest |w - w at the start|, over the largest |w at the start|.
    double largest_move = kUnknown;
    std::vector<LayerActivity> layers;

    double r2() const { return training ? r_squared(loss, *training) : kUnknown; }
    double validation_r2() const { return validation ? r_squared(validation_loss, *validation) : kUnknown; }

private:
    static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
};

/// All but the losses at the final weights, and the best one. Stops as `execution` says; throws FileError.
template <class Scalar>
Fit measure_fit(const Chain<Scalar>& start, const Chain<Scalar>& end, const RunData<Scalar>& data,
                const Execution& execution);

}  // namespace skein::app
