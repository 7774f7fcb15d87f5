/// Data sets by their SPEC (skein/data_spec.hpp): files, or generated.
#pragma once

#include <string>
#include <string_view>

#include "skein/training_data.hpp"

namespace skein {

/// The data of a SPEC: "file.csv", "file.npy", "x.npy,y.npy", "file.skc" (compressed) or "KIND:key=value,...".
/// `tolerance` is that of compressed data. Throws std::invalid_argument, beginning with `where` (the option that holds
/// the text), for what is wrong with the text; FileError for what is wrong in files.
template <class Scalar>
[[nodiscard]] TrainingData<Scalar> open_data(const std::string& text, std::string_view where,
                                             double tolerance = kDefaultCompressionTolerance);

}  // namespace skein
