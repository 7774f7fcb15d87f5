#include "train/findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include "console/numbers.hpp"
#include "console/text.hpp"
#include "skein/names.hpp"

namespace skein::app {
namespace {

// Thresholds. Losses are compared in units of the loss of the best constant: so a difference is one of R^2.
constexpr double kGoodFit = 0.9;         // R^2: then nothing is wrong with units or gradients
constexpr double kBestFit = 0.99;        // R^2: then a run has done what it could, however few its updates
constexpr double kNothing = 0.01;        // of R^2: next to nothing
constexpr double kWorse = 0.05;          // of the loss at the start, beside
constexpr double kALittle = 0.001;       // of R^2
constexpr double kMuchWorse = 0.02;      // of R^2
constexpr double kMuch = 0.25;           // of R^2
constexpr double kMostOfLoss = 0.6;      // noise about the edge of the range puts half of its square beyond it
constexpr double kStillFalling = 0.005;  // of R^2: from one eighth of the run to the next
constexpr double kSaturated = 0.95;      // of the samples
constexpr double kHardlyMoved = 1e-4;    // of the largest weight
constexpr std::uint64_t kFewUpdates = 200;
constexpr std::uint64_t kHardlyAnyUpdates = 20;
constexpr std::uint64_t kEnoughUpdates = 300;
constexpr std::uint64_t kEnoughForR2 = 100;  // validation samples

/// Whether training has brought next to nothing, and there is something to bring.
bool is_stuck(const Fit& fit, double good_fit = kGoodFit) {
    const double gain = (fit.start_loss - fit.loss) / fit.training->constant_loss();
    return fit.r2() < good_fit && !(gain > kNothing);
}

/// Two numbers with as many digits as it takes to tell them apart.
std::pair<std::string, std::string> told_apart(double one, double other) {
    int digits = 4;
    while (digits < 17 && one != other && rounded(one, digits) == rounded(other, digits)) {
        digits += 3;
    }
    return {rounded(one, digits), rounded(other, digits)};
}

/// "--activation tanh,tanh,identity"; empty if the last layer is one.
std::string identity_last(const FitFacts& facts) {
    const std::vector<LayerActivity>& layers = facts.fit.layers;
    std::string list = "--activation ";
    for (std::size_t layer = 0; layer + 1 < layers.size() && layer < 8; ++layer) {
        list += fmt::format("{},", activation_name(layers.front().activation));
    }
    return layers.back().activation == Activation::identity ? "" : list + "identity";
}

/// Compressed data keep the units that they had.
bool can_be_scaled(const FitFacts& facts) {
    return facts.fit.scaling.is_none() && !std::isnan(facts.fit.training->y_min);
}

/// The remedies that apply, in one list: "--scale standard, other --weights or more --epochs".
std::string remedies(std::vector<std::string> list) {
    std::erase(list, "");
    const std::vector<std::string_view> words(list.begin(), list.end());
    return joined_words(words);
}

std::optional<Finding> output_range(const FitFacts& facts) {
    const DataSummary& data = *facts.fit.training;
    const ActivationTraits& last = activation_traits(facts.fit.layers.back().activation);
    const double unreachable = data.mean_square_beyond_range / data.constant_loss();  // infinite for one y
    const bool is_most = unreachable > kMuch || data.mean_square_beyond_range > kMostOfLoss * facts.fit.loss;
    if (!(unreachable > kNothing) || !is_most) {
        return std::nullopt;
    }
    const AffineMap& unit = facts.fit.scaling.y;
    const auto [lowest, highest] = told_apart(unit.unscaled(last.lowest), unit.unscaled(last.highest));
    const auto [least_y, most_y] = told_apart(data.y_min, data.y_max);
    const std::string range = std::isinf(last.highest) ? fmt::format("are above {}", lowest)
                                                       : fmt::format("lie between {} and {}", lowest, highest);
    const std::string r2 =
        data.constant_loss() > 0.0 ? fmt::format(" (R^2 {})", rounded(1.0 - unreachable, 3)) : std::string();
    const bool is_scaled = !facts.fit.scaling.is_none();
    return Finding{
        "output_range",
        fmt::format(
            "the outputs of {} {}, but y goes from {} to {}: no weights have a loss below {}{}: expected {}{}{}",
            last.name, range, least_y, most_y, rounded(data.mean_square_beyond_range, 3), r2,
            is_scaled ? "" : "--scale standard with ", identity_last(facts), is_scaled ? "" : ", or --scale range")};
}

/// R^2 does not judge a fit to equal numbers.
std::optional<Finding> constant_y(const FitFacts& facts) {
    const DataSummary& data = *facts.fit.training;
    const double square = data.mean_y * data.mean_y;
    if (data.constant_loss() != 0.0 || !(facts.fit.loss > kNothing * square) || output_range(facts)) {
        return std::nullopt;
    }
    return Finding{"constant_y", fmt::format("every y is {}, but the chain, which has no biases, has a loss of {}: "
                                             "expected data whose y varies, in --data",
                                             rounded(data.mean_y, 4), rounded(facts.fit.loss, 4))};
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
        fmt::format("layer {} is dead: the slope of its {} is 0 at all samples, so no gradient passes it: expected {}",
                    dead - layers.begin() + 1, activation_name(dead->activation),
                    is_relu ? "--activation leaky_relu, or other --weights"
                            : remedies({"smaller --weights", can_be_scaled(facts) ? "--scale standard" : ""}))};
}

std::optional<Finding> saturated_units(const FitFacts& facts) {
    const std::vector<LayerActivity>& layers = facts.fit.layers;
    const auto most = std::ranges::max_element(layers, {}, &LayerActivity::saturated);
    if (most->saturated < kSaturated || most->is_dead || !is_stuck(facts.fit)) {
        return std::nullopt;
    }
    return Finding{
        "saturated_units",
        fmt::format(
            "layer {} is saturated: the slope of its {} is next to 0 at {} % of the samples, so gradients "
            "vanish: expected {}",
            most - layers.begin() + 1, activation_name(most->activation), rounded(100.0 * most->saturated, 3),
            remedies({"smaller --weights", "a smaller --init-scale", can_be_scaled(facts) ? "--scale standard" : ""}))};
}

std::optional<Finding> still_weights(const FitFacts& facts) {
    const double move = facts.fit.largest_move;
    if (!(move < kHardlyMoved) || !is_stuck(facts.fit, kBestFit)) {
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
    const auto [loss, constant_loss] = told_apart(fit.loss, fit.training->constant_loss());
    return Finding{
        "no_better_than_mean",
        fmt::format(
            "the chain predicts no better than the mean of y does: its loss is {}, that of the mean {}: "
            "expected {}; or y hardly depends on x",
            loss, constant_loss,
            remedies({can_be_scaled(facts) ? "--scale standard" : "",
                      facts.settings.optimizer.weight_decay > 0.0 ? "a smaller --weight-decay" : "",
                      fit.layers.size() > 4 ? "--init equal" : "", fit.layers.size() > 4 ? "fewer --layers" : "",
                      "other --weights, of other signs too", "another --learning-rate", "more --epochs"}))};
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
        fmt::format(
            "the best line through 0 predicts better than the chain: its loss is {}, the chain's {}: "
            "expected {}",
            rounded(fit.training->line_loss(), 4), rounded(fit.loss, 4),
            remedies({identity_last(facts).empty() ? ""
                      : can_be_scaled(facts)       ? identity_last(facts) + " with --scale standard"
                                                   : identity_last(facts),
                      "more --epochs", "another --learning-rate", fit.layers.size() > 1 ? "fewer --layers" : ""}))};
}

std::optional<Finding> worse_than_start(const FitFacts& facts) {
    const Fit& fit = facts.fit;
    const double rise = fit.loss - fit.start_loss, constant = fit.training->constant_loss();
    if (!(rise > kNothing * constant || (rise > kALittle * constant && rise > kWorse * fit.start_loss))) {
        return std::nullopt;
    }
    const auto [then, now] = told_apart(fit.start_loss, fit.loss);
    const double rate = *std::ranges::max_element(facts.settings.learning_rates);
    const double decay = facts.settings.optimizer.weight_decay;
    return Finding{
        "worse_than_start",
        fmt::format(
            "the loss is larger than at the start, {} then and {} now: expected {}", then, now,
            remedies({decay > 0.0 ? fmt::format("a smaller --weight-decay, such as {}", rounded(decay / 10.0, 3)) : "",
                      fmt::format("a smaller --learning-rate, such as {}", rounded(rate / 10.0, 3))}))};
}

/// A chain has few weights: it fits other samples of the same kind as well.
std::optional<Finding> worse_on_validation(const FitFacts& facts) {
    const Fit& fit = facts.fit;
    const bool is_known = fit.validation && fit.validation->num_samples >= kEnoughForR2;
    if (!is_known || !(fit.r2() - fit.validation_r2() > kMuch)) {
        return std::nullopt;
    }
    return Finding{"worse_on_validation",
                   fmt::format("the validation data are predicted much worse than the training data: R^2 {} and {}: "
                               "expected data of one kind, such as --validation 0.1 sets aside",
                               rounded(fit.validation_r2(), 3), rounded(fit.r2(), 3))};
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
                   fmt::format("the loss is still falling: expected a longer run, such as {}{}", longer_run(facts),
                               worse_than_start(facts) ? "" : ", or a larger --learning-rate")};
}

