/// The course of a run: rows of history.csv.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "skein/files/figure.hpp"
#include "skein/gradient.hpp"
#include "skein/trainer.hpp"

namespace skein {

struct HistoryRow {
    std::uint64_t step;
    std::uint64_t epoch;      ///< the one that the step belongs to, counted from 1
    double learning_rate;     ///< of the first layer
    double loss;              ///< mean of the mini-batch losses of num_steps steps, each before its update
    double gradient_norm;     ///< of the step
    double validation_loss;   ///< after the step; NaN if it was not computed
    std::uint64_t num_steps;  ///< since the row before
};

/// The least loss of a run, and the step after which it was seen.
struct BestLoss {
    double loss;
    std::uint64_t step;
};

/// The steps that have a row: in each epoch the multiples of the interval, and the last step. An interval longer than
/// an epoch is rounded up to whole epochs.
class HistoryGrid {
public:
    HistoryGrid(std::uint64_t interval, std::uint64_t steps_per_epoch);
    bool has_row_at(std::uint64_t step) const;
    std::uint64_t interval() const noexcept { return interval_; }
    std::uint64_t steps_per_epoch() const noexcept { return steps_per_epoch_; }

private:
    std::uint64_t interval_;
    std::uint64_t steps_per_epoch_;
};

/// Collects the rows of a run. Without a wanted interval each step has a row at first. Whenever a step brings
/// 2,000 rows, the interval doubles, and neighbours become one. So a long run has 1,000 to 2,000 rows, wherever it ends.
template <class Scalar>
class History final : public Observer<Scalar> {
public:
    /// `learning_rate` is that of the first layer. `validation` may be null; it must outlive the history. Losses are
    /// written in units of y: `loss_factor` times those that the chain sees (Scaling::loss_factor()).
    History(std::optional<std::uint64_t> wanted_interval, std::uint64_t steps_per_epoch, double learning_rate,
            const TrainingData<Scalar>* validation, const Execution& execution, double loss_factor = 1.0);

    bool after_step(const StepReport<Scalar>& report) override;
    /// Validation losses are computed at the ends of epochs.
    bool looks_at(std::uint64_t step) const override {
        return validation_ != nullptr && step % grid_.steps_per_epoch() == 0;
    }
    /// The last step has a row, whatever the interval, with the validation loss after it; NaN if that is not known. Call
    /// it once.
    void finish(double validation_loss);

    const std::vector<HistoryRow>& rows() const noexcept { return rows_; }

    /// The least mean of an epoch's mini-batch losses, each before its update. Nothing before the first epoch ends.
    const std::optional<BestLoss>& best_epoch() const noexcept { return best_epoch_; }
    /// The least validation loss.
    const std::optional<BestLoss>& best_validation() const noexcept { return best_validation_; }

private:
    void add_row(double validation_loss);
    void note_epoch(std::uint64_t step);
    void thin_out();

    HistoryGrid grid_;
    bool is_interval_fixed_;
    double learning_rate_;
    const TrainingData<Scalar>* validation_;
    Execution execution_;
    double loss_factor_;
    HistoryRow pending_{};
    double loss_sum_ = 0.0;
    std::vector<HistoryRow> rows_;
    double epoch_loss_sum_ = 0.0;
    std::uint64_t epoch_steps_ = 0;
    std::optional<BestLoss> best_epoch_, best_validation_;
};

/// The text of history.csv, with a line of names. A validation loss that was not computed is left empty.
[[nodiscard]] std::string history_csv(const std::vector<HistoryRow>& rows);

/// Losses over steps, on a log axis if they span more than a decade.
[[nodiscard]] LineFigure loss_figure(const std::vector<HistoryRow>& rows, const std::string& title);

}  // namespace skein
