#include "skein/trainer.hpp"

#include <chrono>
#include <cmath>
#include <stdexcept>

#include "batch_gradient.hpp"
#include "kernels/floating_point_environment.hpp"
#include "optimizer_columns.hpp"
#include "require.hpp"

namespace skein {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

bool is_fraction(double value) { return value >= 0.0 && value < 1.0; }
bool is_positive(double value) { return std::isfinite(value) && value > 0.0; }

void check_learning_rates(const std::vector<double>& learning_rates, std::size_t num_layers) {
    if (learning_rates.size() != 1 && learning_rates.size() != num_layers) {
        throw std::invalid_argument(std::to_string(learning_rates.size()) + " learning rates for " +
                                    std::to_string(num_layers) + " layers: expected one, or one per layer");
    }
    for (const double rate : learning_rates) {
        require(is_positive(rate), "the learning rate", rate, "a positive number");
    }
}

void check_optimizer(const Optimizer& optimizer) {
    require(is_fraction(optimizer.momentum), "the momentum", optimizer.momentum, "at least 0 and less than 1");
    require(std::isfinite(optimizer.weight_decay) && optimizer.weight_decay >= 0.0, "the weight decay",
            optimizer.weight_decay, "0 or more");
    require(is_fraction(optimizer.beta1), "beta1", optimizer.beta1, "at least 0 and less than 1");
    require(is_fraction(optimizer.beta2), "beta2", optimizer.beta2, "at least 0 and less than 1");
    require(is_positive(optimizer.epsilon), "epsilon", optimizer.epsilon, "a positive number");
}

void check_schedule(const Schedule& schedule) {
    require(std::isfinite(schedule.decay) && schedule.decay >= 0.0, "the decay of the schedule", schedule.decay,
            "0 or more");
    require(schedule.final_factor >= 0.0 && schedule.final_factor <= 1.0, "the final factor of the schedule",
            schedule.final_factor, "from 0 to 1");
    if (schedule.kind == Schedule::Kind::step) {
        require(schedule.every_steps > 0, "every_steps of the step schedule", schedule.every_steps, "at least 1");
    }
    if (schedule.kind == Schedule::Kind::cosine) {
        require(schedule.total_steps > schedule.warm_up_steps, "total_steps of the cosine schedule",
                schedule.total_steps, "more than its warm-up (or set max_steps or max_epochs)");
    }
}

template <class Scalar>
void check_state(const TrainingState<Scalar>& state) {
    for (const std::vector<Scalar>* moment : {&state.first_moment, &state.second_moment}) {
        require(moment->empty() || moment->size() == state.chain.num_layers(), "the length of the optimizer's state",
                moment->size(), "one number per layer, or none");
    }
}

void check_stop_rules(const StopRules& stop) {
    if (!stop.max_steps && !stop.max_epochs && !stop.target_loss && !stop.gradient_norm && !stop.max_seconds) {
        throw std::invalid_argument("no stop rule is set: expected max_steps, max_epochs, target_loss, gradient_norm "
                                    "or max_seconds");
    }
    const auto check = [](const std::optional<double>& value, const char* what) {
        require(!value || (std::isfinite(*value) && *value >= 0.0), what, value.value_or(0.0), "0 or more");
    };
    check(stop.target_loss, "the target loss");
    check(stop.gradient_norm, "the gradient norm to stop at");
    check(stop.max_seconds, "max_seconds");
}

/// The settings with the length of the schedule filled in, once they are all found to be in range.
template <class Scalar>
TrainingSettings checked(TrainingSettings settings, const TrainingState<Scalar>& state, const BatchOrder& order) {
    const StopRules& stop = settings.stop;
    if (settings.schedule.kind == Schedule::Kind::cosine && settings.schedule.total_steps == 0) {
        settings.schedule.total_steps = stop.max_steps    ? *stop.max_steps
                                        : stop.max_epochs ? *stop.max_epochs * order.steps_per_epoch()
                                                          : 0;
    }
    check_learning_rates(settings.learning_rates, state.chain.num_layers());
    check_optimizer(settings.optimizer);
    check_schedule(settings.schedule);
    check_stop_rules(stop);
    require(!settings.clip_norm || is_positive(*settings.clip_norm), "the norm to clip gradients at",
            settings.clip_norm.value_or(0.0), "a positive number");
    check_state(state);
    return settings;
}

struct End {
    Status status;
    Cause cause;
};

/// One run: all that stays the same from step to step, and all its memory.
template <class Scalar>
class Run {
public:
    /// `settings` have been checked.
    Run(TrainingState<Scalar>& state, const Dataset<Scalar>& data, const TrainingSettings& settings,
        const BatchOrder& order, std::span<Observer<Scalar>* const> observers)
        : state_(state),
          data_(data),
          stop_(settings.stop),
          schedule_(settings.schedule),
          order_(order),
          observers_(observers),
          columns_(settings, state),
          gradient_(state.chain.num_layers(), order.batch(0).num_samples(), settings.execution) {
        if (!order.is_full_batch()) {
            full_gradient_.emplace(state.chain.num_layers(), data.num_samples(), settings.execution);
        }
    }

