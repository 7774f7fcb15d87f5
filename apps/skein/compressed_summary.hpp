// What is told of a compressed data set.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "skein/compressed_dataset.hpp"

namespace skein::app {

nlohmann::ordered_json compressed_json(const CompressedDataset& data);
std::string compressed_text(const CompressedDataset& data);

}  // namespace skein::app
