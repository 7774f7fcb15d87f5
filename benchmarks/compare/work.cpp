#include "work.hpp"

#include <array>
#include <chrono>
#include <utility>

#include "skein/files/npy.hpp"

namespace skein::comparison {
namespace {

class GradientWork : public Work {
public:
    GradientWork(std::unique_ptr<Method> method, const Problem& problem)
        : method_(std::move(method)), weights_(problem.weights), gradients_(weights_.size()) {}
    void call() override { loss_ = method_->compute(weights_, gradients_); }
    std::vector<double> result() const override {
        std::vector<double> values{loss_};
        values.insert(values.end(), gradients_.begin(), gradients_.end());
        return values;
    }

private:
    std::unique_ptr<Method> method_;
    std::vector<Scalar> weights_, gradients_;
    double loss_ = 0.0;
};

class StepWork : public Work {
public:
    StepWork(std::unique_ptr<Method> method, const Problem& problem)
        : method_(std::move(method)),
          learning_rate_(static_cast<Scalar>(problem.learning_rate)),
          weights_(problem.weights),
          gradients_(weights_.size()) {}
    void call() override {
        method_->compute(weights_, gradients_);
        for (std::size_t layer = 0; layer < weights_.size(); ++layer) {
            weights_[layer] -= learning_rate_ * gradients_[layer];
        }
    }
    std::vector<double> result() const override { return {weights_.begin(), weights_.end()}; }

private:
    std::unique_ptr<Method> method_;
    Scalar learning_rate_;
    std::vector<Scalar> weights_, gradients_;
};

}  // namespace

Timing Work::call_for(double seconds) {
    using Clock = std::chrono::steady_clock;
    constexpr double kClockInterval = 1e-3;  // seconds: reading the clock more often would count for the short calls
    const Clock::time_point start = Clock::now();
    Timing timing{0, 0.0};
    std::uint64_t group = 1;
    while (timing.seconds < seconds) {
        for (std::uint64_t count = 0; count < group; ++count) {
            call();
        }
        const double now = std::chrono::duration<double>(Clock::now() - start).count();
        timing.calls += group;
        if (now - timing.seconds < kClockInterval) {
            group *= 2;
        }
        timing.seconds = now;
    }
    return timing;
}

void write_order(const std::string& path, const std::vector<Scalar>& x, const std::vector<Scalar>& y) {
    std::vector<Scalar> columns = x;
    columns.insert(columns.end(), y.begin(), y.end());
    const std::array<std::size_t, 2> shape{2, x.size()};
    write_npy<Scalar>(path, columns, shape);
}

std::unique_ptr<Work> gradient_work(std::unique_ptr<Method> method, const Problem& problem) {
    return std::make_unique<GradientWork>(std::move(method), problem);
}

std::unique_ptr<Work> step_work(std::unique_ptr<Method> method, const Problem& problem) {
    return std::make_unique<StepWork>(std::move(method), problem);
}

}  // namespace skein::comparison
