// The course of a run: rows of history.csv.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "skein/files/figure.hpp"
#include "skein/gradient.hpp"
#include "skein/trainer.hpp"

namespace skein::app {

struct HistoryRow {
    std::uint64_t step;
    std::uint64_t epoch;      // from 1: the one that the step belongs to
    double learning_rate;     // of the first layer
    double loss;              // mean of the mini-batch losses of num_steps steps, each before its update
    double gradient_norm;     // of the step
    double validation_loss;   // after the step; NaN where it was not looked at
    std::uint64_t num_steps;  // since the row before
};

/// At which steps there are rows: at multiples of the interval inside each epoch, and at its end; where the interval is
/// longer than an epoch, at the ends of every so many epochs.
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

/// Keeps the rows of a run while it goes on. Without a wanted interval there are about 1,000 rows, however long it is.
template <class Scalar>
class History final : public Observer<Scalar> {
public:
    History(std::optional<std::uint64_t> wanted_interval, std::optional<std::uint64_t> max_steps,
            std::uint64_t steps_per_epoch, double learning_rate, const TrainingData<Scalar>* validation,
            const Execution& execution);

    bool after_step(const StepReport<Scalar>& report) override;
    /// Adds the row of the last step, if there was one, with the run's final validation loss.
    void finish(double validation_loss);

    const std::vector<HistoryRow>& rows() const noexcept { return rows_; }

private:
    void add_row(double validation_loss);
    void thin_out();

    HistoryGrid grid_;
    bool is_interval_fixed_;
    double learning_rate_;
    const TrainingData<Scalar>* validation_;
    Execution execution_;
    HistoryRow pending_{};
    double loss_sum_ = 0.0;
    std::vector<HistoryRow> rows_;
};

/// history.csv, with a line of names; a validation loss that was not looked at is left empty.
std::string history_csv(const std::vector<HistoryRow>& rows);

/// Losses over steps, on a log axis where they span more than a decade.
LineFigure loss_figure(const std::vector<HistoryRow>& rows, const std::string& title);

}  // namespace skein::app
