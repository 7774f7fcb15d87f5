/// Numbers as text, whatever the locale.
#pragma once

#include <array>
#include <charconv>
#include <string>

namespace skein::internal::files {

/// The fewest decimals that read back to the same bits; "nan", "inf".
template <class Scalar>
std::string to_text(Scalar value) {
    std::array<char, 32> text;
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

}  // namespace skein::internal::files
