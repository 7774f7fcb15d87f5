/// Data sets by their SPEC (skein/data_spec.hpp): files, or generated.
#pragma once

#include <string>
#include <string_view>

#include "skein/csv_format.hpp"
#include "skein/training_data.hpp"

namespace skein {

struct OpenOptions {
    double tolerance = kDefaultCompressionTolerance;  ///< of compressed data
    CsvFormat csv = {};                               ///< of text files
};

/// The data of a SPEC: "file.csv", "file.npy", "x.npy,y.npy", "file.skc" (compressed), "-" (standard input) or
/// "KIND:key=value,...". Throws std::invalid_argument, beginning with `where` (the option that holds the text), for what
/// is wrong with the text; FileError for what is wrong in files.
template <class Scalar>
[[nodiscard]] TrainingData<Scalar> open_data(const std::string& text, std::string_view where,
                                             const OpenOptions& options = {});

}  // namespace skein
