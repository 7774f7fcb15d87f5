/// A chain as JSON: {"layers": 2, "activations": ["tanh", "tanh"], "weights": [0.5, -1.25], "precision": "float64"}. A
/// chain that was trained on scaled data also has "scaling": {"x": {"offset": 20.0, "factor": 5.0}, "y": {...}}.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "skein/chain.hpp"
#include "skein/scaled_chain.hpp"

namespace skein {

/// Writes the file, whole or not at all. Weights get the fewest decimals that read back to the same bits. Throws
/// FileError if writing fails.
template <class Scalar>
void write_chain(const std::filesystem::path& path, const Chain<Scalar>& chain, const Scaling& scaling = {});

/// Reads such a file. "layers" and "precision" (float64 by default) may be missing; if present, they must be right. The
/// weights of a float64 chain are rounded once if Scalar is float; those of a float32 chain are exact in either Scalar.
/// Throws FileError, which says what is missing or wrong.
template <class Scalar>
ScaledChain<Scalar> read_scaled_chain(const std::filesystem::path& path);

/// The same for a chain alone. Throws FileError also if the chain was trained on scaled data: alone it is another
/// function.
template <class Scalar>
Chain<Scalar> read_chain(const std::filesystem::path& path);

/// "float32" or "float64": the precision in which a stored chain was trained, "float64" if the file does not say.
/// Throws FileError as read_chain() does.
std::string read_chain_precision(const std::filesystem::path& path);

}  // namespace skein
