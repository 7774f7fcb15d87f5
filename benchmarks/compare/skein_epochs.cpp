// skein's mini-batch training: whole epochs of train() in its default order, on one thread.
#include <map>
#include <utility>

#include "skein/batch_order.hpp"
#include "skein/trainer.hpp"
#include "work.hpp"

namespace skein::comparison {
namespace {

/// Keeps the weights before and after some steps. Other steps are made many at a time, as without an observer.
class WeightsRecorder : public Observer<Scalar> {
public:
    WeightsRecorder(const std::vector<std::uint64_t>& steps, std::vector<Scalar> start) {
        for (const std::uint64_t step : steps) {
            weights_after_[step];
            weights_after_[step + 1];
        }
        weights_after_[0] = std::move(start);
    }
    bool looks_at(std::uint64_t step) const override { return weights_after_.contains(step); }
    bool after_step(const StepReport<Scalar>& report) override {
        if (looks_at(report.step)) {
            weights_after_[report.step].assign(report.chain.weights().begin(), report.chain.weights().end());
        }
        return true;
    }
    const std::vector<Scalar>& weights_after(std::uint64_t num_steps) const { return weights_after_.at(num_steps); }

private:
    std::map<std::uint64_t, std::vector<Scalar>> weights_after_;  // by the number of steps done
};

class SkeinEpochs : public Work {
public:
    explicit SkeinEpochs(const Problem& problem)
        : run_(Chain<Scalar>(std::span<const Scalar>(problem.weights))),
          data_(problem.x, problem.y),
          checked_steps_(problem.checked_steps),
          recorder_(checked_steps_, problem.weights) {
        settings_.batch_size = problem.batch_size;
        settings_.learning_rates = {problem.learning_rate};
        settings_.execution.num_threads = 1;
        write_first_order(problem.order_file);
    }
    void first_call() override {
        Observer<Scalar>* const observer = &recorder_;
        train_epochs(1, {&observer, 1});
    }
    void call() override { train_epochs(1, {}); }
    std::vector<double> result() const override {
        std::vector<double> values;
        for (const std::uint64_t step : checked_steps_) {
            for (const std::uint64_t num_steps : {step, step + 1}) {
                const std::vector<Scalar>& weights = recorder_.weights_after(num_steps);
                values.insert(values.end(), weights.begin(), weights.end());
            }
        }
        return values;
    }
    Timing call_for(double seconds) override {
        constexpr std::uint64_t kEpochsPerRun = 5;  // the first one pays for the scratch memory of all
        Timing timing{0, 0.0};
        while (timing.seconds < seconds) {
            timing.seconds += train_epochs(kEpochsPerRun, {}).seconds;
            timing.calls += kEpochsPerRun * steps_per_epoch();
        }
        return timing;
    }

private:
    BatchOrder order() const { return {data_.num_samples(), settings_.batch_size, settings_.sampling, settings_.seed}; }
    std::uint64_t steps_per_epoch() const { return order().steps_per_epoch(); }
    /// As train() documents its order. If it took other samples, the steps would not be those that are expected.
    void write_first_order(const std::string& path) const {
        const auto num_samples = static_cast<std::size_t>(data_.num_samples());
        std::vector<std::uint64_t> indices(num_samples);
        order().batch(0).indices(0, indices);
        std::vector<Scalar> x(num_samples), y(num_samples);
        data_.source().gather(indices, {x.data(), y.data(), nullptr});
        write_order(path, x, y);
    }
    TrainingOutcome train_epochs(std::uint64_t count, std::span<Observer<Scalar>* const> observers) {
        settings_.stop.max_epochs = run_.step / steps_per_epoch() + count;
        return train(run_, data_, settings_, observers);
    }

    TrainingState<Scalar> run_;
    Dataset<Scalar> data_;
    TrainingSettings settings_;
    std::vector<std::uint64_t> checked_steps_;
    WeightsRecorder recorder_;
};

}  // namespace

std::unique_ptr<Work> make_skein_epochs(const Problem& problem) { return std::make_unique<SkeinEpochs>(problem); }

}  // namespace skein::comparison
