#include "train/findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "console/numbers.hpp"
#include "console/text.hpp"

namespace skein::app {
namespace {

// Thresholds. Losses are compared in units of the loss of the best constant: so a difference is one of R^2.
constexpr double kGoodFit = 0.9;         // R^2: then nothing is wrong with units or gradients
constexpr double kNothing = 0.01;        // of R^2: next to nothing
constexpr double kMuchWorse = 0.02;      // of R^2
constexpr double kMuch = 0.25;           // of R^2
constexpr double kMostOfLoss = 0.6;      // noise about the edge of the range puts half of its square beyond it
constexpr double kStillFalling = 0.005;  // of R^2: from one eighth of the run to the next
constexpr double kSaturated = 0.95;      // of the samples
constexpr double kHardlyMoved = 1e-4;    // of the largest weight
constexpr std::uint64_t kFewUpdates = 200;

/// Whether training has brought next to nothing, and there is something to bring.
bool is_stuck(const Fit& fit) {
    const double gain = (fit.start_loss - fit.loss) / fit.training->constant_loss();
    return fit.r2() < kGoodFit && !(gain > kNothing);
}

std::string activations_with_identity_last(std::size_t num_layers, std::string_view others) {
    std::string list;
    for (std::size_t layer = 0; layer + 1 < num_layers && layer < 8; ++layer) {
        list += fmt::format("{},", others);
    }
    return list + "identity";
}

std::optional<Finding> output_range(const FitFacts& facts) {
    const DataSummary& data = *facts.fit.training;
    const ActivationTraits& last = activation_traits(facts.fit.layers.back().activation);
    const double unreachable = data.mean_square_beyond_range / data.constant_loss();
    const bool is_most = unreachable > kMuch || data.mean_square_beyond_range > kMostOfLoss * facts.fit.loss;
    if (!(unreachable > kNothing) || !is_most) {
        return std::nullopt;
    }
    const AffineMap& unit = facts.fit.scaling.y;
    const double lowest = unit.unscaled(last.lowest), highest = unit.unscaled(last.highest);
    const std::string range = std::isinf(highest)
                                  ? fmt::format("are above {}", rounded(lowest, 4))
                                  : fmt::format("lie between {} and {}", rounded(lowest, 4), rounded(highest, 4));
    return Finding{
        "output_range",
        fmt::format("the outputs of {} {}, but y goes from {} to {}: no weights have a loss below {} (R^2 {}): "
                    "expected --scale standard with --activation {}, or --scale range",
                    last.name, range, rounded(data.y_min, 4), rounded(data.y_max, 4),
                    rounded(data.mean_square_beyond_range, 3), rounded(1.0 - unreachable, 3),
                    activations_with_identity_last(facts.fit.layers.size(),
                                                   activation_name(facts.fit.layers.front().activation)))};
}

/// A layer whose f' is 0 at all samples passes no gradient on.
std::optional<Finding> dead_units(const FitFacts& facts) {
    const std::vector<LayerActivity>& layers = facts.fit.layers;
    const auto dead = std::ranges::find_if(layers, &LayerActivity::is_dead);
    if (dead == layers.end() || facts.fit.r2() >= kGoodFit) {
        return std::nullopt;
    }
    const bool is_relu = dead->activation == Activation::relu;
    return Finding{
        "dead_units",
        fmt::format(
            "layer {} is dead: the slope of its {} is 0 at all samples, so no gradient passes it: expected {}",
            dead - layers.begin() + 1, activation_name(dead->activation),
            is_relu ? "--activation leaky_relu, or other --weights" : "smaller --weights, or --scale standard")};
}

std::optional<Finding> saturated_units(const FitFacts& facts) {
    const std::vector<LayerActivity>& layers = facts.fit.layers;
    const auto most = std::ranges::max_element(layers, {}, &LayerActivity::saturated);
    if (most->saturated < kSaturated || most->is_dead || !is_stuck(facts.fit)) {
        return std::nullopt;
    }
    return Finding{
        "saturated_units",
        fmt::format("layer {} is saturated: the slope of its {} is next to 0 at {} % of the samples, so gradients "
                    "vanish: expected smaller --weights or --init-scale, or --scale standard",
                    most - layers.begin() + 1, activation_name(most->activation), rounded(100.0 * most->saturated, 3))};
}

std::optional<Finding> still_weights(const FitFacts& facts) {
    const double move = facts.fit.largest_move;
    if (!(move < kHardlyMoved) || !is_stuck(facts.fit)) {
        return std::nullopt;
    }
    const std::string deep = facts.fit.layers.size() > 4 ? "--init equal, fewer --layers" : "other --weights";
    return Finding{"still_weights",
                   move == 0.0
                       ? fmt::format("no weight has moved in {}: the gradient is 0, or below rounding: expected {}",
                                     counted(facts.outcome.steps, "step"), deep)
                       : fmt::format("the weights have moved by {} of the largest only: gradients are too small: "
                                     "expected {}, or a larger --learning-rate",
                                     rounded(move, 2), deep)};
}

std::optional<Finding> no_better_than_mean(const FitFacts& facts) {
    const Fit& fit = facts.fit;
    if (!(fit.r2() < kNothing)) {
        return std::nullopt;
    }
    return Finding{
        "no_better_than_mean",
        fmt::format("the chain predicts no better than the mean of y does: its loss is {}, that of the mean {}: "
                    "expected --scale standard, or other --weights, --learning-rate or --epochs",
                    rounded(fit.loss, 4), rounded(fit.training->constant_loss(), 4))};
}

/// If y is out of reach, that is the reason.
std::optional<Finding> worse_than_line(const FitFacts& facts) {
    const Fit& fit = facts.fit;
    if (output_range(facts)) {
        return std::nullopt;
    }
    if (!(fit.loss - fit.training->line_loss() > kMuchWorse * fit.training->constant_loss()) || fit.r2() < kNothing) {
        return std::nullopt;
    }
    return Finding{
        "worse_than_line",
        fmt::format("the best line through 0 predicts better than the chain: its loss is {}, the chain's {}: "
                    "expected more --epochs, another --learning-rate or fewer --layers",
                    rounded(fit.training->line_loss(), 4), rounded(fit.loss, 4))};
}

std::optional<Finding> worse_than_start(const FitFacts& facts) {
    const Fit& fit = facts.fit;
    if (!(fit.loss - fit.start_loss > kNothing * fit.training->constant_loss())) {
        return std::nullopt;
    }
    const auto& rates = facts.settings.learning_rates;
    return Finding{
        "worse_than_start",
        fmt::format("the loss is larger than at the start, {} then and {} now: expected a smaller --learning-rate, "
                    "such as {}",
                    rounded(fit.start_loss, 4), rounded(fit.loss, 4),
                    rounded(*std::ranges::max_element(rates) / 10.0, 3))};
}

/// The mean loss of an eighth of the rows, and how much it varies from row to row.
struct Eighth {
    double mean = 0.0, variance = 0.0;
};
Eighth eighth_of(const std::vector<HistoryRow>& rows, std::size_t first, std::size_t count) {
    Eighth eighth;
    for (std::size_t row = first; row < first + count; ++row) {
        eighth.mean += rows[row].loss / static_cast<double>(count);
    }
    for (std::size_t row = first; row < first + count; ++row) {
        eighth.variance += (rows[row].loss - eighth.mean) * (rows[row].loss - eighth.mean) / static_cast<double>(count);
    }
    return eighth;
}

/// The last eighth of the run against the one before. The difference counts from three standard errors on.
bool is_falling(const FitFacts& facts) {
    const std::vector<HistoryRow>& rows = facts.rows;
    const std::size_t count = rows.size() / 8 == 0 ? 1 : rows.size() / 8;
    if (rows.size() < 4 || facts.outcome.status != Status::reached_max_steps) {
        return false;
    }
    const Eighth last = eighth_of(rows, rows.size() - count, count);
    const Eighth before = eighth_of(rows, rows.size() - 2 * count, count);
    const double error = std::sqrt((last.variance + before.variance) / static_cast<double>(count));
    const double least = kStillFalling * facts.fit.training->constant_loss();
    return before.mean - last.mean > std::max(least, 3.0 * error);
}

std::string longer_run(const FitFacts& facts) {
    constexpr std::uint64_t kFactor = 5;
    return facts.settings.stop.max_steps
               ? fmt::format("--steps {}", kFactor * *facts.settings.stop.max_steps)
               : fmt::format("--epochs {}", kFactor * facts.settings.stop.max_epochs.value_or(1));
}

std::optional<Finding> still_falling(const FitFacts& facts) {
    if (!is_falling(facts)) {
        return std::nullopt;
    }
    return Finding{"still_falling",
                   fmt::format("the loss is still falling: expected a longer run, such as {}, or a larger "
                               "--learning-rate",
                               longer_run(facts))};
}

std::optional<Finding> few_updates(const FitFacts& facts) {
    const bool is_few = facts.outcome.status == Status::reached_max_steps && facts.outcome.steps < kFewUpdates;
    if (!is_few || facts.fit.r2() >= kGoodFit || !(is_falling(facts) || is_stuck(facts.fit))) {
        return std::nullopt;
    }
    const bool can_split =
        facts.settings.batch_size != 1 && facts.steps_per_epoch < 16 && facts.fit.training->num_samples > 32;
    return Finding{"few_updates", fmt::format("the weights were updated {} only ({} an epoch): expected {}{}",
                                              counted(facts.outcome.steps, "time"), grouped(facts.steps_per_epoch),
                                              can_split ? "--batch 32, or " : "", longer_run(facts))};
}

}  // namespace

std::vector<Finding> find_faults(const FitFacts& facts) {
    const Fit& fit = facts.fit;
    std::vector<Finding> findings;
    if (facts.outcome.status == Status::diverged || facts.outcome.steps == 0 || !fit.training || std::isnan(fit.r2())) {
        return findings;
    }
    for (const auto check : {output_range, dead_units, saturated_units, still_weights, no_better_than_mean,
                             worse_than_line, worse_than_start, still_falling, few_updates}) {
        if (std::optional<Finding> finding = check(facts)) {
            findings.push_back(*std::move(finding));
        }
    }
    return findings;
}

}  // namespace skein::app
