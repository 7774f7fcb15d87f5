// Compressed data sets in summaries and JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "console/json.hpp"
#include "console/summary_table.hpp"
#include "skein/compressed_dataset.hpp"
#include "skein/compression_record.hpp"

namespace skein::app {

Json compressed_json(const CompressedDataset& data);
/// The same as rows of a summary.
void add_compressed_rows(const CompressedDataset& data, SummaryTable& table);

/// The object "compression" of whatever has been computed from compressed data.
Json compression_json(const CompressionRecord& record, double tolerance);
/// The same in a summary: "all 1,001 gradients and losses, error at most 2.3e-10 of their scales, rounding included".
std::string compression_in_words(const CompressionRecord& record);

/// Of errors beyond the tolerance: "bounded only by 0.04 of their scales", or "not bounded".
std::string refused_bound_in_words(const CompressionRecord& record);

/// "23 s, 4.3e+07 samples/s".
std::string compression_time_in_words(double seconds, std::uint64_t num_samples);

/// Of a single loss, or one and its gradient: "error at most 2e-09 of its scale and 3e-08 of itself, rounding
/// included"; `scale`, `value`: "its scale" and "itself", or "their scales" and "themselves".
std::string bound_in_words(const CompressionRecord& record, std::string_view scale, std::string_view value);

}  // namespace skein::app
