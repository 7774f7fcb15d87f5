#include "skein/training_settings.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

#include "base/require.hpp"
#include "training/setting_ranges.hpp"

namespace skein {

using namespace internal;

namespace {

/// "a positive number", or "a positive number, also when rounded to float32".
template <class Scalar>
std::string in_precision(const char* expected) {
    return std::string(expected) + (sizeof(Scalar) == sizeof(float) ? ", also when rounded to float32" : "");
}

template <class Scalar>
void check_learning_rates(const std::vector<double>& learning_rates, std::size_t num_layers) {
    if (learning_rates.size() != 1 && learning_rates.size() != num_layers) {
        throw std::invalid_argument(std::to_string(learning_rates.size()) + " learning rates for " +
                                    std::to_string(num_layers) + " layers: expected one, or one per layer");
    }
    for (const double rate : learning_rates) {
        require(is_learning_rate<Scalar>(rate), "the learning rate", rate, in_precision<Scalar>("a positive number"));
    }
}

template <class Scalar>
void check_optimizer(const Optimizer& optimizer) {
    const double momentum = optimizer.momentum_or_default();
    const std::string fraction = in_precision<Scalar>("at least 0 and less than 1");
    require(is_momentum<Scalar>(momentum), "the momentum", momentum, fraction);
    require(is_weight_decay<Scalar>(optimizer.weight_decay), "the weight decay", optimizer.weight_decay,
            in_precision<Scalar>("0 or more"));
    for (const OptimizerParameter& parameter : kOptimizerParameters) {
        const double value = optimizer.*parameter.value;
        require(parameter.is_fraction ? is_fraction<Scalar>(value) : is_positive_number<Scalar>(value), parameter.name,
                value, parameter.is_fraction ? fraction : in_precision<Scalar>("a positive number"));
    }
}

template <class Scalar>
void check_schedule(const Schedule& schedule) {
    require(std::isfinite(schedule.decay) && schedule.decay >= 0.0, "the decay of the schedule", schedule.decay,
            "0 or more");
    require(schedule.final_factor >= 0.0 && schedule.final_factor <= 1.0, "the final factor of the schedule",
            schedule.final_factor, "from 0 to 1");
    require(is_schedule_scale<Scalar>(schedule.scale), "the scale of the schedule", schedule.scale,
            in_precision<Scalar>("a positive number"));
    if (schedule.kind == Schedule::Kind::step) {
        require(schedule.every_steps > 0, "every_steps of the step schedule", schedule.every_steps, "at least 1");
    }
    if (schedule.kind == Schedule::Kind::cosine) {
        require(schedule.total_steps > schedule.warm_up_steps, "total_steps of the cosine schedule",
                schedule.total_steps, "more than its warm-up (or set max_steps or max_epochs)");
    }
}

void check_stop_rules(const StopRules& stop) {
    if (!stop.max_steps && !stop.max_epochs && !stop.target_loss && !stop.gradient_norm && !stop.max_seconds) {
        throw std::invalid_argument(
            "no stop rule is set: expected max_steps, max_epochs, target_loss, gradient_norm "
            "or max_seconds");
    }
    const auto check = [](const std::optional<double>& value, const char* what) {
        require(!value || (std::isfinite(*value) && *value >= 0.0), what, value.value_or(0.0), "0 or more");
    };
    check(stop.target_loss, "the target loss");
    check(stop.gradient_norm, "the gradient norm to stop at");
    check(stop.max_seconds, "max_seconds");
}

}  // namespace

template <class Scalar>
TrainingSettings validated(TrainingSettings settings, std::size_t num_layers, std::uint64_t num_samples) {
    const StopRules& stop = settings.stop;
    require_name(settings.optimizer.kind, kOptimizerNames, "the kind of the optimizer");
    require_name(settings.schedule.kind, kScheduleNames, "the kind of the schedule");
    require_name(settings.sampling, kSamplingNames, "the sampling");
    const BatchOrder order(num_samples, settings.batch_size, settings.sampling, settings.seed);
    if (settings.schedule.kind == Schedule::Kind::cosine && settings.schedule.total_steps == 0) {
        settings.schedule.total_steps = stop.max_steps    ? *stop.max_steps
                                        : stop.max_epochs ? *stop.max_epochs * order.steps_per_epoch()
                                                          : 0;
    }
    check_learning_rates<Scalar>(settings.learning_rates, num_layers);
    check_optimizer<Scalar>(settings.optimizer);
    check_schedule<Scalar>(settings.schedule);
    check_stop_rules(stop);
    require_threads(settings.execution);
    require(!settings.clip_norm || is_positive_number<Scalar>(*settings.clip_norm), "the norm to clip gradients at",
            settings.clip_norm.value_or(0.0), in_precision<Scalar>("a positive number"));
    return settings;
}
template TrainingSettings validated<float>(TrainingSettings, std::size_t, std::uint64_t);
template TrainingSettings validated<double>(TrainingSettings, std::size_t, std::uint64_t);

}  // namespace skein
