#include "skein/files/history.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/round_up.hpp"
#include "base/text.hpp"

namespace skein {

using namespace internal;

namespace {

constexpr std::uint64_t kMostRows = 2000;
constexpr double kNotComputed = std::numeric_limits<double>::quiet_NaN();

/// A loss that was not computed is NaN.
void keep_smaller(std::optional<BestLoss>& best, double loss, std::uint64_t step) {
    if (!std::isnan(loss) && (!best || loss < best->loss)) {
        best = {loss, step};
    }
}

}  // namespace

HistoryGrid::HistoryGrid(std::uint64_t interval, std::uint64_t steps_per_epoch)
    : interval_(interval <= steps_per_epoch ? interval : rounded_up(interval, steps_per_epoch)),
      steps_per_epoch_(steps_per_epoch) {}

bool HistoryGrid::has_row_at(std::uint64_t step) const {
    return interval_ > steps_per_epoch_ ? step % interval_ == 0 : step % steps_per_epoch_ % interval_ == 0;
}

template <class Scalar>
History<Scalar>::History(std::optional<std::uint64_t> wanted_interval, std::uint64_t steps_per_epoch,
                         double learning_rate, const TrainingData<Scalar>* validation, const Execution& execution,
                         double loss_factor)
    : grid_(wanted_interval.value_or(1), steps_per_epoch),
      is_interval_fixed_(wanted_interval.has_value()),
      learning_rate_(learning_rate),
      validation_(validation),
      execution_(execution),
      loss_factor_(loss_factor) {}

template <class Scalar>
bool History<Scalar>::after_step(const StepReport<Scalar>& report) {
    const double loss = loss_factor_ * report.loss;
    loss_sum_ += loss;
    epoch_loss_sum_ += loss;
    ++epoch_steps_;
    if (report.is_epoch_end()) {
        note_epoch(report.step);
    }
    pending_ = {report.step,
                divided_up(report.step, report.steps_per_epoch),
                learning_rate_ * report.learning_rate_factor,
                0.0,
                report.gradient_norm,
                kNotComputed,
                pending_.num_steps + 1};
    if (grid_.has_row_at(report.step)) {
        const bool is_computed = validation_ != nullptr && report.is_epoch_end();
        add_row(is_computed ? loss_factor_ * mean_loss(report.chain, *validation_, execution_).loss : kNotComputed);
        if (!is_interval_fixed_ && rows_.size() >= kMostRows) {
            thin_out();
        }
    }
    return true;
}

template <class Scalar>
void History<Scalar>::finish(double validation_loss) {
    if (pending_.num_steps > 0) {
        add_row(validation_loss);
    } else if (!rows_.empty() && !std::isnan(validation_loss)) {
        rows_.back().validation_loss = validation_loss;
        keep_smaller(best_validation_, validation_loss, rows_.back().step);
    }
}

template <class Scalar>
void History<Scalar>::add_row(double validation_loss) {
    pending_.loss = loss_sum_ / static_cast<double>(pending_.num_steps);
    pending_.validation_loss = validation_loss;
    keep_smaller(best_validation_, validation_loss, pending_.step);
    rows_.push_back(pending_);
    pending_.num_steps = 0;
    loss_sum_ = 0.0;
}

/// An epoch that a resumed run begins in its middle does not count.
template <class Scalar>
void History<Scalar>::note_epoch(std::uint64_t step) {
    if (epoch_steps_ == grid_.steps_per_epoch()) {
        keep_smaller(best_epoch_, epoch_loss_sum_ / static_cast<double>(epoch_steps_), step);
    }
    epoch_loss_sum_ = 0.0;
    epoch_steps_ = 0;
}

/// Doubles the interval, up to an epoch, then to twice as many epochs. Rows that fall off the grid become part of the
/// next row.
template <class Scalar>
void History<Scalar>::thin_out() {
    const std::uint64_t epoch = grid_.steps_per_epoch(), doubled = 2 * grid_.interval();
    grid_ = HistoryGrid(grid_.interval() < epoch ? std::min(doubled, epoch) : doubled, epoch);
    std::vector<HistoryRow> kept;
    double loss_sum = 0.0;
    std::uint64_t num_steps = 0;
    for (HistoryRow row : rows_) {
        loss_sum += row.loss * static_cast<double>(row.num_steps);
        num_steps += row.num_steps;
        if (grid_.has_row_at(row.step)) {
            row.loss = loss_sum / static_cast<double>(num_steps);
            row.num_steps = std::exchange(num_steps, 0);
            loss_sum = 0.0;
            kept.push_back(row);
        }
    }
    loss_sum_ = loss_sum;
    pending_.num_steps = num_steps;
    rows_ = std::move(kept);
}

template class History<float>;
template class History<double>;

std::string history_csv(const std::vector<HistoryRow>& rows) {
    std::string text = "step,epoch,learning_rate,loss,gradient_norm,validation_loss\n";
    for (const HistoryRow& row : rows) {
        text += to_text(row.step, ',', row.epoch, ',', row.learning_rate, ',', row.loss, ',', row.gradient_norm, ',');
        text += std::isnan(row.validation_loss) ? "\n" : to_text(row.validation_loss, '\n');
    }
    return text;
}

LineFigure loss_figure(const std::vector<HistoryRow>& rows, const std::string& title) {
    Curve training{"training (mean of mini-batches)", {}, {}};
    Curve validation{"validation", {}, {}};
    double smallest = std::numeric_limits<double>::infinity();
    double largest = 0.0;
    for (const HistoryRow& row : rows) {
        training.x.push_back(static_cast<double>(row.step));
        training.y.push_back(row.loss);
        if (!std::isnan(row.validation_loss)) {
            validation.x.push_back(static_cast<double>(row.step));
            validation.y.push_back(row.validation_loss);
        }
        smallest = std::min(smallest, row.loss);
        largest = std::max(largest, row.loss);
    }
    LineFigure figure{title, "step", "loss", smallest > 0 && largest > 10 * smallest, {std::move(training)}};
    if (!validation.x.empty()) {
        figure.curves.push_back(std::move(validation));
    }
    return figure;
}

}  // namespace skein
