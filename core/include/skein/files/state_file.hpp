/// The state of a training run in a file: train() goes on from it to the same bits.
#pragma once

#include <filesystem>

#include "skein/trainer.hpp"

namespace skein {

/// Writes the whole state, to the bit (core/docs/files.md has the format). The file is replaced as a whole or not at all.
/// Throws FileError if that fails.
template <class Scalar>
void write_training_state(const std::filesystem::path& path, const TrainingState<Scalar>& state);

/// Reads such a file. Throws FileError if it cannot be read, is no state of a run, is of another version or of the other
/// precision, is truncated, too long or damaged (its checksum tells), or has weights that are not finite.
template <class Scalar>
[[nodiscard]] TrainingState<Scalar> read_training_state(const std::filesystem::path& path);

}  // namespace skein
