#include "skein/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>

#include "base/floating_point_environment.hpp"
#include "base/require.hpp"
#include "base/text.hpp"
#include "gradient/data_gradient.hpp"
#include "training/end_of_run.hpp"
#include "training/optimizer_columns.hpp"
#include "training/step_window.hpp"

namespace skein {

using namespace internal;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

template <class Scalar>
void check_state(const TrainingState<Scalar>& state, const Optimizer& optimizer) {
    if (state.rule && *state.rule != optimizer.kind) {
        require_name(*state.rule, kOptimizerNames, "the rule of the state");
        refuse("the optimizer", optimizer_traits(optimizer.kind).name,
               to_text(optimizer_traits(*state.rule).name, ", which made the state"));
    }
    for (const std::vector<Scalar>* moment : {&state.first_moment, &state.second_moment}) {
        require(moment->empty() || moment->size() == state.chain.num_layers(), "the length of the optimizer's state",
                moment->size(), "one number per layer, or none");
    }
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
    Run(TrainingState<Scalar>& state, const TrainingData<Scalar>& data, const TrainingSettings& settings,
        std::span<Observer<Scalar>* const> observers)
        : state_(state),
          data_(data),
          stop_(settings.stop),
          rule_(settings.optimizer.kind),
          weight_decay_(settings.optimizer.weight_decay),
          schedule_(settings.schedule),
          order_(data.num_samples(), settings.batch_size, settings.sampling, settings.seed),
          observers_(observers),
          columns_(settings, state),
          gradient_(make_data_gradient(data, state.chain.activations(), order_, num_steps(), settings.execution)) {
        if (!order_.is_full_batch()) {
            full_gradient_ = make_data_gradient(data, state.chain.activations(), BatchOrder::all(data.num_samples()), 1,
                                                settings.execution);
        }
        const std::span<const Activation> activations = state.chain.activations();
        // The kernel of small steps watches the norm of the gradient alone.
        const bool watches_decay = order_.is_full_batch() && stop_.gradient_norm && weight_decay_ != 0.0;
        if (!watches_decay && kernels::can_do_small_steps(activations.data(), activations.size(), order_.batch_size(0),
                                                          settings.optimizer, settings.clip_norm.has_value())) {
            window_.emplace(activations[0], static_cast<std::size_t>(order_.batch_size(0)),
                            order_.is_full_batch() ? stop_.target_loss : std::nullopt,
                            order_.is_full_batch() ? stop_.gradient_norm : std::nullopt);
        }
    }

    TrainingOutcome train() {
        const Clock::time_point start = Clock::now();
        End end = go_and_save(start);
        const double seconds = seconds_since(start);
        const Computed computed = compute_over_all(false);
        const double loss = full_gradient().loss();
        if (end.status == Status::reached_max_steps && computed != Computed::done) {
            end = not_computed(computed);
        }
        if (end.status == Status::reached_max_steps && stop_.target_loss && loss <= *stop_.target_loss) {
            end = {Status::converged, Cause::target_loss};
        }
        return {end.status,
                end.cause,
                state_.step,
                loss,
                seconds,
                num_samples_seen_ * state_.chain.num_layers(),
                full_gradient().record()};
    }

private:
    /// Steps that are left, unless something ends the run before.
    std::uint64_t num_steps() const {
        const std::uint64_t end = end_of_run(stop_, order_);
        return end - std::min(end, state_.step);
    }

    static End not_computed(Computed computed) {
        return {Status::stopped, computed == Computed::given_up ? Cause::stop_request : Cause::compression_tolerance};
    }

    void save() {
        columns_.save(state_);
        state_.rule = rule_;
    }

    /// Also if something throws, the state is that after the last step.
    End go_and_save(Clock::time_point start) {
        try {
            const End end = go(start);
            save();
            return end;
        } catch (...) {
            save();
            throw;
        }
    }

    void offer_state() {
        for (Observer<Scalar>* observer : observers_) {
            if (observer->wants_state()) {
                save();
                observer->take_state(state_);
            }
        }
    }

    End go(Clock::time_point start) {
        for (;;) {
            offer_state();
            if (stop_.max_steps && state_.step >= *stop_.max_steps) {
                return {Status::reached_max_steps, Cause::max_steps};
            }
            if (stop_.max_epochs && state_.step / order_.steps_per_epoch() >= *stop_.max_epochs) {
                return {Status::reached_max_steps, Cause::max_epochs};
            }
            if (stop_.max_seconds && seconds_since(start) >= *stop_.max_seconds) {
                return {Status::stopped, Cause::max_seconds};
            }
            if (const std::optional<End> end = window_ ? small_steps(steps_until_a_look()) : step()) {
                return *end;
            }
        }
    }

    /// Steps up to the next that an observer or a stop rule looks at, that one included.
    std::uint64_t steps_until_a_look() const {
        std::uint64_t count = std::min(StepWindow<Scalar>::kSteps, num_steps());
        if (!order_.is_full_batch()) {
            count = std::min(count, order_.steps_per_epoch() - state_.step % order_.steps_per_epoch());
        }
        for (const Observer<Scalar>* observer : observers_) {
            std::uint64_t before = 0;
            while (before + 1 < count && !observer->looks_at(state_.step + before + 1)) ++before;
            count = before + 1;
        }
        return count;
    }

    /// Up to `most` steps of small mini-batches; what a window cannot make, one step does.
    std::optional<End> small_steps(std::uint64_t most) {
        const MiniBatch<Scalar> samples = gradient_->samples_on(order_.batch(state_.step));
        const std::size_t done = window_->make(columns_, samples, schedule_, state_.step, most);
        if (done == 0) {
            return step();
        }
        std::ranges::copy(columns_.weights(), state_.chain.weights().begin());
        num_samples_seen_ += done * window_->batch_size();
        std::optional<End> end;
        const std::uint64_t first = state_.step;
        state_.step += done;  // if an observer throws, all of them have been made
        for (std::size_t index = 0; index < done; ++index) {
            const std::optional<End> now =
                after_step(first + index + 1, window_->loss(index), window_->gradient_norm(index),
                           window_->learning_rate_factor(index));
            end = end ? end : now;
        }
        return end;
    }

    /// One step: gradient, update, observers, and the rules that look at them.
    std::optional<End> step() {
        const BatchOrder::Batch batch = order_.batch(state_.step);
        if (const Computed computed = gradient_->compute(state_.chain, batch, true); computed != Computed::done) {
            return not_computed(computed);
        }
        num_samples_seen_ += gradient_->num_evaluated();
        const double norm = gradient_norm(gradient_->weight_gradients());
        if (const std::optional<End> end = judge(norm)) {
            return end;
        }
        const double factor = schedule_.factor(state_.step);
        columns_.update(gradient_->weight_gradients(), norm, state_.step, factor);
        if (!columns_.weights_are_finite()) {
            return End{Status::diverged, Cause::weight_not_finite};
        }
        std::copy(columns_.weights().begin(), columns_.weights().end(), state_.chain.weights().begin());
        ++state_.step;
        return after_step(state_.step, gradient_->loss(), norm, factor);
    }

    /// The rules that look at a step's loss and gradient, before its update.
    std::optional<End> judge(double norm) const {
        if (!std::isfinite(gradient_->loss())) {
            return End{Status::diverged, Cause::loss_not_finite};
        }
        if (!std::isfinite(norm)) {
            return End{Status::diverged, Cause::gradient_not_finite};
        }
        return order_.is_full_batch() ? convergence(*gradient_) : std::nullopt;
    }

    /// The rules that look at loss and gradient over all training data.
    std::optional<End> convergence(const DataGradient<Scalar>& over_all) const {
        if (stop_.target_loss && over_all.loss() <= *stop_.target_loss) {
            return End{Status::converged, Cause::target_loss};
        }
        if (stop_.gradient_norm && norm_of_pull<Scalar>(over_all.weight_gradients(), state_.chain.weights(),
                                                        weight_decay_) <= *stop_.gradient_norm) {
            return End{Status::converged, Cause::gradient_norm};
        }
        return std::nullopt;
    }

    std::optional<End> after_step(std::uint64_t step, double loss, double norm, double factor) {
        const StepReport<Scalar> report{step, order_.steps_per_epoch(), loss, norm, factor, state_.chain};
        bool stop = false;
        for (Observer<Scalar>* observer : observers_) {
            stop |= !observer->after_step(report);
        }
        if (stop) {
            return End{Status::stopped, Cause::observer};
        }
        const bool looks_at_epochs = (stop_.target_loss || stop_.gradient_norm) && !order_.is_full_batch();
        if (looks_at_epochs && report.is_epoch_end() &&
            compute_over_all(stop_.gradient_norm.has_value()) == Computed::done) {
            return convergence(full_gradient());
        }
        return std::nullopt;
    }

    DataGradient<Scalar>& full_gradient() { return full_gradient_ ? *full_gradient_ : *gradient_; }

    Computed compute_over_all(bool with_gradient) {
        return full_gradient().compute(state_.chain, BatchOrder::all(data_.num_samples()).batch(0), with_gradient);
    }

    TrainingState<Scalar>& state_;
    const TrainingData<Scalar>& data_;
    StopRules stop_;
    Optimizer::Kind rule_;
    double weight_decay_;
    Schedule schedule_;
    BatchOrder order_;
    std::span<Observer<Scalar>* const> observers_;
    OptimizerColumns<Scalar> columns_;
    std::unique_ptr<DataGradient<Scalar>> gradient_;
    std::unique_ptr<DataGradient<Scalar>> full_gradient_;  // null if a mini-batch is the full one
    std::uint64_t num_samples_seen_ = 0;
    std::optional<StepWindow<Scalar>> window_;  // if steps can be made many at a time
};

}  // namespace

