/// How the lanes of an ensemble ended: columns of outcomes, and the one list of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "skein/compression_record.hpp"
#include "skein/trainer.hpp"

namespace skein {

/// Which outcomes are kept only if asked for. They end no run.
struct OutcomeSelection {
    /// Keep EnsembleOutcome::marked_step for this loss.
    std::optional<double> marked_loss;
    /// Keep EnsembleOutcome::recorded_losses of these steps: ascending, counted from 0.
    std::vector<std::uint64_t> recorded_steps;
    /// Keep EnsembleOutcome::loss_increases.
    bool counts_loss_increases = false;
};

inline constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
/// How many losses at the end of a run are compared with its first.
inline constexpr std::size_t kLastLosses = 20;

/// How each lane ended; columns are [lanes]. The losses of steps are those of their mini-batches before the updates,
/// rounded to the precision of the chains. Only steps that were done count: the step in which a lane diverges does not.
///
/// loss_decreased, normalised_loss_sum and inverse_loss_sum are the measures of J. Sohl-Dickstein, "The boundary of
/// neural network trainability is fractal" (arXiv:2402.06184): whether the mean of the last 20 losses is below the
/// first loss (never if the lane diverged or was stopped), and the sums over the steps of loss / first loss and of
/// first loss / loss. Sums are compensated, in Scalar; infinite if they overflow.
struct EnsembleOutcome {
    std::vector<Status> status;
    std::vector<Cause> cause;
    std::vector<std::uint64_t> steps;   ///< updates done
    std::vector<double> loss;           ///< over all of a lane's data, with its final weights
    std::vector<double> first_loss;     ///< NaN if no step was done, as in the next three
    std::vector<double> smallest_loss;  ///< of all steps
    std::vector<double> normalised_loss_sum;
    std::vector<double> inverse_loss_sum;
    std::vector<std::uint8_t> loss_decreased;  ///< 1 or 0
    /// Updates done when the loss was first at most marked_loss, or kNever. Empty without a marked loss.
    std::vector<std::uint64_t> marked_step;
    /// How many steps had a loss above the loss of the step before: instability as a number, 0 for gradient descent
    /// below the edge of stability. Empty unless asked for.
    std::vector<std::uint64_t> loss_increases;
    std::vector<double> recorded_losses;         ///< [lanes x recorded steps]; NaN after a lane has ended
    std::vector<CompressionRecord> compression;  ///< empty unless the data are compressed
    double seconds = 0.0;
    std::uint64_t sample_layers = 0;  ///< samples x layers that went through forward and backward, or nodes x layers
};

/// What the numbers of a column are.
enum class OutcomeKind : std::uint8_t {
    code,            ///< number of a name: Status, Cause
    count,           ///< a whole number
    count_or_never,  ///< a whole number, or kNever
    truth,           ///< 1 or 0
    real,
};

/// One column of EnsembleOutcome.
template <class Value>
struct OutcomeColumn {
    std::string_view name;  ///< also of its array in the directory of a sweep: name.npy
    std::vector<Value> EnsembleOutcome::*values;
    OutcomeKind kind;
    Value untrained;               ///< what it holds for a lane that was not trained
    std::size_t per_lane;          ///< numbers per lane; 0 if the selection does not keep the column
    std::string_view text;         ///< in words, as beside a picture
    std::string_view option = "";  ///< of skein sweep, which keeps the column; empty: always kept
    bool is_table = false;         ///< its array has a last dimension of per_lane numbers, even if that is 1
};
template <class Value>
OutcomeColumn(std::string_view, std::vector<Value> EnsembleOutcome::*, OutcomeKind, std::type_identity_t<Value>,
              std::size_t, std::string_view, std::string_view = "", bool = false) -> OutcomeColumn<Value>;

/// The one list of outcome columns. Training, sweeps and their files follow it: a new outcome needs its column above,
/// its row here, and the code that fills it. Calls visit(OutcomeColumn) for every column, also for those that
/// `selection` does not keep.
template <class Visit>
void for_each_column(const OutcomeSelection& selection, Visit&& visit) {
    using Outcome = EnsembleOutcome;
    using enum OutcomeKind;
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    const std::size_t marks = selection.marked_loss ? 1 : 0;
    const std::size_t increases = selection.counts_loss_increases ? 1 : 0;
    const std::size_t records = selection.recorded_steps.size();
    visit(OutcomeColumn{"status", &Outcome::status, code, Status::stopped, 1, "status"});
    visit(OutcomeColumn{"cause", &Outcome::cause, code, Cause::stop_request, 1, "cause"});
    visit(OutcomeColumn{"steps", &Outcome::steps, count, 0, 1, "steps"});
    visit(OutcomeColumn{"loss", &Outcome::loss, real, kNan, 1, "final loss"});
    visit(OutcomeColumn{"first_loss", &Outcome::first_loss, real, kNan, 1, "first loss"});
    visit(OutcomeColumn{"smallest_loss", &Outcome::smallest_loss, real, kNan, 1, "smallest loss"});
    visit(
        OutcomeColumn{"normalised_loss_sum", &Outcome::normalised_loss_sum, real, kNan, 1, "sum of loss / first loss"});
    visit(OutcomeColumn{"inverse_loss_sum", &Outcome::inverse_loss_sum, real, kNan, 1, "sum of first loss / loss"});
    visit(OutcomeColumn{"loss_decreased", &Outcome::loss_decreased, truth, 0, 1, "whether the loss decreased"});
    visit(OutcomeColumn{"marked_step", &Outcome::marked_step, count_or_never, kNever, marks, "steps to the marked loss",
                        "--mark-loss LOSS"});
    visit(OutcomeColumn{"loss_increases", &Outcome::loss_increases, count, 0, increases, "steps with a higher loss",
                        "--loss-increases"});
    visit(OutcomeColumn{"recorded_losses", &Outcome::recorded_losses, real, kNan, records, "recorded losses",
                        "--record-last N", true});
}

/// Whether a stop was requested before all lanes had finished.
[[nodiscard]] bool is_stopped(const EnsembleOutcome& outcome) noexcept;
/// How many lanes, from the first on without a gap, have finished.
[[nodiscard]] std::size_t num_finished(const EnsembleOutcome& outcome) noexcept;

}  // namespace skein
