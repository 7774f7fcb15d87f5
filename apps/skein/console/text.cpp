#include "console/text.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "console/numbers.hpp"

namespace skein::app {

std::string counted(std::uint64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

std::string in_words(std::string_view name) {
    std::string words(name);
    std::ranges::replace(words, '_', ' ');
    return words;
}

}  // namespace skein::app