template <class Scalar>
void check_training(const Chain<Scalar>& chain, const std::type_identity_t<TrainingData<Scalar>>& data,
                    const TrainingSettings& settings) {
    validated<Scalar>(settings, chain.num_layers(), data.num_samples());
    check_training_data<Scalar>(data, chain.activations(),
                                settings.batch_size == 0 ? data.num_samples() : settings.batch_size);
}

template <class Scalar>
TrainingOutcome train(TrainingState<Scalar>& state, const std::type_identity_t<TrainingData<Scalar>>& data,
                      const TrainingSettings& settings,
                      std::type_identity_t<std::span<Observer<Scalar>* const>> observers) {
    const FloatingPointEnvironment environment;
    const TrainingSettings found_good = validated<Scalar>(settings, state.chain.num_layers(), data.num_samples());
    check_state(state, found_good.optimizer);
    return Run<Scalar>(state, data, found_good, observers).train();
}

template void check_training(const Chain<float>&, const TrainingData<float>&, const TrainingSettings&);
template void check_training(const Chain<double>&, const TrainingData<double>&, const TrainingSettings&);
template TrainingOutcome train(TrainingState<float>&, const TrainingData<float>&, const TrainingSettings&,
                               std::span<Observer<float>* const>);
template TrainingOutcome train(TrainingState<double>&, const TrainingData<double>&, const TrainingSettings&,
                               std::span<Observer<double>* const>);

}  // namespace skein
