// The work that contestants are timed on. A program holds the contestants of one precision, because FANN is a library
// per precision whose symbols clash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace skein::comparison {

using Scalar = SKEIN_COMPARISON_SCALAR;

/// The mini-batch is the first batch_size samples, in this order; in training by mini-batches, it has so many samples.
struct Problem {
    std::vector<Scalar> weights;  // [layers], of an ensemble [lanes x layers]
    std::vector<Scalar> x, y;     // [samples]
    std::size_t batch_size;
    double learning_rate;
    std::size_t lanes;    // of an ensemble
    std::uint64_t steps;  // of a call, of an ensemble
    // Of training by mini-batches:
    std::vector<std::uint64_t> checked_steps;  // ascending steps of the first epoch, counted from 0
    std::string order_file;                    // where its samples are written in their order, [x and y x samples]
};

struct Timing {
    std::uint64_t calls;
    double seconds;
};

/// A contestant with its data in place.
class Work {
public:
    virtual ~Work() = default;
    /// The call that is timed.
    virtual void call() = 0;
    /// The one before, whose result is checked.
    virtual void first_call() { call(); }
    /// What the calls computed: loss and weight gradients, or the weights after the steps done so far. In training by
    /// mini-batches: the weights before and after each checked step.
    virtual std::vector<double> result() const = 0;
    /// Calls for about this long, at least once.
    virtual Timing call_for(double seconds);
};

using MakeWork = std::unique_ptr<Work> (*)(const Problem& problem);

std::unique_ptr<Work> make_skein_gradient(const Problem& problem);
std::unique_ptr<Work> make_skein_step(const Problem& problem);
std::unique_ptr<Work> make_skein_step_at_hand(const Problem& problem);
std::unique_ptr<Work> make_skein_epochs(const Problem& problem);
std::unique_ptr<Work> make_skein_ensemble(const Problem& problem);
std::unique_ptr<Work> make_eigen_gradient(const Problem& problem);
std::unique_ptr<Work> make_eigen_step(const Problem& problem);
std::unique_ptr<Work> make_loop_gradient(const Problem& problem);
std::unique_ptr<Work> make_loop_step(const Problem& problem);
std::unique_ptr<Work> make_fann_gradient(const Problem& problem);
std::unique_ptr<Work> make_fann_step(const Problem& problem);
std::unique_ptr<Work> make_fann_incremental(const Problem& problem);

/// A way to compute loss and gradient, for contestants that are nothing else.
class Method {
public:
    virtual ~Method() = default;
    /// Returns the loss, fills the gradients.
    virtual double compute(std::span<const Scalar> weights, std::span<Scalar> gradients) = 0;
};
std::unique_ptr<Work> gradient_work(std::unique_ptr<Method> method, const Problem& problem);
/// The gradient, then w <- w - learning_rate * gradient.
std::unique_ptr<Work> step_work(std::unique_ptr<Method> method, const Problem& problem);

/// Writes the samples of an epoch in their order.
void write_order(const std::string& path, const std::vector<Scalar>& x, const std::vector<Scalar>& y);

std::string eigen_version();

}  // namespace skein::comparison
