#include "console/summary_table.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace skein::app {

void SummaryTable::add(std::string_view name, std::string_view value) {
    const std::size_t width = name.size() < column_ ? column_ : name.size() + 2;
    text_ += fmt::format("{:{}}{:<{}}{}\n", "", indent_, name, width, value);
}

}  // namespace skein::app
