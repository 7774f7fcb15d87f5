// What skein data info prints about one data set.
#pragma once

#include <cstddef>
#include <string>

#include "console/json.hpp"
#include "data/sample_statistics.hpp"

namespace skein::app {

/// One SPEC and what is in it.
struct DescribedData {
    std::string spec;
    std::string kind;       // see SampleStream::kind()
    std::string precision;  // "float32" or "float64"; empty for text, which has none
    std::uint64_t num_skipped_rows;
    SampleStatistics summary;
};

/// Of the density in JSON and in a figure.
inline constexpr std::size_t kFigureColumns = 256;

std::string described_text(const DescribedData& data);
Json described_json(const DescribedData& data);

}  // namespace skein::app
