// Errors of arguments: what, its value, what was expected.
#pragma once

#include <locale>
#include <sstream>
#include <stdexcept>
#include <string>

namespace skein {

/// Throws std::invalid_argument "<what> is <value>: expected <expected>" unless `holds`.
template <class Value>
void require(bool holds, const std::string& what, const Value& value, const char* expected) {
    if (!holds) {
        std::ostringstream text;
        text.imbue(std::locale::classic());
        text << what << " is " << value << ": expected " << expected;
        throw std::invalid_argument(text.str());
    }
}

}  // namespace skein
