// SPEC, the word for a data set: a file, or something to generate.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "skein/generated_data.hpp"
#include "skein/training_data.hpp"

namespace skein::app {

/// What every --help that takes a SPEC says about it.
extern const std::string_view kDataSpecHelp;

/// The settings of a generated data set, "KIND:key=value,..."; nothing where the text names files.
/// Throws BadInput for unknown kinds and keys (with the nearest right one) and values out of range, each beginning with
/// `where`, the option that holds the text.
std::optional<GeneratedData> parse_generated(std::string_view text, const std::string& where);

/// The text that parse_generated() reads these settings from, to the bit.
std::string generated_text(const GeneratedData& data);

/// The data of a SPEC: "file.csv", "file.npy", "x.npy,y.npy", "file.skc" (compressed) or "KIND:key=value,...".
/// Throws BadInput as above; FileError for what is wrong in files.
template <class Scalar>
TrainingData<Scalar> open_data(const std::string& text, const std::string& where,
                               double tolerance = kDefaultCompressionTolerance);

bool is_compressed_spec(std::string_view text);

}  // namespace skein::app
