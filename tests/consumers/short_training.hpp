// A short training whose bits everything that could go wrong between a user and the library would change: threads,
// tiles, denormals, rounding, symbols merged with the user's. Through the public headers only.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "skein/skein.hpp"

namespace skein_consumer {

/// FNV-1a over the bits of numbers.
class Hash {
public:
    void add(std::uint64_t word) {
        for (int byte = 0; byte < 8; ++byte, word >>= 8) {
            value_ = (value_ ^ (word & 0xFF)) * 0x100000001B3u;
        }
    }
    void add(double number) { add(std::bit_cast<std::uint64_t>(number)); }
    void add(float number) { add(std::uint64_t{std::bit_cast<std::uint32_t>(number)}); }
    template <class Scalar>
    void add(std::span<const Scalar> numbers) {
        for (const Scalar number : numbers) add(number);
    }
    std::uint64_t value() const { return value_; }

private:
    std::uint64_t value_ = 0xCBF29CE484222325u;
};

/// A data set large enough for several threads, and a chain of all activations.
template <class Scalar>
void add_training(Hash& hash, skein::Optimizer::Kind kind, std::uint64_t batch_size) {
    skein::GeneratedData teacher;
    teacher.num_samples = 20000;
    teacher.seed = 7;
    teacher.noise = 0.125;
    teacher.teacher_weights = {1.5, -0.75, 1.25};
    const skein::Dataset<Scalar> data = skein::generate<Scalar>(teacher);

    const std::vector<Scalar> weights =
        skein::initial_weights<Scalar>(5, {skein::Initialization::Kind::normal, 1.0}, 3);
    const std::vector<skein::Activation> activations{skein::Activation::tanh, skein::Activation::sigmoid,
                                                     skein::Activation::relu, skein::Activation::softplus,
                                                     skein::Activation::identity};
    skein::TrainingState<Scalar> state{
        skein::Chain<Scalar>(std::span<const Scalar>(weights), std::span<const skein::Activation>(activations))};
    skein::TrainingSettings settings;
    settings.optimizer.kind = kind;
    settings.learning_rates = {0.015625};
    settings.schedule.kind = skein::Schedule::Kind::cosine;
    settings.schedule.warm_up_steps = 2;
    settings.clip_norm = 0.5;
    settings.batch_size = batch_size;
    settings.seed = 5;
    settings.stop.max_steps = 8;
    settings.execution.num_threads = 3;
    const skein::TrainingOutcome outcome = skein::train(state, data, settings);
    hash.add(outcome.loss);
    hash.add(std::span<const Scalar>(state.chain.weights()));
}

/// Outputs and gradients that are denormal numbers: zero for whoever flushes them.
template <class Scalar>
void add_denormals(Hash& hash) {
    const Scalar small = sizeof(Scalar) == sizeof(float) ? Scalar(0x1p-140) : Scalar(0x1p-1060);
    const std::vector<Scalar> x(20000, small);
    const std::vector<Scalar> y(20000, Scalar(0));
    const skein::Chain<Scalar> chain({Scalar(0.75), Scalar(0.625), Scalar(1), Scalar(0.875)},
                                     skein::Activation::identity);
    std::vector<Scalar> outputs(x.size());
    skein::predict(chain, std::span<const Scalar>(x), std::span<Scalar>(outputs), skein::Execution{3, 0});
    hash.add(std::span<const Scalar>(outputs));
    hash.add(skein::activate(skein::Activation::relu, small));
    hash.add(skein::activate(skein::Activation::tanh, small));
    hash.add(std::span<const Scalar>(skein::back_propagate(chain, Scalar(1), small).pre_activations));
    hash.add(skein::back_propagate(chain, small, Scalar(0)).loss);
}

inline std::uint64_t hash_of_short_training() {
    Hash hash;
    add_training<double>(hash, skein::Optimizer::Kind::sgd, 0);
    add_training<double>(hash, skein::Optimizer::Kind::adamw, 1000);
    add_training<float>(hash, skein::Optimizer::Kind::momentum, 0);
    add_training<float>(hash, skein::Optimizer::Kind::nesterov, 7000);
    add_denormals<double>(hash);
    add_denormals<float>(hash);
    return hash.value();
}

}  // namespace skein_consumer
