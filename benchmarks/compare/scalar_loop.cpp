// A loop over the samples, one after the other, with std::tanh. The sums are double: beside std::tanh that costs
// nothing.
#include <algorithm>
#include <cmath>

#include "work.hpp"

namespace skein::comparison {
namespace {

class ScalarLoop : public Method {
public:
    explicit ScalarLoop(const Problem& problem)
        : x_(problem.x.begin(), problem.x.begin() + static_cast<std::ptrdiff_t>(problem.batch_size)),
          y_(problem.y.begin(), problem.y.begin() + static_cast<std::ptrdiff_t>(problem.batch_size)),
          activations_(problem.weights.size() + 1),
          sums_(problem.weights.size()) {}
    double compute(std::span<const Scalar> weights, std::span<Scalar> gradients) override {
        const std::size_t num_layers = weights.size();
        double loss = 0.0;
        std::fill(sums_.begin(), sums_.end(), 0.0);
        for (std::size_t sample = 0; sample < x_.size(); ++sample) {
            activations_[0] = x_[sample];
            for (std::size_t layer = 0; layer < num_layers; ++layer) {
                activations_[layer + 1] = std::tanh(weights[layer] * activations_[layer]);
            }
            const Scalar residual = activations_[num_layers] - y_[sample];
            loss += static_cast<double>(residual * residual);
            Scalar delta = 2 * residual;
            for (std::size_t layer = num_layers; layer-- > 0;) {
                delta *= 1 - activations_[layer + 1] * activations_[layer + 1];
                sums_[layer] += static_cast<double>(activations_[layer] * delta);
                delta *= weights[layer];
            }
        }
        const double count = static_cast<double>(x_.size());
        std::transform(sums_.begin(), sums_.end(), gradients.begin(),
                       [count](double sum) { return static_cast<Scalar>(sum / count); });
        return loss / count;
    }

private:
    std::vector<Scalar> x_, y_, activations_;
    std::vector<double> sums_;
};

}  // namespace

std::unique_ptr<Work> make_loop_gradient(const Problem& problem) {
    return gradient_work(std::make_unique<ScalarLoop>(problem), problem);
}
std::unique_ptr<Work> make_loop_step(const Problem& problem) {
    return step_work(std::make_unique<ScalarLoop>(problem), problem);
}

}  // namespace skein::comparison
