// FANN, through fann_train_epoch(). With FANN_TRAIN_BATCH it runs the network a sample at a time, back-propagates the
// error and adds to the slopes, then it takes one step. With FANN_TRAIN_INCREMENTAL it takes a step after each sample.
//
// FANN halves the residual of a neuron with sigmoid_symmetric, for the mean squared error as for the slopes, and leaves
// out the factor 2 of the derivative: its loss is a quarter of ours, and so is its gradient. A step with 4 times our
// learning rate is our step. Each neuron has a bias beside its input: it starts at 0, and is put back to 0 after each
// call. In an incremental epoch the biases are trained with the weights.
#if SKEIN_COMPARISON_FLOAT
#include <floatfann.h>
#else
#include <doublefann.h>
#endif

#include <stdexcept>
#include <type_traits>

#include "work.hpp"

namespace skein::comparison {
namespace {

static_assert(std::is_same_v<fann_type, Scalar>);
constexpr double kLossFactor = 4.0;

struct Destroy {
    void operator()(fann* network) const { fann_destroy(network); }
    void operator()(fann_train_data* data) const { fann_destroy_train(data); }
};
using Network = std::unique_ptr<fann, Destroy>;
using Data = std::unique_ptr<fann_train_data, Destroy>;

Network make_network(std::size_t num_layers, double learning_rate, fann_train_enum algorithm) {
    const std::vector<unsigned int> sizes(num_layers + 1, 1);
    Network network(fann_create_standard_array(static_cast<unsigned int>(sizes.size()), sizes.data()));
    if (!network || fann_get_total_connections(network.get()) != 2 * num_layers) {
        throw std::runtime_error("FANN makes another network than expected");
    }
    fann_set_activation_function_hidden(network.get(), FANN_SIGMOID_SYMMETRIC);
    fann_set_activation_function_output(network.get(), FANN_SIGMOID_SYMMETRIC);
    fann_set_activation_steepness_hidden(network.get(), 1);  // tanh(z); the default, 0.5, is tanh(z / 2)
    fann_set_activation_steepness_output(network.get(), 1);
    fann_set_train_error_function(network.get(), FANN_ERRORFUNC_LINEAR);
    fann_set_training_algorithm(network.get(), algorithm);
    fann_set_learning_rate(network.get(), static_cast<float>(kLossFactor * learning_rate));
    return network;
}

Data make_data(const Problem& problem, std::size_t num_samples) {
    Data data(fann_create_train(static_cast<unsigned int>(num_samples), 1, 1));
    if (!data) {
        throw std::runtime_error("FANN has no memory for the samples");
    }
    for (std::size_t sample = 0; sample < num_samples; ++sample) {
        data->input[sample][0] = problem.x[sample];
        data->output[sample][0] = problem.y[sample];
    }
    return data;
}

class FannEpoch : public Work {
public:
    FannEpoch(const Problem& problem, double learning_rate)
        : FannEpoch(problem, learning_rate, problem.batch_size, FANN_TRAIN_BATCH) {}

protected:
    FannEpoch(const Problem& problem, double learning_rate, std::size_t num_samples, fann_train_enum algorithm)
        : network_(make_network(problem.weights.size(), learning_rate, algorithm)),
          data_(make_data(problem, num_samples)) {
        set_weights(problem.weights);
    }
    void train_epoch() { train_epoch(data_.get()); }
    void train_epoch(fann_train_data* data) {
        loss_ = kLossFactor * static_cast<double>(fann_train_epoch(network_.get(), data));
    }
    // A neuron's connections: its input, then its bias.
    void set_weights(const std::vector<Scalar>& weights) {
        for (std::size_t layer = 0; layer < weights.size(); ++layer) {
            network_->weights[2 * layer] = weights[layer];
        }
        clear_biases();
    }
    void clear_biases() {
        for (unsigned int bias = 1; bias < network_->total_connections; bias += 2) {
            network_->weights[bias] = 0;
        }
    }
    std::vector<Scalar> weights() const {
        std::vector<Scalar> result(network_->total_connections / 2);
        for (std::size_t layer = 0; layer < result.size(); ++layer) {
            result[layer] = network_->weights[2 * layer];
        }
        return result;
    }
    fann_train_data* data() { return data_.get(); }
    double loss_ = 0.0;

private:
    Network network_;
    Data data_;
};

/// FANN does not hand out slopes: the gradient is the difference that a step with learning rate 1 makes.
class FannGradient : public FannEpoch {
public:
    explicit FannGradient(const Problem& problem) : FannEpoch(problem, 1.0), start_(problem.weights) {}
    void call() override {
        set_weights(start_);
        train_epoch();
    }
    std::vector<double> result() const override {
        std::vector<double> values{loss_};
        const std::vector<Scalar> end = weights();
        for (std::size_t layer = 0; layer < end.size(); ++layer) {
            values.push_back(static_cast<double>(start_[layer]) - static_cast<double>(end[layer]));
        }
        return values;
    }

private:
    std::vector<Scalar> start_;
};

class FannStep : public FannEpoch {
public:
    explicit FannStep(const Problem& problem) : FannEpoch(problem, problem.learning_rate) {}
    void call() override {
        train_epoch();
        clear_biases();
    }
    std::vector<double> result() const override {
        const std::vector<Scalar> values = weights();
        return {values.begin(), values.end()};
    }
};

/// Epochs of a step after each sample. What is checked are such steps from the start, with biases of 0: an epoch of one
/// sample each.
class FannIncremental : public FannEpoch {
public:
    explicit FannIncremental(const Problem& problem)
        : FannEpoch(problem, problem.learning_rate, problem.x.size(), FANN_TRAIN_INCREMENTAL),
          start_(problem.weights),
          checked_steps_(problem.checked_steps),
          order_file_(problem.order_file) {}
    void first_call() override {
        fann_shuffle_train_data(data());
        write_first_order();
        for (const std::uint64_t step : checked_steps_) {
            const Data sample(fann_subset_train_data(data(), static_cast<unsigned int>(step), 1));
            set_weights(start_);
            train_epoch(sample.get());
            const std::vector<Scalar> end = weights();
            checked_.insert(checked_.end(), start_.begin(), start_.end());
            checked_.insert(checked_.end(), end.begin(), end.end());
        }
        clear_biases();
    }
    void call() override {
        fann_shuffle_train_data(data());
        train_epoch();
    }
    std::vector<double> result() const override { return checked_; }
    Timing call_for(double seconds) override {
        const Timing epochs = Work::call_for(seconds);
        return {epochs.calls * data()->num_data, epochs.seconds};
    }

private:
    void write_first_order() {
        std::vector<Scalar> x, y;
        for (unsigned int sample = 0; sample < data()->num_data; ++sample) {
            x.push_back(data()->input[sample][0]);
            y.push_back(data()->output[sample][0]);
        }
        write_order(order_file_, x, y);
    }

    std::vector<Scalar> start_;
    std::vector<std::uint64_t> checked_steps_;
    std::string order_file_;
    std::vector<double> checked_;
};

}  // namespace

std::unique_ptr<Work> make_fann_gradient(const Problem& problem) { return std::make_unique<FannGradient>(problem); }
std::unique_ptr<Work> make_fann_step(const Problem& problem) { return std::make_unique<FannStep>(problem); }
std::unique_ptr<Work> make_fann_incremental(const Problem& problem) {
    return std::make_unique<FannIncremental>(problem);
}

}  // namespace skein::comparison