    TrainingOutcome train() {
        const Clock::time_point start = Clock::now();
        End end = go(start);
        columns_.save(state_);
        const double seconds = seconds_since(start);
        const double loss = full_loss();
        if (end.status == Status::reached_max_steps && stop_.target_loss && loss <= *stop_.target_loss) {
            end = {Status::converged, Cause::target_loss};
        }
        return {end.status, end.cause, state_.step, loss, seconds, num_samples_seen_ * state_.chain.num_layers()};
    }

private:
    End go(Clock::time_point start) {
        for (;;) {
            if (stop_.max_steps && state_.step >= *stop_.max_steps) {
                return {Status::reached_max_steps, Cause::max_steps};
            }
            if (stop_.max_epochs && state_.step / order_.steps_per_epoch() >= *stop_.max_epochs) {
                return {Status::reached_max_steps, Cause::max_epochs};
            }
            if (stop_.max_seconds && seconds_since(start) >= *stop_.max_seconds) {
                return {Status::stopped, Cause::max_seconds};
            }
            if (const std::optional<End> end = step()) {
                return *end;
            }
        }
    }

    /// One step: gradient, update, observers, and the rules that look at them.
    std::optional<End> step() {
        const BatchOrder::Batch batch = order_.batch(state_.step);
        gradient_.compute(state_.chain, data_.source(), batch);
        num_samples_seen_ += batch.num_samples();
        const double norm = gradient_norm(gradient_.weight_gradients());
        if (const std::optional<End> end = judge(norm)) {
            return end;
        }
        const double factor = schedule_.factor(state_.step);
        columns_.update(gradient_.weight_gradients(), norm, state_.step, factor);
        if (!columns_.weights_are_finite()) {
            return End{Status::diverged, Cause::weight_not_finite};
        }
        std::copy(columns_.weights().begin(), columns_.weights().end(), state_.chain.weights().begin());
        ++state_.step;
        return after_step(norm, factor);
    }

    /// The rules that look at a step's loss and gradient, before its update.
    std::optional<End> judge(double norm) const {
        if (!std::isfinite(gradient_.loss())) {
            return End{Status::diverged, Cause::loss_not_finite};
        }
        if (!std::isfinite(norm)) {
            return End{Status::diverged, Cause::gradient_not_finite};
        }
        if (order_.is_full_batch() && stop_.target_loss && gradient_.loss() <= *stop_.target_loss) {
            return End{Status::converged, Cause::target_loss};
        }
        if (stop_.gradient_norm && norm <= *stop_.gradient_norm) {
            return End{Status::converged, Cause::gradient_norm};
        }
        return std::nullopt;
    }

    std::optional<End> after_step(double norm, double factor) {
        const StepReport<Scalar> report{state_.step, order_.steps_per_epoch(), gradient_.loss(), norm, factor,
                                        state_.chain};
        bool stop = false;
        for (Observer<Scalar>* observer : observers_) {
            stop |= !observer->after_step(report);
        }
        if (stop) {
            return End{Status::stopped, Cause::observer};
        }
        if (stop_.target_loss && !order_.is_full_batch() && report.is_epoch_end() &&
            full_loss() <= *stop_.target_loss) {
            return End{Status::converged, Cause::target_loss};
        }
        return std::nullopt;
    }

    double full_loss() {
        BatchGradient<Scalar>& gradient = full_gradient_ ? *full_gradient_ : gradient_;
        const BatchOrder all(data_.num_samples(), 0, Sampling::sequential, 0);
        gradient.compute(state_.chain, data_.source(), all.batch(0), false);
        return gradient.loss();
    }

    TrainingState<Scalar>& state_;
    const Dataset<Scalar>& data_;
    StopRules stop_;
    Schedule schedule_;
    BatchOrder order_;
    std::span<Observer<Scalar>* const> observers_;
    OptimizerColumns<Scalar> columns_;
    BatchGradient<Scalar> gradient_;
    std::optional<BatchGradient<Scalar>> full_gradient_;  // where a mini-batch is not the full one
    std::uint64_t num_samples_seen_ = 0;
};

}  // namespace

template <class Scalar>
TrainingOutcome train(TrainingState<Scalar>& state, const Dataset<Scalar>& data, const TrainingSettings& settings,
                      std::type_identity_t<std::span<Observer<Scalar>* const>> observers) {
    const FloatingPointEnvironment environment;
    const BatchOrder order(data.num_samples(), settings.batch_size, settings.sampling, settings.seed);
    return Run<Scalar>(state, data, checked(settings, state, order), order, observers).train();
}

template TrainingOutcome train(TrainingState<float>&, const Dataset<float>&, const TrainingSettings&,
                               std::span<Observer<float>* const>);
template TrainingOutcome train(TrainingState<double>&, const Dataset<double>&, const TrainingSettings&,
                               std::span<Observer<double>* const>);

}  // namespace skein
