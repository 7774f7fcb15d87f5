// The options that name a chain: --weights and --activation, or --chain; the same in every command.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "skein/chain.hpp"
#include "skein/configuration.hpp"

namespace skein::app {

/// The chain of these weights, with the activations of --activation: one for all layers, or one per layer.
template <class Scalar>
Chain<Scalar> make_chain(const Configuration& configuration, const std::vector<Scalar>& weights);

/// The file that --chain names: a chain.json, or that of the directory of a run. Throws std::invalid_argument for a
/// directory without one.
std::filesystem::path chain_file(const Configuration& configuration);

/// "tanh" if all layers have it, else "tanh, relu, ..." by layer.
template <class Scalar>
std::string activations_text(const Chain<Scalar>& chain);

}  // namespace skein::app