std::optional<Finding> few_updates(const FitFacts& facts) {
    const std::uint64_t steps = facts.outcome.steps;
    const bool is_few = facts.outcome.status == Status::reached_max_steps && steps < kFewUpdates;
    const bool may_go_on = steps < kHardlyAnyUpdates || is_falling(facts) || is_stuck(facts.fit);
    if (!is_few || facts.fit.r2() >= (steps < kHardlyAnyUpdates ? kBestFit : kGoodFit) || !may_go_on) {
        return std::nullopt;
    }
    const std::string longer = facts.settings.stop.max_steps
                                   ? fmt::format("--steps {}", kEnoughUpdates)
                                   : fmt::format("--epochs {}", (kEnoughUpdates - 1) / facts.steps_per_epoch + 1);
    const bool can_split =
        facts.settings.batch_size != 1 && facts.steps_per_epoch < 16 && facts.fit.training->num_samples > 32;
    return Finding{"few_updates", fmt::format("the weights were updated {} only ({} an epoch): expected {}{}",
                                              counted(facts.outcome.steps, "time"), grouped(facts.steps_per_epoch),
                                              can_split ? "--batch 32, or " : "", longer)};
}

}  // namespace

std::vector<Finding> find_faults(const FitFacts& facts) {
    const Fit& fit = facts.fit;
    std::vector<Finding> findings;
    if (facts.outcome.status == Status::diverged || facts.outcome.steps == 0 || !fit.training || fit.layers.empty()) {
        return findings;
    }
    using Check = std::optional<Finding> (*)(const FitFacts&);
    static constexpr Check kOfOneY[] = {output_range, constant_y};
    static constexpr Check kOfOthers[] = {output_range,        dead_units,      saturated_units,  still_weights,
                                          no_better_than_mean, worse_than_line, worse_than_start, worse_on_validation,
                                          still_falling,       few_updates};
    const bool is_one_y = fit.training->constant_loss() == 0.0;
    if (!is_one_y && std::isnan(fit.r2())) {
        return findings;
    }
    for (const Check check : is_one_y ? std::span<const Check>(kOfOneY) : std::span<const Check>(kOfOthers)) {
        if (std::optional<Finding> finding = check(facts)) {
            findings.push_back(*std::move(finding));
        }
    }
    return findings;
}

}  // namespace skein::app
