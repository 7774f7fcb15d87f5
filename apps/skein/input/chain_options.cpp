#include "input/chain_options.hpp"

#include <algorithm>

namespace skein::app {

template <class Scalar>
Chain<Scalar> make_chain(const Configuration& configuration, const std::vector<Scalar>& weights) {
    std::vector<Activation> activations = configuration.words<Activation>("activation", kActivationNames);
    if (activations.size() == 1) {
        activations.assign(weights.size(), Activation(activations[0]));
    }
    if (activations.size() != weights.size()) {
        configuration.fail("activation", std::to_string(activations.size()) + " activations for " +
                                             std::to_string(weights.size()) +
                                             " layers: expected one, or one per layer");
    }
    return Chain<Scalar>(weights, activations);
}
template Chain<float> make_chain(const Configuration&, const std::vector<float>&);
template Chain<double> make_chain(const Configuration&, const std::vector<double>&);

template <class Scalar>
std::string activations_text(const Chain<Scalar>& chain) {
    constexpr std::size_t kMostShown = 12;
    const auto activations = chain.activations();
    const bool all_equal = std::ranges::count(activations, activations[0]) == std::ssize(activations);
    std::string text;
    for (std::size_t layer = 0; layer < (all_equal ? 1 : std::min(kMostShown, activations.size())); ++layer) {
        text += (layer == 0 ? "" : ", ") + std::string(activation_name(activations[layer]));
    }
    return all_equal || activations.size() <= kMostShown ? text : text + ", ...";
}
template std::string activations_text(const Chain<float>&);
template std::string activations_text(const Chain<double>&);

}  // namespace skein::app
