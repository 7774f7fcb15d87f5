// Expressions on whole columns: a column per layer, over all samples.
#include <Eigen/Core>

#include "work.hpp"

namespace skein::comparison {
namespace {

using Column = Eigen::Array<Scalar, Eigen::Dynamic, 1>;

class EigenColumns : public Method {
public:
    explicit EigenColumns(const Problem& problem)
        : activations_(problem.weights.size() + 1), y_(column(problem.y, problem.batch_size)), delta_(y_.size()) {
        activations_[0] = column(problem.x, problem.batch_size);
    }
    double compute(std::span<const Scalar> weights, std::span<Scalar> gradients) override {
        const std::size_t num_layers = weights.size();
        for (std::size_t layer = 0; layer < num_layers; ++layer) {
            activations_[layer + 1] = (weights[layer] * activations_[layer]).tanh();
        }
        delta_ = activations_[num_layers] - y_;
        const double loss = delta_.square().mean();
        delta_ *= Scalar(2) / static_cast<Scalar>(y_.size());
        for (std::size_t layer = num_layers; layer-- > 0;) {
            delta_ *= Scalar(1) - activations_[layer + 1].square();
            gradients[layer] = (activations_[layer] * delta_).sum();
            delta_ *= weights[layer];
        }
        return loss;
    }

private:
    static Column column(const std::vector<Scalar>& values, std::size_t count) {
        return Eigen::Map<const Column>(values.data(), static_cast<Eigen::Index>(count));
    }

    std::vector<Column> activations_;  // [layers + 1], the first is the input
    Column y_, delta_;
};

}  // namespace

std::unique_ptr<Work> make_eigen_gradient(const Problem& problem) {
    return gradient_work(std::make_unique<EigenColumns>(problem), problem);
}
std::unique_ptr<Work> make_eigen_step(const Problem& problem) {
    return step_work(std::make_unique<EigenColumns>(problem), problem);
}

std::string eigen_version() {
    return std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." +
           std::to_string(EIGEN_MINOR_VERSION);
}

}  // namespace skein::comparison
