/// A chain as JSON: {"layers": 2, "activations": ["tanh", "tanh"], "weights": [0.5, -1.25], "precision": "float64"}.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "skein/chain.hpp"

namespace skein {

/// Weights are written with the fewest decimals that give the same bits when they are read back.
template <class Scalar>
void write_chain(const std::filesystem::path& path, const Chain<Scalar>& chain);

/// Throws FileError, naming what is missing or wrong, for a file that is not such a chain. "layers" and "precision" may
/// be left out; where they stand they must be true. Weights of a float64 chain are rounded, once, to a float Scalar;
/// those of a float32 chain are floats also where Scalar is double.
template <class Scalar>
Chain<Scalar> read_chain(const std::filesystem::path& path);

/// "float32" or "float64": the precision a stored chain was trained in ("float64" where the file does not say).
std::string read_chain_precision(const std::filesystem::path& path);

}  // namespace skein
