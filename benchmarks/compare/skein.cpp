// skein, on one thread.
#include <algorithm>
#include <utility>

#include "skein/ensemble_trainer.hpp"
#include "skein/gradient.hpp"
#include "skein/trainer.hpp"
#include "work.hpp"

namespace skein::comparison {
namespace {

constexpr Execution kOneThread{.num_threads = 1};

Dataset<Scalar> first_samples(const Problem& problem, std::size_t count) {
    const auto end = static_cast<std::ptrdiff_t>(count);
    return Dataset<Scalar>(std::vector<Scalar>(problem.x.begin(), problem.x.begin() + end),
                           std::vector<Scalar>(problem.y.begin(), problem.y.begin() + end));
}

class SkeinGradient : public Work {
public:
    explicit SkeinGradient(const Problem& problem)
        : chain_(std::span<const Scalar>(problem.weights)), data_(first_samples(problem, problem.batch_size)) {}
    void call() override { result_ = loss_and_gradient(chain_, data_, kOneThread); }
    std::vector<double> result() const override {
        std::vector<double> values{result_.loss};
        values.insert(values.end(), result_.weight_gradients.begin(), result_.weight_gradients.end());
        return values;
    }

private:
    Chain<Scalar> chain_;
    Dataset<Scalar> data_;
    LossAndGradient<Scalar> result_;
};

/// One call is a step on the first batch, to be checked; what is timed are steps on shuffled batches of the first
/// `num_samples` samples.
class SkeinStep : public Work {
public:
    SkeinStep(const Problem& problem, std::size_t num_samples)
        : run_(Chain<Scalar>(std::span<const Scalar>(problem.weights))),
          batch_(first_samples(problem, problem.batch_size)),
          data_(first_samples(problem, num_samples)) {
        // 0 is the whole of the data, in its own order.
        settings_.batch_size = num_samples == problem.batch_size ? 0 : problem.batch_size;
        settings_.learning_rates = {problem.learning_rate};
        settings_.execution = kOneThread;
    }
    void call() override { steps(batch_, 1); }
    std::vector<double> result() const override { return {run_.chain.weights().begin(), run_.chain.weights().end()}; }
    Timing call_for(double seconds) override {
        constexpr std::uint64_t kStepsPerRun = 10000;  // so that what train() sets up does not count
        Timing timing{0, 0.0};
        while (timing.seconds < seconds) {
            timing.seconds += steps(data_, kStepsPerRun).seconds;
            timing.calls += kStepsPerRun;
        }
        return timing;
    }

private:
    TrainingOutcome steps(const Dataset<Scalar>& data, std::uint64_t count) {
        settings_.stop.max_steps = run_.step + count;
        return train(run_, data, settings_);
    }

    TrainingState<Scalar> run_;
    Dataset<Scalar> batch_, data_;
    TrainingSettings settings_;
};

/// Chains side by side, each step on the next sample, the same for all; all outcomes are kept.
class SkeinEnsemble : public Work {
public:
    explicit SkeinEnsemble(const Problem& problem)
        : start_(problem.lanes, problem.weights.size() / problem.lanes, problem.weights),
          chains_(start_),
          data_(problem.x, problem.y),
          steps_(problem.steps) {
        settings_.common.batch_size = problem.batch_size;
        settings_.common.sampling = Sampling::sequential;
        settings_.common.learning_rates = {problem.learning_rate};
        settings_.common.execution = kOneThread;
    }
    void call() override { run(steps_); }
    void first_call() override { run(1); }
    std::vector<double> result() const override { return {chains_.weights().begin(), chains_.weights().end()}; }

private:
    void run(std::uint64_t steps) {
        settings_.common.stop.max_steps = steps;
        std::ranges::copy(start_.weights(), chains_.weights().begin());
        outcome_ = train(chains_, data_, settings_, nullptr, std::move(outcome_));
    }

    const Ensemble<Scalar> start_;
    Ensemble<Scalar> chains_;
    Dataset<Scalar> data_;
    std::uint64_t steps_;
    EnsembleSettings settings_;
    EnsembleOutcome outcome_;
};

}  // namespace

std::unique_ptr<Work> make_skein_ensemble(const Problem& problem) { return std::make_unique<SkeinEnsemble>(problem); }
std::unique_ptr<Work> make_skein_gradient(const Problem& problem) { return std::make_unique<SkeinGradient>(problem); }
std::unique_ptr<Work> make_skein_step(const Problem& problem) {
    return std::make_unique<SkeinStep>(problem, problem.x.size());
}
/// The data set is the batch: nothing is shuffled or gathered.
std::unique_ptr<Work> make_skein_step_at_hand(const Problem& problem) {
    return std::make_unique<SkeinStep>(problem, problem.batch_size);
}

}  // namespace skein::comparison
