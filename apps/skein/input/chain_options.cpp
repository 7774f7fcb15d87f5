#include "input/chain_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "skein/run_options.hpp"

namespace skein::app {

template <class Scalar>
Chain<Scalar> make_chain(const Configuration& configuration, const std::vector<Scalar>& weights) {
    return Chain<Scalar>(weights, read_activations(configuration, weights.size()));
}
template Chain<float> make_chain(const Configuration&, const std::vector<float>&);
template Chain<double> make_chain(const Configuration&, const std::vector<double>&);

std::filesystem::path chain_file(const Configuration& configuration) {
    const std::filesystem::path path = configuration.text("chain");
    std::error_code ignored;
    if (!std::filesystem::is_directory(path, ignored)) {
        if (std::filesystem::is_fifo(path, ignored)) {
            configuration.fail("chain",
                               fmt::format("{} is a pipe: expected a file, which is read twice", path.string()));
        }
        return path;
    }
    if (!std::filesystem::exists(path / "chain.json", ignored)) {
        configuration.fail("chain",
                           fmt::format("{} is a directory without a chain.json: expected that of a run of skein "
                                       "train",
                                       path.string()));
    }
    return path / "chain.json";
}

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
